/**
 * Tokens of a text that a head reads. A token's score is read off its own hidden state, and what is packed feeds all tokens
 * but the last; so one more token is laid behind the text, which is neither fed nor learnt.
 */

import { MullError } from "../core/errors.ts";
import type { TrainingSequence } from "./packing.ts";

export type MarkedTokens = {
  readonly tokens: readonly number[];
  /** Indices of tokens whose score is wanted: the last of each step, or of the whole. */
  readonly marks: readonly number[];
};

/**
 * The sequences to feed. A field's value for the token at `mark` is the one at `mark + 1` of the sequence.
 *
 * @throws MullError `input` for a mark that is no index of a token
 */
export function marked(texts: readonly MarkedTokens[]): TrainingSequence[] {
  return texts.map(({ tokens, marks }, i) => {
    const outside = marks.find((mark) => !Number.isInteger(mark) || mark < 0 || mark >= tokens.length);
    if (outside !== undefined) {
      throw new MullError("input", `text ${i}: mark ${outside}, expected an index of its ${tokens.length} tokens`);
    }
    return { tokens: [...tokens, 0], fields: {} };
  });
}
