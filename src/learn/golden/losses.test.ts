/**
 * The losses and their gradients with respect to the logits, beside those of PyTorch in double precision
 * (`losses.json`, made by `test/interop/losses.py`), from rewards and lengths to the last element.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gradients } from "../../engine/graph/gradients.ts";
import { entropy, input, logProb } from "../../engine/graph/ops.ts";
import { emit } from "../../engine/onnx/emit.ts";
import { Session } from "../../engine/onnx/session.ts";
import { type Baseline, groupAdvantages, overlongPenalty } from "../credit/advantages.ts";
import { type Aggregation, policyLoss, tokenWeights } from "../loss/policy-loss.ts";
import { VARIANTS } from "../policy-gradient.ts";

type Case = {
  readonly low: number;
  readonly high: number;
  readonly beta: number;
  readonly buffer?: number;
  readonly loss: number;
  readonly advantages: number[];
  /** Tokens whose gradient the clip stops. */
  readonly stopped: number;
  /** [chains, longest, vocabulary] */
  readonly gradient: number[][][];
};

type Golden = {
  readonly madeBy: string;
  readonly longest: number;
  readonly rewards: number[][];
  readonly lengths: number[][];
  readonly logits: number[][][];
  readonly targets: number[][];
  readonly old: number[][];
  readonly reference: number[][];
  readonly cases: Record<"grpo" | "grpo-kl" | "dapo" | "dr_grpo" | "rloo", Case>;
};

const TOLERANCE = 1e-5;
const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, "losses.json"), "utf8"));
const lengths = golden.lengths.flat();

/** What is there of each chain, without the padding: [tokens, ...]. */
function tokensOf<T>(padded: readonly (readonly T[])[]): T[] {
  return padded.flatMap((chain, c) => chain.slice(0, lengths[c]));
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [came, wanted] = [actual[i] as number, expected[i] as number];
    assert.ok(Math.abs(came - wanted) <= TOLERANCE, `${i}: expected ${wanted}, got ${came}`);
  }
}

function advantagesOf(baseline: Baseline, buffer: number | undefined): number[] {
  return golden.rewards.flatMap((rewards, g) => {
    const penalty = (i: number): number =>
      buffer === undefined ? 0 : overlongPenalty(golden.lengths[g]?.[i] as number, golden.longest, buffer);
    return groupAdvantages(
      rewards.map((reward, i) => reward + penalty(i)),
      baseline,
    );
  });
}

/** Value and gradient [tokens * vocabulary] of the loss by our graph. */
async function compute(wanted: Case, advantages: readonly number[], aggregation: Aggregation) {
  const weights = tokenWeights(lengths, aggregation, golden.longest);
  const spread = (perChain: readonly number[]): number[] =>
    perChain.flatMap((value, c) => new Array<number>(lengths[c] as number).fill(value));
  const rows = tokensOf(golden.logits);
  const vocabulary = rows[0]?.length as number;
  const logits = input("logits", [rows.length, vocabulary]);
  const targets = input("targets", [rows.length], "int64");
  const { fields, build } = policyLoss({ clipLow: wanted.low, clipHigh: wanted.high, klWeight: wanted.beta });
  const inputs = new Map(fields.map((name) => [name, input(name, [rows.length])]));
  const loss = build({
    logprob: logProb(logits, targets),
    entropy: entropy(logits),
    field: (name) => inputs.get(name) ?? assert.fail(name),
  });
  const [gradient] = gradients(loss, [logits]);
  assert.ok(gradient !== undefined);
  const session = await Session.create(emit({ loss, gradient }));
  const values: Record<string, number[]> = {
    advantage: spread(advantages),
    weight: spread(weights),
    old: tokensOf(golden.old),
    reference: tokensOf(golden.reference),
  };
  const outputs = await session.run({
    logits: new Float32Array(rows.flat()),
    targets: BigInt64Array.from(tokensOf(golden.targets), BigInt),
    ...Object.fromEntries(fields.map((name) => [name, new Float32Array(values[name] as number[])])),
  });
  await session.release();
  return outputs;
}

describe("losses beside PyTorch's", () => {
  for (const [name, wanted] of Object.entries(golden.cases)) {
    test(name, async () => {
      const variant = VARIANTS[name === "grpo-kl" ? "grpo" : (name as keyof typeof VARIANTS)];
      assert.deepEqual([variant.clipLow, variant.clipHigh], [wanted.low, wanted.high]);
      assert.ok(wanted.stopped > 0, "the case tries the clip");
      const advantages = advantagesOf(variant.baseline, wanted.buffer);
      near(advantages, wanted.advantages);
      const { loss, gradient } = await compute(wanted, advantages, variant.aggregation);
      near(loss as Float32Array, [wanted.loss]);
      near(gradient as Float32Array, tokensOf(wanted.gradient).flat());
    });
  }
});
