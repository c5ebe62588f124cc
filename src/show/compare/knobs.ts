/** The knobs that all methods share, as plain options, and `--vary`, which compares several settings of one. */

import { MullError } from "../../core/errors.ts";
import type { VARIANTS } from "../../learn/policy-gradient.ts";

/** Named here too, so that help needs no engine. */
export const ALGORITHMS = ["grpo", "dapo", "dr_grpo", "rloo", "reinforce_plus_plus"] as const satisfies readonly (
  | keyof typeof VARIANTS
  | "reinforce_plus_plus"
)[];

/** A knob's name on the command line, and what it does. */
export const KNOBS = {
  algorithm: `the policy gradient's variant: ${ALGORITHMS.join(", ")}`,
  kl: "weight of the KL to the base model",
  group: "chains a problem",
  batch: "problems a step",
  age: "steps for which chains come from older weights: 0 is on-policy",
  rate: "learning rate, as a multiple of the method's own",
  "max-tokens": "longest chain in training, tokens",
} as const;

export type KnobName = keyof typeof KNOBS;

export type Knobs = {
  readonly algorithm?: (typeof ALGORITHMS)[number];
  readonly kl?: number;
  readonly group?: number;
  readonly batch?: number;
  readonly age?: number;
  readonly rate?: number;
  readonly "max-tokens"?: number;
};

/** Of the numeric knobs: least, most, and whether only whole numbers will do. */
const RANGES = {
  kl: [0, 10, false],
  group: [2, 256, true],
  batch: [1, 1024, true],
  age: [0, 64, true],
  rate: [0.001, 1000, false],
  "max-tokens": [16, 1024, true],
} as const satisfies Record<Exclude<KnobName, "algorithm">, readonly [number, number, boolean]>;

/**
 * One setting of one knob.
 *
 * @throws MullError `usage` for a knob or a value that is none
 * @example
 * readKnob("kl", ".01"); // { kl: 0.01 }
 */
export function readKnob(name: string, value: string): Knobs {
  if (!isKnob(name)) {
    throw new MullError("usage", `there is no knob ${JSON.stringify(name.slice(0, 40))}`, {
      hint: `the knobs are ${Object.keys(KNOBS).join(", ")}`,
    });
  }
  if (name === "algorithm") {
    const algorithm = ALGORITHMS.find((each) => each === value);
    if (algorithm !== undefined) return { algorithm };
    throw new MullError("usage", `there is no algorithm ${JSON.stringify(value.slice(0, 40))}`, {
      hint: `the algorithms are ${ALGORITHMS.join(", ")}`,
    });
  }
  const [least, most, whole] = RANGES[name];
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (!(number >= least && number <= most) || (whole && !Number.isInteger(number))) {
    const kind = whole ? "a whole number" : "a number";
    throw new MullError(
      "usage",
      `${name} takes ${kind} from ${least} to ${most}, not ${JSON.stringify(value.slice(0, 40))}`,
      {
        hint: `${name}: ${KNOBS[name]}`,
      },
    );
  }
  return { [name]: number };
}

/**
 * `kl=0,.01,.1`: several settings of one knob, each once however often and in whatever way it is written.
 *
 * @throws MullError `usage` as `readKnob`, and where fewer than two settings differ
 * @example
 * readVariation("group=8,16"); // [{ group: 8 }, { group: 16 }]
 */
export function readVariation(text: string): Knobs[] {
  const at = text.indexOf("=");
  const values =
    at < 1
      ? []
      : text
          .slice(at + 1)
          .split(",")
          .filter((value) => value.trim() !== "");
  const settings = values.map((value) => readKnob(text.slice(0, at).trim(), value.trim()));
  const distinct = new Map(settings.map((knobs) => [knobsText(knobs), knobs])); // by what a contender is named after
  if (distinct.size < 2) {
    throw new MullError(
      "usage",
      `--vary takes a knob and two different values or more, not ${JSON.stringify(text.slice(0, 60))}`,
      {
        hint: "for example --vary kl=0,.01,.1",
      },
    );
  }
  return [...distinct.values()];
}

/**
 * @example
 * knobsText({ kl: 0.01, group: 8 }); // "kl=0.01 group=8"
 */
export function knobsText(knobs: Knobs): string {
  return Object.entries(knobs)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function isKnob(name: string): name is KnobName {
  return Object.hasOwn(KNOBS, name);
}
