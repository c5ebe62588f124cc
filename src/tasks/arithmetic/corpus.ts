/** The base corpus of arithmetic: chains of the mediocre calculator on short numbers of the training split. */

import type { Rng } from "../../core/rng.ts";
import { type Calculation, problemOf } from "./calculation.ts";
import { BASE_DIGITS, type Digits, trainingCalculations } from "./splits.ts";
import { arithmeticTokenizer } from "./vocabulary.ts";
import { MEDIOCRE, type WriterOptions, writeChain } from "./writer.ts";

export type CorpusItem = {
  readonly calculation: Calculation;
  readonly chain: string;
  /** Ids of the whole text, from `<bos>` to `end`. */
  readonly tokens: number[];
  /** How many of them are `<bos>` and the prompt. */
  readonly promptTokens: number;
};

/**
 * One text after another, without end.
 *
 * @example
 * import { Rng } from "../../core/rng.ts";
 * const [item] = corpusItems(new Rng(1)).take(1);
 * item?.chain.endsWith("end"); // true
 */
export function* corpusItems(
  rng: Rng,
  options: { readonly digits?: Digits; readonly writer?: WriterOptions } = {},
): Generator<CorpusItem, never> {
  const calculations = trainingCalculations(rng.split("calculations"), options.digits ?? BASE_DIGITS);
  const draw = rng.split("chains");
  while (true) {
    const calculation = calculations.next().value;
    const chain = writeChain(calculation, draw, options.writer ?? MEDIOCRE);
    const prompt = [arithmeticTokenizer.bos, ...arithmeticTokenizer.encode(problemOf(calculation).prompt)];
    yield {
      calculation,
      chain,
      tokens: [...prompt, ...arithmeticTokenizer.encode(chain)],
      promptTokens: prompt.length,
    };
  }
}
