/**
 * Training a head to score: binary cross-entropy with logits at marked tokens, for process rewards (the last token of every step),
 * outcome rewards (the last of all) and values. Labels lie in [0, 1]: hard, or the share of roll-outs that came out right.
 *
 *   L = sum over marks of w (softplus(s) - y s),   softplus(s) = max(s, 0) + ln(1 + e^-|s|)
 *
 * The score of a token is read off its own hidden state, so its label belongs to the token after it (engine/marked.ts); behind the
 * last token lies one more, which is neither fed nor learnt.
 */

import { add, exp, log, max, mul, neg, reduceSum, scalar, sub } from "../../engine/graph/ops.ts";
import type { Tensor } from "../../engine/graph/tensor.ts";
import { type MarkedTokens, marked } from "../../engine/marked.ts";
import type { TrainingSequence } from "../../engine/packing.ts";
import { type Loss, scoreOf } from "../../engine/training-graph.ts";

/** Fields, one value a token: `label`, and `headWeight`, a mark's share of the loss, 0 for tokens without one. */
export const HEAD_LOSS: Loss = {
  name: "head-binary-cross-entropy",
  fields: ["label", "headWeight"],
  build: ({ score, field }) => {
    const logits = scoreOf(score === undefined ? {} : { score });
    return reduceSum(mul(sub(softplus(logits), mul(field("label"), logits)), field("headWeight")));
  },
};

/** ln(1 + e^x), without overflow. */
function softplus(x: Tensor): Tensor {
  const size = max(x, neg(x));
  return add(max(x, scalar(0)), log(add(exp(neg(size)), scalar(1))));
}

export type LabelledTokens = MarkedTokens & {
  /** Of each mark, in [0, 1]. */
  readonly labels: readonly number[];
};

/**
 * Sequences for `HEAD_LOSS` whose loss is the mean over all marks.
 *
 * @throws MullError `input` for a mark that is no index of a token
 * @example
 * const [sequence] = labelled([{ tokens: [1, 5, 7], marks: [2], labels: [0.25] }]);
 * sequence?.fields["label"]; // [0, 0, 0, 0.25]
 * sequence?.fields["headWeight"]; // [0, 0, 0, 1]
 */
export function labelled(texts: readonly LabelledTokens[]): TrainingSequence[] {
  const marks = texts.reduce((sum, text) => sum + text.marks.length, 0);
  return marked(texts).map(({ tokens }, i) => {
    const label = tokens.map(() => 0);
    const headWeight = tokens.map(() => 0);
    const text = texts[i] as LabelledTokens;
    for (const [m, mark] of text.marks.entries()) {
      label[mark + 1] = text.labels[m] as number;
      headWeight[mark + 1] = 1 / marks;
    }
    return { tokens, fields: { label, headWeight } };
  });
}
