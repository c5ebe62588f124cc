/**
 * The base corpus: one dictionary a text, MAX_SHOTS examples and then the name that is asked with its true meaning. Every
 * example is a question to what stands before it, so one text teaches all numbers of shots at once.
 */

import type { Rng } from "../../core/rng.ts";
import { drawLesson, seedsOf } from "./dictionary.ts";
import { inContextTokenizer, meaningWord, nameWord } from "./vocabulary.ts";

export type CorpusItem = { readonly seed: number; readonly tokens: number[]; readonly promptTokens: number };

const IDS = {
  name: (inContextTokenizer.id(nameWord(1)) as number) - 1,
  meaning: (inContextTokenizer.id(meaningWord(1)) as number) - 1,
};

/**
 * One text after another, without end.
 *
 * @example
 * import { Rng } from "../../core/rng.ts";
 * const [item] = corpusItems(new Rng(1)).take(1);
 * item?.tokens.length; // 131
 */
export function* corpusItems(rng: Rng): Generator<CorpusItem, never> {
  for (const seed of seedsOf("train", rng)) {
    const { meanings, examples, asked } = drawLesson(seed);
    const last = { name: asked, meaning: meanings[asked - 1] as number };
    const pairs = [...examples, last].flatMap(({ name, meaning }) => [IDS.name + name, IDS.meaning + meaning]);
    yield { seed, tokens: [inContextTokenizer.bos, ...pairs], promptTokens: 1 };
  }
  throw new Error("seeds have no end");
}
