/** What the packed micro-batches gave, taken apart again into sequences. */

import type { MarkedTokens } from "./marked.ts";
import type { Microbatch, TrainingSequence } from "./packing.ts";

/** For token i of a sequence, what the model gives it; index 0, which nothing predicts, is 0. */
export type SequenceScores = { readonly logprobs: Float32Array; readonly entropies: Float32Array };

/** @param results of each micro-batch: logprob and entropy, each [batch * time] */
export function unpackScores(
  sequences: readonly TrainingSequence[],
  microbatches: readonly Microbatch[],
  results: readonly Record<string, Float32Array>[],
): SequenceScores[] {
  const scores = sequences.map(({ tokens }) => ({
    logprobs: new Float32Array(tokens.length),
    entropies: new Float32Array(tokens.length),
  }));
  microbatches.forEach((m, b) => {
    for (const { sequence, at } of m.places) {
      const score = scores[sequence] as SequenceScores;
      const end = at + score.logprobs.length - 1;
      const { logprob, entropy } = results[b] as { logprob: Float32Array; entropy: Float32Array };
      score.logprobs.set(logprob.subarray(at, end), 1);
      score.entropies.set(entropy.subarray(at, end), 1);
    }
  });
  return scores;
}

/** @param results of each micro-batch: score [batch * time] */
export function unpackMarks(
  texts: readonly MarkedTokens[],
  microbatches: readonly Microbatch[],
  results: readonly Record<string, Float32Array>[],
): Float32Array[] {
  const logits: Float32Array[] = [];
  microbatches.forEach(({ places }, b) => {
    const scores = results[b]?.["score"] as Float32Array;
    for (const { sequence, at } of places) {
      const { marks } = texts[sequence] as MarkedTokens;
      logits[sequence] = Float32Array.from(marks, (mark) => scores[at + mark] as number);
    }
  });
  return logits;
}
