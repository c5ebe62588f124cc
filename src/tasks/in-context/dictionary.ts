/**
 * The rule: a dictionary from names to meanings that is drawn anew for every problem, so that nothing of it can be known
 * beforehand. Names come up by Zipf's law, the k-th with a probability in proportion to 1 / k^ZIPF, and of an example one
 * meaning in NOISE is a misprint: any of the meanings.
 *
 * So there is always something left to learn from more examples: rare names that have not come up, and common ones whose
 * examples disagree. How often a rare name has not come up falls as a power of the number of examples (Hutter 2021,
 * "Learning Curve Theory").
 */

import type { Problem } from "../../core/problem.ts";
import { deriveSeed, Rng } from "../../core/rng.ts";
import { MEANINGS, meaningWord, NAMES, nameWord } from "./vocabulary.ts";

export const ZIPF = 1.5;

/** Probability that an example's meaning is drawn at random. */
export const NOISE = 0.1;

export const MAX_SHOTS = 64;

/** Probability of each name. */
export const NAME_SHARES: readonly number[] = (() => {
  const weights = Array.from({ length: NAMES }, (_, i) => (i + 1) ** -ZIPF);
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
})();

export type Example = { readonly name: number; readonly meaning: number };

/** What a problem's seed draws. Fewer shots are the first of more, with the same rule and the same question. */
export type Lesson = {
  /** The rule: the meaning of each name, the first name's first. */
  readonly meanings: readonly number[];
  /** MAX_SHOTS of them. */
  readonly examples: readonly Example[];
  /** The name that is asked. */
  readonly asked: number;
};

export type ShotData = { readonly seed: number; readonly shots: number };

/**
 * @example
 * drawLesson(7).examples.length; // 64
 */
export function drawLesson(seed: number): Lesson {
  const rng = new Rng(seed);
  const meanings = Array.from({ length: NAMES }, () => 1 + rng.int(MEANINGS));
  const examples = Array.from({ length: MAX_SHOTS }, () => {
    const name = 1 + rng.weighted(NAME_SHARES);
    const misprint = 1 + rng.int(MEANINGS);
    return { name, meaning: rng.bool(NOISE) ? misprint : (meanings[name - 1] as number) };
  });
  return { meanings, examples, asked: 1 + rng.weighted(NAME_SHARES) };
}

/**
 * The problem of a seed with its first examples shown.
 *
 * @example
 * problemOf({ seed: 7, shots: 2 }).prompt.split(" ").length; // 5
 */
export function problemOf({ seed, shots }: ShotData): Problem {
  const { examples, asked, meanings } = drawLesson(seed);
  const shown = examples.slice(0, shots).map(({ name, meaning }) => `${nameWord(name)} ${meaningWord(meaning)}`);
  return {
    id: `ic${shots}:${seed.toString(16)}`,
    prompt: [...shown, nameWord(asked)].join(" "),
    answer: String(meanings[asked - 1]),
    data: { seed, shots },
    tags: { n: String(shots) },
  };
}

export const SPLITS = ["train", "heldout"] as const;
export type Split = (typeof SPLITS)[number];

const SPLIT_SEED = 61;

/** Every tenth seed is held out; what is drawn from it is never trained on. */
export function splitOf(seed: number): Split {
  return deriveSeed(SPLIT_SEED, seed) % 10 === 0 ? "heldout" : "train";
}

/** Seeds of a split, without end; hardly ever the same twice. */
export function* seedsOf(split: Split, rng: Rng): Generator<number, never> {
  while (true) {
    const seed = rng.uint32();
    if (splitOf(seed) === split) yield seed;
  }
}
