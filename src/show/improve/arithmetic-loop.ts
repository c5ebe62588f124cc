/**
 * Multi-digit arithmetic as a loop: from two digits to eight, of which the base corpus has up to three. The length grows when the search solves
 * 99 of 100 problems of the length before. What a place leaves is one place shorter, so the search solves lengths that the policy does not.
 */

import { Rng } from "../../core/rng.ts";
import { bestOfN } from "../../search/best-of-n.ts";
import { restating } from "../../search/restating.ts";
import { problemOf } from "../../tasks/arithmetic/calculation.ts";
import { corpusItems } from "../../tasks/arithmetic/corpus.ts";
import { ARITHMETIC_RESTATING } from "../../tasks/arithmetic/remainder.ts";
import { ARITHMETIC_STEPS } from "../../tasks/arithmetic/steps.ts";
import { ArithmeticTask } from "../../tasks/arithmetic/task.ts";
import { judge } from "../../tasks/arithmetic/verifier.ts";
import { arithmeticTokenizer } from "../../tasks/arithmetic/vocabulary.ts";
import { MEASURED_SEED } from "../job/measuring.ts";
import { basePlan } from "../pretrain/plans.ts";
import type { ImproveTask } from "./improve-task.ts";
import { TUNING } from "./presets.ts";

const DIGITS = [2, 3, 4, 5, 6, 7, 8] as const;

/**
 * Chains are short and there is one right way, so there are many problems and of each one chain is kept. Half of what is learnt are base texts that
 * end right: products with carries are learnt from many examples or not at all.
 */
const SHARED = {
  keep: 1,
  replay: 0.5,
  maxTokens: 64,
  traceTokens: 64,
  tuning: { ...TUNING, epochs: 4, batch: 32 },
} as const;

/** @example arithmeticLoop().difficulties.at(-1); // 8 */
export function arithmeticLoop(): ImproveTask {
  const { verifier, extract } = new ArithmeticTask();
  const sized = (n: number): ArithmeticTask => new ArithmeticTask({ digits: { [n]: 1 } });
  const fresh = (steps: number) => basePlan("arithmetic", steps).pretrain;
  return {
    name: "arithmetic",
    unit: "digits",
    base: "arithmetic",
    difficulties: DIGITS,
    inBase: [2, 3],
    moves: { by: "search", threshold: 0.99 },
    amounts: {
      quick: {
        ...{ ...SHARED, minutes: 3, generations: 6, problemsPerGeneration: 256, budget: 512, fresh: fresh(600) },
        ...{ measured: { problems: 60, samples: 1 }, searched: 10 },
      },
      default: {
        ...{ ...SHARED, minutes: 10, generations: 12, problemsPerGeneration: 384, budget: 768, fresh: fresh(1000) },
        ...{ measured: { problems: 200, samples: 1 }, searched: 24 },
      },
      full: {
        ...{ ...SHARED, minutes: 40, generations: 24, problemsPerGeneration: 768, budget: 1024, fresh: fresh(1500) },
        ...{ measured: { problems: 400, samples: 1 }, searched: 50 },
      },
    },
    tokenizer: arithmeticTokenizer,
    verifier,
    extract,
    training: (n, rng, count) => sized(n).problems("train", rng).take(count).toArray(),
    heldOut: (n, count) => sized(n).problems("heldout", new Rng(MEASURED_SEED)).take(count).toArray(),
    baseTexts: (rng, count) =>
      corpusItems(rng)
        .filter(({ calculation, chain }) => judge(problemOf(calculation), chain).status === "correct")
        .take(count)
        .toArray(),
    searches: ["restate", "best-of-n"],
    search: (name, { budget, maxTokens, traceTokens, enough }) =>
      name === "restate"
        ? restating({ format: ARITHMETIC_STEPS, restating: ARITHMETIC_RESTATING, maxTokens: traceTokens, enough })
        : bestOfN({ n: Math.max(1, Math.floor(budget / maxTokens)) }),
  };
}
