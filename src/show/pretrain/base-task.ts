/** What pretraining needs to know of a task: its words, its texts, and how a model of them is judged. */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { WordLevelTokenizer } from "../../core/tokenizer.ts";
import type { SupervisedText } from "../../learn/pretrain.ts";
import type { Judging, SampledChain } from "../job/measuring.ts";
import type { Gate, Thresholds } from "./gate.ts";
import type { BaseTaskName } from "./names.ts";

export type BaseTask = Judging & {
  readonly name: BaseTaskName;
  readonly tokenizer: WordLevelTokenizer;
  /** What is read, such as "the traces of a mediocre thinker". */
  readonly reads: string;
  /** Texts of one pool, without end: a function of the seed and the pool's number alone. */
  readonly texts: (rng: Rng, pool: number) => IteratorObject<SupervisedText>;
  /** Always the same ones, which training never sees. */
  readonly heldOut: (count: number) => Problem[];
  readonly gateOf: (chains: readonly SampledChain[]) => Gate;
  readonly thresholds: Thresholds;
  /** What the measurements are called; `byN` is the unit of the tag `n`. */
  readonly labels: Readonly<Record<keyof Gate | "byN", string>>;
  /** What a model that passes is good for, and what one is not that does not. */
  readonly outcomes: { readonly passed: string; readonly missed: string };
  /** A command that asks the model in the folder something. */
  readonly tryIt: (folder: string) => string;
};
