/** Measuring the model that an engine holds: a point of a train-time curve, and the finished model from all sides. */

import type { Problem } from "../../../core/problem.ts";
import { behaviourRates, totalBehaviours } from "../../../measure/behaviour-change.ts";
import { accuracies, type ProblemChains, summarise, summariseBy } from "../../../measure/chains.ts";
import { lengthCurve, sampleCurve } from "../../../measure/curves.ts";
import type { EmbeddedModel } from "../../../model/embedded.ts";
import { solvabilityOf } from "../../../tasks/countdown/solvability.ts";
import type { Solver } from "../../../tasks/countdown/solver.ts";
import { judge } from "../../../tasks/countdown/verifier.ts";
import { type SampledChain, sampleChains, tallyBehaviours, toRecords } from "../../job/measuring.ts";
import type { Sampling } from "../../reproduce/presets.ts";
import { intervalsOf } from "../../reproduce/test-curves.ts";
import type { Judge } from "../method.ts";
import type { CellFinal, CellPoint } from "./cell-state.ts";
import { correctionsOf, recoveryOf } from "./measure-correction.ts";

export type MeasureOptions = {
  readonly model: EmbeddedModel;
  readonly problems: readonly Problem[];
  readonly plan: Sampling;
  readonly seed: number;
  readonly signal: AbortSignal;
};

/** Problems, their chains, and the records made of them. */
export type Measured = { readonly chains: readonly SampledChain[]; readonly records: readonly ProblemChains[] };

/** @throws the reason of `signal` */
export async function sampleModel({ model, problems, plan, seed, signal }: MeasureOptions): Promise<Measured> {
  const chains = await sampleChains(model, problems, { ...plan, seed, signal });
  return { chains, records: toRecords(chains) };
}

/** Accuracy with its intervals, and what a chain costs. */
export function accuracyOf(
  { chains, records }: Measured,
  seed: number,
): Pick<CellPoint, "passAt1" | "ci" | "byN" | "byProblem" | "tokens"> {
  const intervals = intervalsOf(seed);
  const { passAt1, ci } = summarise(records, intervals);
  const byN = Object.fromEntries(
    Object.entries(summariseBy(records, "n", intervals)).map(
      ([
        n,
        {
          passAt1: own,
          ci: [low, high],
        },
      ]) => [n, { passAt1: own, ci: [low, high] as [number, number] }],
    ),
  );
  const tokens = chains.reduce((sum, { completion }) => sum + completion.usage.completionTokens, 0) / chains.length;
  return { passAt1, ci: [...ci], byN, byProblem: Array.from(accuracies(records)), tokens };
}

/** Problems whose chains a point keeps, to be read side by side. */
const SHOWN = 4;

type Reading = {
  readonly [K in "behaviours" | "recovery" | "shown"]: NonNullable<CellPoint[K]>;
};

/** What the chains of a point do, what becomes of first misses, and the first chain of the first few problems. */
export function readingOf({ chains }: Measured): Reading {
  return {
    behaviours: behaviourRates(totalBehaviours(tallyBehaviours(chains))),
    recovery: recoveryOf(chains),
    shown: firstOf(chains).map(({ problem, completion }) => {
      const { text, usage } = completion;
      const { status, reason } = judge(problem, text);
      return { problem: problem.prompt, text, verdict: status, reason, tokens: usage.completionTokens };
    }),
  };
}

/** What a judge says of the chains that `readingOf` shows, step by step, beside what the solver says. @throws the reason of `signal` */
export async function judgedSteps(
  { chains }: Measured,
  { split, scoreAll }: Judge,
  solver: Solver,
  signal: AbortSignal,
): Promise<NonNullable<NonNullable<CellPoint["shown"]>[number]["steps"]>[]> {
  const stepped = firstOf(chains).map(({ problem, completion }) => ({ problem, steps: split(completion.text) }));
  const scores = await scoreAll(stepped, { signal });
  return stepped.map(({ problem, steps }, c) => {
    const truths = solvabilityOf(problem, steps, solver);
    return steps.map((text, s) => ({ text, score: scores[c]?.[s] ?? 0, solvable: truths[s]?.solvable ?? null }));
  });
}

/** The first chain of the first few problems. */
function firstOf(chains: readonly SampledChain[]): SampledChain[] {
  const seen = new Set<string>();
  return chains.filter(({ problem: { id } }) => !seen.has(id) && seen.add(id)).slice(0, SHOWN);
}

/** The finished model: accuracy, more samples, longer chains, behaviours, recoveries. @throws the reason of `signal` */
export async function measureFinal(options: MeasureOptions): Promise<CellFinal> {
  const measured = await sampleModel(options);
  const { samples, maxTokens } = options.plan;
  const { config: shape } = options.model.engine;
  const curves = { ...intervalsOf(options.seed), model: options.model.name, shape };
  const counts = Array.from({ length: Math.floor(Math.log2(samples)) + 1 }, (_, i) => 2 ** i);
  const sampled = sampleCurve(measured.records, { ...curves, samples: counts });
  const most = sampled.findLast(({ strategy }) => strategy === "pass@n");
  const tallies = tallyBehaviours(measured.chains);
  return {
    ...accuracyOf(measured, options.seed),
    passAtN: { n: most?.n ?? 1, accuracy: most?.accuracy ?? 0, ci: [...(most?.ci ?? [0, 1])] as [number, number] },
    samples: sampled.map(({ strategy, n, flops, accuracy, ci: [low, high] }) => ({
      strategy: strategy === "majority" ? "majority" : "pass@n",
      n,
      flops,
      accuracy,
      ci: [low, high],
    })),
    lengths: lengthCurve(measured.records, { ...curves, sampledTo: maxTokens }).map((point) => ({
      maxTokens: point.maxTokens,
      tokens: point.tokens,
      flops: point.flops,
      accuracy: point.accuracy,
      ci: [point.ci[0], point.ci[1]],
    })),
    behaviours: behaviourRates(totalBehaviours(tallies)),
    recovery: recoveryOf(measured.chains),
    corrections: correctionsOf(tallies),
  };
}
