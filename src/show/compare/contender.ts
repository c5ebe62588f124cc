/** Who takes part: a method with the knobs it was given. */

import { MullError } from "../../core/errors.ts";
import { type KnobName, type Knobs, knobsText } from "./knobs.ts";
import type { Method } from "./method.ts";
import { DEFAULT_METHODS, METHOD_NAMES } from "./method-names.ts";
import { METHODS } from "./methods.ts";

export type Contender = {
  /** As in tables: `GRPO`, or `GRPO kl=0.01` where several settings are compared. */
  readonly title: string;
  /** As on the disk: `grpo`, `grpo-kl-0.01`. */
  readonly name: string;
  readonly method: Method;
  readonly knobs: Knobs;
};

export type ContenderOptions = {
  /** Methods, or names of Mull's own; the default takes one of each hypothesis and the baselines, with `variations` GRPO alone. */
  readonly methods?: readonly (string | Method)[];
  /** Given to every method that heeds them. */
  readonly knobs: Knobs;
  /** Each method takes part once with each. */
  readonly variations?: readonly Knobs[];
};

/**
 * @throws MullError `usage` for an unknown method, a knob that no method heeds, or a variation that a method does not heed
 * @example
 * contendersOf({ methods: ["grpo"], knobs: {}, variations: [{ kl: 0 }, { kl: 0.1 }] }).map(({ name }) => name); // ["grpo-kl-0", "grpo-kl-0.1"]
 */
export function contendersOf({ methods, knobs, variations }: ContenderOptions): Contender[] {
  const names = [...new Set(methods ?? (variations === undefined ? DEFAULT_METHODS : ["grpo"]))];
  const chosen = names.map((each) => (typeof each === "string" ? methodNamed(each) : each));
  for (const name of Object.keys(knobs) as KnobName[]) {
    if (!chosen.some((method) => method.knobs.includes(name))) throw unheeded(name, chosen);
  }
  return chosen.flatMap((method) =>
    (variations ?? [{}]).map((variation): Contender => {
      for (const name of Object.keys(variation) as KnobName[]) {
        if (!method.knobs.includes(name)) throw unheeded(name, [method]);
      }
      const heeded = Object.entries(knobs).filter(([name]) => method.knobs.includes(name as KnobName));
      const text = knobsText(variation);
      return {
        title: text === "" ? method.title : `${method.title} ${text}`,
        name: text === "" ? method.name : `${method.name}-${text.replace(/[= ]/g, "-")}`,
        method,
        knobs: { ...Object.fromEntries(heeded), ...variation },
      };
    }),
  );
}

function methodNamed(name: string): Method {
  const known = METHOD_NAMES.find((each) => each === name);
  if (known !== undefined) return METHODS[known];
  throw new MullError("usage", `there is no method ${JSON.stringify(name.slice(0, 40))}`, {
    hint: `the methods are ${METHOD_NAMES.join(", ")}, or a file such as ./mine.ts`,
  });
}

function unheeded(knob: KnobName, methods: readonly Method[]): MullError {
  const heeding = METHOD_NAMES.filter((name) => METHODS[name].knobs.includes(knob));
  return new MullError("usage", `${methods.map(({ name }) => name).join(", ")} does not heed ${knob}`, {
    hint: `methods that do: ${heeding.join(", ")}`,
  });
}
