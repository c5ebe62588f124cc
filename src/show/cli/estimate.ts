/** How long a run takes on this machine, from measured speeds and the tokens that its preset asks for. */

import type { Preset } from "../reproduce/presets.ts";
import type { Speed } from "./speed.ts";

/** What is measured of a preset: the chains of problems with targets never trained on are few and counted too. */
const UNSEEN_SAMPLES = 4;

/**
 * Seconds, from above: every chain of training is taken as long as the trained model's, every group as useful, and
 * every chain that is made to go on as long as it may be.
 *
 * @param base speeds, and tokens of a chain by the base model
 * @param trainedTokens tokens of a chain by the trained model
 * @example
 * import { PRESETS } from "../reproduce/presets.ts";
 * const tiny = { ...PRESETS.quick, problems: 0 };
 * const { steps, problemsPerStep, samples } = tiny.learning;
 * const speed = { sampling: 1000, training: 1000, meanTokens: 10 };
 * estimateSeconds(tiny, speed, 10) === (2 * steps * problemsPerStep * samples * 10) / 1000; // true
 */
export function estimateSeconds(preset: Preset, base: Speed, trainedTokens: number): number {
  const { learning, evaluateEvery, problems, samples, forcedSamples, chainTokens, longest } = preset;
  const longer = Math.max(base.meanTokens, trainedTokens);
  const learnt = learning.steps * learning.problemsPerStep * learning.samples * Math.min(longer, learning.maxTokens);
  const evaluated = (1 + Math.ceil(learning.steps / evaluateEvery)) * problems * Math.min(longer, chainTokens);
  const chains = problems * samples + Math.ceil(problems / 2) * UNSEEN_SAMPLES;
  const both = Math.min(base.meanTokens, chainTokens) + Math.min(trainedTokens, chainTokens);
  const measured = chains * both + 2 * problems * forcedSamples * longest;
  return (learnt + evaluated + measured) / base.sampling + learnt / base.training;
}
