/** The core of the library: what `import ... from "mull"` gives. The rest has paths of its own (docs/architecture.md). */

export type { Completion, Extension, FinishReason, SampleRequest, Usage } from "./core/completion.ts";
export { type ErrorCode, MullError } from "./core/errors.ts";
export { decodeFlops, forwardFlops, matmulWeights, type TransformerShape, trainFlops } from "./core/flops.ts";
export type {
  Answer,
  Model,
  SampleOptions,
  StepScorer,
  Strategy,
  StrategyContext,
  Task,
  Verifier,
} from "./core/interfaces.ts";
export { LIMITS } from "./core/limits.ts";
export type { Problem } from "./core/problem.ts";
export { deriveSeed, mix32, Rng } from "./core/rng.ts";
export { type WordLevelOptions, WordLevelTokenizer } from "./core/tokenizer.ts";
export { correct, unscored, type Verdict, wrong } from "./core/verdict.ts";
