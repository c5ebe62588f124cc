/** Both test-time curves of one model, out of its measurements: for the report, and for the page while it is measured. */

import type { TransformerShape } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import type { ProblemChains } from "../../measure/chains.ts";
import { type LengthPoint, lengthCurve, type SamplePoint, sampleCurve } from "../../measure/curves.ts";
import { type SampledChain, toRecords } from "../job/measuring.ts";
import { parseRunEvent, type RunEvent } from "../server/events.ts";
import type { Preset } from "./presets.ts";

export type CurveSetting = {
  readonly shape: TransformerShape;
  readonly seed: number;
  readonly preset: Pick<Preset, "forced">;
};

/** Intervals are drawn from the run's seed, so the same measurements give the same curves. */
export function intervalsOf(seed: number): { readonly rng: Rng; readonly stratifyBy: string } {
  return { rng: new Rng(seed).split("intervals"), stratifyBy: "n" };
}

/** Accuracy against how many chains are sampled. */
export function samplesOf(
  model: "base" | "final",
  problems: readonly ProblemChains[],
  { shape, seed }: CurveSetting,
): Omit<SamplePoint, "problems">[] {
  const points = sampleCurve(problems, { ...intervalsOf(seed), shape, model });
  return points.map(({ problems: _, ...point }) => point);
}

/** Accuracy against how long one chain may be. */
export function lengthsOf(
  model: "base" | "final",
  problems: readonly ProblemChains[],
  { shape, seed, preset }: CurveSetting,
): LengthPoint[] {
  return lengthCurve(problems, { ...intervalsOf(seed), shape, model, sampledTo: preset.forced.maxTokens });
}

/**
 * What the chains of a measurement say of its curve, as events; none for a measurement that belongs to no curve. A problem
 * whose chains are not all there yet is left out.
 *
 * @param what `samples`, `forced`, or another measurement
 * @param samples chains a problem when it is done
 */
export function curveEvents(
  what: string,
  model: "base" | "final",
  chains: readonly SampledChain[],
  samples: number,
  setting: CurveSetting,
): RunEvent[] {
  if (what !== "samples" && what !== "forced") return [];
  const problems = toRecords(chains.slice(0, chains.length - (chains.length % samples)));
  if (problems.length === 0) return [];
  const points =
    what === "samples"
      ? samplesOf(model, problems, setting).map((point) => ({ type: "samples", ...point }))
      : lengthsOf(model, problems, setting).map((point) => ({ type: "length", ...point }));
  return points.map(parseRunEvent);
}
