/**
 * The words of an arithmetic chain: 91 of them, one token each.
 *
 * The places of a number have names: `a` to `z` for the first number, `A` to `Z` for the second, beginning at a letter that
 * differs from problem to problem (index hints, Zhou et al. 2023, "What algorithms can transformers learn?"). A digit is
 * found by its place's name, wherever it stands, so that what was learnt on short numbers may hold for longer ones. A
 * digit of the answer is a word of its own (`=4`), and so is a carry (`^1`).
 */

import { WordLevelTokenizer } from "../../core/tokenizer.ts";

export const OPERATORS = ["+", "*"] as const;
export type Operator = (typeof OPERATORS)[number];

/** What the base corpus leaves between the numbers of a prompt, so that nothing is found by its distance. */
export const BLANK = "_";

/** How a chain begins: with its work shown, or with the answer at once. */
export const MODES = ["steps", "direct"] as const;
export type Mode = (typeof MODES)[number];

export const LETTERS = 26;

/** The most digits of a number: its places must have names, from any of several letters on. */
export const MAX_DIGITS = 20;

const digits = Array.from({ length: 10 }, (_, d) => String(d));
const places = Array.from({ length: LETTERS }, (_, i) => String.fromCharCode(97 + i));

/**
 * The name of a place of the first number, or of the second.
 *
 * @example
 * [placeName(2, 0), placeName(2, 1)]; // ["c", "C"]
 */
export function placeName(place: number, operand: 0 | 1): string {
  return String.fromCharCode((operand === 0 ? 97 : 65) + place);
}

/**
 * @example
 * arithmeticTokenizer.decode(arithmeticTokenizer.encode("c 7 + C 5 = steps c 7 C 5 =2 ^1 =1 end").slice(-2)); // "=1 end"
 */
export const arithmeticTokenizer = new WordLevelTokenizer({
  words: [
    "<pad>",
    "<bos>",
    ...OPERATORS,
    "=",
    BLANK,
    ...MODES,
    "end",
    ...digits,
    ...digits.map((d) => `=${d}`),
    ...digits.map((d) => `^${d}`),
    ...places,
    ...places.map((letter) => letter.toUpperCase()),
  ],
  bos: "<bos>",
  pad: "<pad>",
  eos: ["end"],
});
