/** How long a run takes on this machine, from measured speeds and the tokens that its preset asks for. */

import type { Preset } from "../reproduce/presets.ts";
import type { Speed } from "./speed.ts";

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
  const { learning, evaluateEvery, problems, chains, unseenSamples, parallel, forced } = preset;
  const longer = Math.max(base.meanTokens, trainedTokens);
  const learnt = learning.steps * learning.problemsPerStep * learning.samples * Math.min(longer, learning.maxTokens);
  const evaluated = (1 + Math.ceil(learning.steps / evaluateEvery)) * problems * Math.min(longer, chains.maxTokens);
  const both = (maxTokens: number): number => Math.min(base.meanTokens, maxTokens) + Math.min(trainedTokens, maxTokens);
  const measured =
    (problems * chains.samples + Math.ceil(problems / 2) * unseenSamples) * both(chains.maxTokens) +
    problems * parallel.samples * both(parallel.maxTokens) +
    problems * forced.samples * 2 * forced.maxTokens;
  return (learnt + evaluated + measured) / base.sampling + learnt / base.training;
}
