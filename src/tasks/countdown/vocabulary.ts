/**
 * The words of a Countdown chain: 212 of them, one token each.
 *
 * A result is a word of its own (`=10`), so an operation costs four tokens, `3 + 7 =10`, and the model predicts the
 * result in one token that no other use of the number shares.
 */

import { WordLevelTokenizer } from "../../core/tokenizer.ts";
import { MAX_VALUE, OPERATORS, type Operator } from "./rules.ts";

/** `back:k` returns to the state after the first k operations of the live path. */
export const MAX_BACK = 3;

const values = Array.from({ length: MAX_VALUE }, (_, i) => i + 1);

export const COUNTDOWN_WORDS: readonly string[] = [
  "<pad>",
  "<bos>",
  ...OPERATORS,
  "=",
  "drill",
  "solved",
  "give-up",
  ...Array.from({ length: MAX_BACK + 1 }, (_, k) => `back:${k}`),
  ...values.map(String),
  ...values.map((value) => `=${value}`),
];

/**
 * @example
 * countdownTokenizer.encode("3 7 8 2 = 24 3 + 7 =10"); // [16, 20, 21, 15, 6, 37, 16, 2, 20, 122]
 */
export const countdownTokenizer = new WordLevelTokenizer({
  words: COUNTDOWN_WORDS,
  bos: "<bos>",
  pad: "<pad>",
  eos: ["solved", "give-up"],
});

const idOf = (word: string): number => COUNTDOWN_WORDS.indexOf(word);

/** Ids by meaning: what writes chains as tokens directly (the corpus) need not look words up. */
export const ID = {
  bos: idOf("<bos>"),
  equals: idOf("="),
  drill: idOf("drill"),
  solved: idOf("solved"),
  giveUp: idOf("give-up"),
  /** `back:0`; `back:k` is k further. */
  back: idOf("back:0"),
  /** The integer v is v further. */
  integer: idOf("1") - 1,
  /** The result `=v` is v further. */
  result: idOf("=1") - 1,
  operator: Object.fromEntries(OPERATORS.map((op) => [op, idOf(op)])) as Record<Operator, number>,
} as const;
