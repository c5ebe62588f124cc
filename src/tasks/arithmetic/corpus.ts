/**
 * The base corpus of arithmetic: chains of the mediocre calculator on short numbers of the training split.
 *
 * Some texts begin behind the lowest place, with what it carried, so that what a step leaves can be asked (remainder.ts).
 * In half of all texts blanks stand between the numbers of the prompt: a digit must then be found by its place's name, as
 * its distance says nothing, and longer numbers are only farther away (in the spirit of Ruoss et al. 2023, "Randomized
 * Positional Encodings Boost Length Generalization of Transformers").
 */

import type { Rng } from "../../core/rng.ts";
import { type Calculation, problemOf } from "./calculation.ts";
import { restPrompt } from "./remainder.ts";
import { BASE_DIGITS, type Digits, trainingCalculations } from "./splits.ts";
import { arithmeticTokenizer, BLANK } from "./vocabulary.ts";
import { MEDIOCRE, type WriterOptions, writeChain } from "./writer.ts";

/** At each gap of a prompt. */
const MOST_BLANKS = 12;

/** Probability of beginning behind the lowest place, where work is shown at more than one. */
const REST = 0.25;

export type CorpusItem = {
  /** The whole, though the text may begin behind its lowest place. */
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
  options: { readonly digits?: Digits; readonly writer?: WriterOptions; readonly blanks?: number } = {},
): Generator<CorpusItem, never> {
  const calculations = trainingCalculations(rng.split("calculations"), options.digits ?? BASE_DIGITS);
  const draw = rng.split("chains");
  const spacing = rng.split("spacing");
  while (true) {
    const calculation = calculations.next().value;
    const chain = writeChain(calculation, draw, options.writer ?? MEDIOCRE);
    const most = spacing.bool(0.5) ? (options.blanks ?? MOST_BLANKS) : 0;
    const asked = (draw.bool(REST) ? behindLowest(calculation, chain) : null) ?? {
      prompt: problemOf(calculation).prompt,
      text: chain,
    };
    const spaced = withBlanks(asked.prompt, most, spacing);
    const prompt = [arithmeticTokenizer.bos, ...arithmeticTokenizer.encode(spaced)];
    yield {
      calculation,
      chain,
      tokens: [...prompt, ...arithmeticTokenizer.encode(asked.text)],
      promptTokens: prompt.length,
    };
  }
}

/** What the lowest place leaves and the chain on it; null where the chain shows no second place. */
function behindLowest(calculation: Calculation, chain: string): { prompt: string; text: string } | null {
  const [mode, ...words] = chain.split(" ");
  if (mode !== "steps" || !/^[a-z]$/.test(words[PLACE_WORDS] ?? "")) return null;
  const carry = Number(words[PLACE_WORDS - 1]?.slice(1));
  return { prompt: restPrompt(calculation, carry), text: `steps ${words.slice(PLACE_WORDS).join(" ")}` };
}

/** Of a place worked out: `c 3 C 8 =1 ^1`. */
const PLACE_WORDS = 6;

/** Up to `most` blanks before the operator, behind it, and behind the equals sign. */
function withBlanks(prompt: string, most: number, rng: Rng): string {
  const blanks = (): string => ` ${BLANK}`.repeat(rng.int(most + 1));
  return prompt
    .split(" ")
    .map((word) => {
      if (word === "=") return `=${blanks()}`;
      return word === "+" || word === "*" ? `${BLANK} `.repeat(rng.int(most + 1)) + word + blanks() : word;
    })
    .join(" ");
}
