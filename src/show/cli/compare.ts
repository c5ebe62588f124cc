/** `mull compare`: ways of learning to think, side by side at equal compute. */

import { join } from "node:path";
import { runPaths } from "../../store/run-folder.ts";
import { compare } from "../compare/compare.ts";
import type { Comparison } from "../compare/compare-result.ts";
import { contendersOf } from "../compare/contender.ts";
import { type KnobName, type Knobs, readKnob, readVariation } from "../compare/knobs.ts";
import type { Method } from "../compare/method.ts";
import { isFile, ownMethod } from "../compare/own-method.ts";
import { COMPARE_PRESETS, type ComparePreset, type ComparePresetName } from "../compare/presets.ts";
import { findings } from "../compare/report/findings.ts";
import { fixed, intervalText, percent, points, powerOfTenPlain } from "../report/format.ts";
import { liveRun } from "./live-run.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type CompareCommandOptions = Readonly<Partial<Record<Exclude<KnobName, "max-tokens">, string>>> & {
  readonly maxTokens?: string;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly methods?: readonly string[];
  readonly vary?: string;
  readonly seeds?: readonly number[];
  readonly flops?: number;
  readonly parallel?: number;
  readonly with?: string;
  readonly base?: string;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

/** @throws MullError `usage` for options that do not go together; what `compare` throws */
export async function compareCommand(options: CompareCommandOptions, terminal: Terminal): Promise<void> {
  const { methods, vary, fresh = false, json = false, parallel, base } = options;
  const preset = presetOf(options);
  const contenders = contendersOf({
    knobs: knobsOf(options),
    ...(methods === undefined ? {} : { methods: await methodsOf(methods) }),
    ...(vary === undefined ? {} : { variations: readVariation(vary) }),
  });
  const out =
    options.out ?? join("runs", `compare-${preset.name}${vary === undefined ? "" : `-${vary.split("=")[0]}`}`);
  const live = { ...options, out, fresh, seed: preset.seeds[0] ?? 1 };
  const more = {
    ...(parallel === undefined ? {} : { parallel }),
    ...(base === undefined ? {} : { base }),
    ...(options.with === undefined ? {} : { earlier: options.with }),
  };
  const result = await liveRun(live, terminal, (hooks) => compare({ preset, contenders, out, fresh, ...more }, hooks));
  if (json) {
    terminal.print(JSON.stringify(result));
    return;
  }
  for (const line of summary(result, terminal)) terminal.print(line);
  const { reportHtml, figurePng } = runPaths(out);
  for (const file of [reportHtml, join(out, "compare.json"), figurePng]) terminal.print(shownPath(file));
}

function methodsOf(words: readonly string[]): Promise<(string | Method)[]> {
  return Promise.all(words.map((word) => (isFile(word) ? ownMethod(word) : word)));
}

function presetOf({ quick = false, full = false, seeds, flops }: CompareCommandOptions): ComparePreset {
  const name: ComparePresetName = quick ? "quick" : full ? "full" : "default";
  return {
    ...COMPARE_PRESETS[name],
    ...(seeds === undefined ? {} : { seeds }),
    ...(flops === undefined ? {} : { budgetFlops: flops }),
  };
}

function knobsOf({ algorithm, kl, group, batch, age, rate, maxTokens }: CompareCommandOptions): Knobs {
  const given = { algorithm, kl, group, batch, age, rate, "max-tokens": maxTokens };
  const knobs = Object.entries(given).map(([name, value]) => (value === undefined ? {} : readKnob(name, value)));
  return Object.assign({}, ...knobs) as Knobs;
}

function summary(result: Comparison, { paint }: Terminal): string[] {
  const n = result.standings[0]?.passAtN.n ?? 1;
  const [head = "", ...body] = table([
    [
      "method",
      "pass@1",
      "95% interval",
      "over the base",
      `pass@${n}`,
      "tokens",
      "a tenfold gains",
      "FLOPs",
      "verifier calls",
      "puzzles",
    ],
    ...result.standings.map((s) => [
      s.title,
      percent(s.passAt1.value),
      intervalText(s.passAt1.ci),
      points(s.gain.value),
      percent(s.passAtN.value),
      fixed(s.tokens),
      points(s.perTenfold?.value ?? null),
      powerOfTenPlain(s.trainFlops),
      fixed(s.verifierCalls),
      fixed(s.problems),
    ]),
  ]);
  return [
    "",
    paint("bold", head),
    ...body,
    "",
    ...findings(result),
    ...result.failures.map(({ name, seed, reason }) => paint("red", `${name}, seed ${seed}, failed: ${reason}`)),
    "",
  ];
}
