/** The report of a finished run, assembled from its journal and its measurements. */

import { MullError } from "../../core/errors.ts";
import type { TransformerShape } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { compareBehaviours, totalBehaviours } from "../../measure/behaviour-change.ts";
import { summarise, summariseBy } from "../../measure/chains.ts";
import { fitLogCompute } from "../../measure/fit.ts";
import { splitGain } from "../../measure/gain.ts";
import { BASE_CORPUS, corpusItems } from "../../tasks/countdown/corpus.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { tallyOf } from "../job/measuring.ts";
import { passesGate } from "../pretrain/gate.ts";
import { type Report, validateReport } from "../report/schema.ts";
import type { EventOf } from "../server/events.ts";
import type { Preset } from "./presets.ts";
import type { Measurement } from "./run-state.ts";
import { intervalsOf, lengthsOf, samplesOf } from "./test-curves.ts";

export type ReportInput = {
  readonly shape: TransformerShape;
  readonly preset: Pick<Preset, "parallel" | "forced" | "corpusTexts">;
  readonly seed: number;
  readonly config: Record<string, unknown>;
  readonly versions: Record<string, string>;
  readonly wallSeconds: number;
  readonly command: string;
  readonly evaluations: readonly EventOf<"eval">[];
  readonly steps: readonly EventOf<"step">[];
  readonly measured: Readonly<Record<string, Measurement>>;
};

/**
 * The report: curves, fits, control, behaviours and examples out of what was measured. Intervals are drawn from the
 * run's seed, so the same measurements give the same report.
 *
 * @throws MullError `store` where a measurement is missing, `input` where the figures do not make a report
 */
export function assembleReport(input: ReportInput): Report {
  const intervals = intervalsOf(input.seed);
  const { rng } = intervals;
  const measured = (name: string): Measurement => {
    const found = input.measured[name];
    if (found === undefined) throw new MullError("store", `the run lacks the measurement ${name}`);
    return found;
  };
  const [base, final] = [measured("base.chains"), measured("final.chains")];
  const [manyBase, manyFinal] = [measured("base.samples"), measured("final.samples")];
  const [forcedBase, forcedFinal] = [measured("base.forced"), measured("final.forced")];

  const result = (name: "base" | "final") => {
    const { problems } = measured(`${name}.chains`);
    const unseen = measured(`${name}.unseen`).problems;
    return {
      ...summarise(problems, intervals),
      byN: summariseBy(problems, "n", intervals),
      unseenTargets: summarise(unseen, { ...intervals, rng: rng.split("unseen") }),
    };
  };
  const { maxTokens } = input.preset.parallel;
  const sampledTo = input.preset.forced.maxTokens;
  const samples = [
    ...samplesOf("base", manyBase.problems, input),
    ...samplesOf("final", manyFinal.problems, input),
  ].map((point) => ({ ...point, maxTokens }));
  const length = [...lengthsOf("base", forcedBase.problems, input), ...lengthsOf("final", forcedFinal.problems, input)];
  const train = input.evaluations.map(({ step, flops, passAt1, ci }) => ({ step, flops, passAt1, ci }));
  const results = { base: result("base"), final: result("final") };
  const gain = splitGain(
    {
      base: base.problems,
      forced: forcedBase.problems,
      final: final.problems,
      sampledTo,
      shape: input.shape,
    },
    intervals,
  );
  const gate = { ...base.gate, passAt1: results.base.passAt1 };

  const report = {
    ...results,
    gate: { ...gate, passed: passesGate(gate) },
    control: {
      tokensPerProblem: gain.tokensPerProblem,
      flopsPerProblem: gain.flopsPerProblem,
      forced: gain.forced,
      shareNotGivingUp: gain.shareNotGivingUp,
      shareCi: gain.shareCi,
      gain: gain.gain,
      gainCi: gain.gainCi,
      matched: gain.matched,
    },
    train,
    diagnostics: input.steps, // the schema keeps what belongs to a report
    test: { samples, length },
    fits: fits(train, samples, length),
    behaviours: behaviours(base, final, input.preset.corpusTexts, rng),
    examples: examples(base, final),
    config: input.config,
    seed: input.seed,
    versions: input.versions,
    wallSeconds: input.wallSeconds,
    command: input.command,
  };
  return validateReport(JSON.parse(JSON.stringify(report)));
}

type Curve = readonly { readonly flops: number; readonly accuracy: number; readonly ci: readonly [number, number] }[];

/** A fit for the train-time curve and each test-time curve. */
function fits(
  train: readonly { flops: number; passAt1: number; ci: readonly [number, number] }[],
  samples: readonly (Curve[number] & { model: string; strategy: string })[],
  length: readonly (Curve[number] & { model: string })[],
) {
  const named: Record<string, Curve> = {
    train: train.map(({ flops, passAt1, ci }) => ({ flops, accuracy: passAt1, ci })),
  };
  for (const model of ["base", "final"]) {
    for (const strategy of ["pass@n", "majority"]) {
      named[`samples.${model}.${strategy}`] = samples.filter((p) => p.model === model && p.strategy === strategy);
    }
    named[`length.${model}`] = length.filter((p) => p.model === model);
  }
  return Object.fromEntries(Object.entries(named).map(([name, points]) => [name, fitLogCompute(points)]));
}

function behaviours(base: Measurement, final: Measurement, texts: number, rng: Rng) {
  const corpus = corpusItems(new Rng(1).split("behaviours"), BASE_CORPUS)
    .filter((item) => item.puzzle !== undefined)
    .take(texts)
    .map(({ puzzle, tokens, promptTokens }, i) =>
      tallyOf(String(i), puzzle as NonNullable<typeof puzzle>, countdownTokenizer.decode(tokens.slice(promptTokens))),
    );
  return compareBehaviours(base.tallies, final.tallies, totalBehaviours(corpus), { rng: rng.split("behaviours") });
}

/** Problems on which the two models differ come first: they show what was learnt. */
function examples(base: Measurement, final: Measurement) {
  const pairs = base.shown.flatMap(({ problem, chain }) => {
    const other = final.shown.find((s) => s.problem === problem);
    return other === undefined ? [] : [{ problem, base: chain, final: other.chain }];
  });
  const learnt = pairs.filter((p) => p.base.verdict !== "correct" && p.final.verdict === "correct");
  const rest = pairs.filter((p) => !learnt.includes(p));
  return [...learnt.slice(0, 4), ...rest.slice(0, 2)];
}
