/** The words of a dictionary that is read from examples: 64 names that are asked and eight meanings, one token each. */

import { WordLevelTokenizer } from "../../core/tokenizer.ts";

export const NAMES = 64;
export const MEANINGS = 8;

/**
 * @example
 * nameWord(3); // "n3"
 */
export function nameWord(name: number): string {
  return `n${name}`;
}

/**
 * @example
 * meaningWord(5); // "=5"
 */
export function meaningWord(meaning: number): string {
  return `=${meaning}`;
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** A meaning ends a completion: it is the whole answer. */
export const inContextTokenizer = new WordLevelTokenizer({
  words: ["<pad>", "<bos>", ...count(MEANINGS).map(meaningWord), ...count(NAMES).map(nameWord)],
  bos: "<bos>",
  pad: "<pad>",
  eos: count(MEANINGS).map(meaningWord),
});
