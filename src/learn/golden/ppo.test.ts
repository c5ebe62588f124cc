/**
 * PPO and REINFORCE++ beside PyTorch in double precision (`ppo.json`, made by `test/interop/ppo.py`): from rewards, values and
 * lengths to the last element of the gradients with respect to logits and values.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gradients } from "../../engine/graph/gradients.ts";
import { entropy, input, logProb } from "../../engine/graph/ops.ts";
import { emit } from "../../engine/onnx/emit.ts";
import { Session } from "../../engine/onnx/session.ts";
import type { Loss } from "../../engine/training-graph.ts";
import { generalisedAdvantages, whiten } from "../credit/returns.ts";
import { policyLoss, tokenWeights } from "../loss/policy-loss.ts";
import { ppoLoss } from "../loss/ppo-loss.ts";
import { whitenedReturns } from "../reinforce-plus-plus.ts";

type Update = {
  readonly low: number;
  readonly high: number;
  readonly loss: number;
  /** Tokens whose gradient the clip stops. */
  readonly stopped: number;
  /** [chains, longest, vocabulary] */
  readonly logitGradient: number[][][];
};

type Golden = {
  readonly lambda_: number;
  readonly lengths: number[];
  readonly outcomes: number[];
  readonly cutOff: boolean[];
  readonly logits: number[][][];
  readonly targets: number[][];
  readonly old: number[][];
  readonly reference: number[][];
  readonly oldValues: number[][];
  readonly after: number[];
  readonly scores: number[][];
  readonly advantages: number[][];
  readonly returns: number[][];
  readonly cases: Record<
    string,
    Update & { readonly valueWeight: number; readonly valueClip: number; held: number; scoreGradient: number[][] }
  >;
  readonly reinforce: Update & { readonly beta: number; readonly advantages: number[][] };
};

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, "ppo.json"), "utf8"));
const { lengths } = golden;

/** What is there of each chain, without the padding: [chains][tokens]. */
function chainsOf<T>(padded: readonly (readonly T[])[]): T[][] {
  return padded.map((chain, c) => chain.slice(0, lengths[c]));
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [came, wanted] = [actual[i] as number, expected[i] as number];
    assert.ok(Math.abs(came - wanted) <= 1e-5, `${i}: expected ${wanted}, got ${came}`);
  }
}

/** The loss and its gradients, all tokens in one row. */
async function compute(loss: Loss, values: Readonly<Record<string, number[]>>) {
  const rows = chainsOf(golden.logits).flat();
  const n = rows.length;
  const logits = input("logits", [n, rows[0]?.length as number]);
  const targets = input("targets", [n], "int64");
  const score = input("score", [n]);
  const inputs = new Map(loss.fields.map((name) => [name, input(name, [n])]));
  const scalar = loss.build({
    logprob: logProb(logits, targets),
    entropy: entropy(logits),
    score,
    field: (name) => inputs.get(name) ?? assert.fail(name),
  });
  const hasValue = loss.fields.includes("return");
  const [logitGradient, scoreGradient] = gradients(scalar, hasValue ? [logits, score] : [logits]);
  assert.ok(logitGradient !== undefined);
  const session = await Session.create(
    emit({ loss: scalar, logitGradient, ...(scoreGradient === undefined ? {} : { scoreGradient }) }),
  );
  const outputs = await session.run({
    logits: new Float32Array(rows.flat()),
    targets: BigInt64Array.from(chainsOf(golden.targets).flat(), BigInt),
    ...(hasValue ? { score: new Float32Array(chainsOf(golden.scores).flat()) } : {}),
    ...Object.fromEntries(loss.fields.map((name) => [name, new Float32Array(values[name] as number[])])),
  });
  await session.release();
  return outputs as Record<"loss" | "logitGradient" | "scoreGradient", Float32Array>;
}

const weights = tokenWeights(lengths, "token-mean", 0).flatMap((w, c) =>
  new Array<number>(lengths[c] as number).fill(w),
);
const old = chainsOf(golden.old);

describe("PPO beside PyTorch's", () => {
  const oldValues = chainsOf(golden.oldValues);
  const estimates = oldValues.map((values, c) => {
    const rewards = values.map((_, t) => (t === values.length - 1 ? (golden.outcomes[c] as number) : 0));
    const after = golden.cutOff[c] === true ? (golden.after[c] as number) : 0;
    return generalisedAdvantages(rewards, values, after, golden.lambda_);
  });
  const advantages = whiten(estimates.map((estimate) => estimate.advantages)).flat();
  const returns = estimates.flatMap((estimate) => estimate.returns);

  test("advantages and returns, chains that were cut off among them", () => {
    assert.ok(golden.cutOff.some((cut) => cut));
    near(advantages, chainsOf(golden.advantages).flat());
    near(returns, chainsOf(golden.returns).flat());
  });

  for (const [name, wanted] of Object.entries(golden.cases)) {
    test(`${name}: the joint loss and its gradients`, async () => {
      assert.ok(wanted.stopped > 0 && wanted.held > 0, "the case tries both clips");
      const { low: clipLow, high: clipHigh, valueWeight, valueClip } = wanted;
      const loss = ppoLoss({ clipLow, clipHigh, klWeight: 0, valueWeight, valueClip });
      const fields = { advantage: advantages, old: old.flat(), weight: weights };
      const came = await compute(loss, { ...fields, return: returns, oldValue: oldValues.flat() });
      near(came.loss, [wanted.loss]);
      near(came.logitGradient, chainsOf(wanted.logitGradient).flat(2));
      near(came.scoreGradient, chainsOf(wanted.scoreGradient).flat());
    });
  }
});

test("REINFORCE++ beside PyTorch's: returns with the KL inside, whitened, and the loss", async () => {
  const wanted = golden.reinforce;
  const reference = chainsOf(golden.reference);
  const chains = old.map((policy, c) => {
    return { policy, reference: reference[c] as number[], outcome: golden.outcomes[c] as number };
  });
  const advantages = whitenedReturns(chains, wanted.beta);
  near(advantages.flat(), chainsOf(wanted.advantages).flat());
  assert.ok(wanted.stopped > 0, "the case tries the clip");
  const loss = policyLoss({ clipLow: wanted.low, clipHigh: wanted.high, klWeight: 0 });
  const came = await compute(loss, { advantage: advantages.flat(), old: old.flat(), weight: weights });
  near(came.loss, [wanted.loss]);
  near(came.logitGradient, chainsOf(wanted.logitGradient).flat(2));
});

test("a transformer without a head has no value to learn", () => {
  const field = (): never => assert.fail("asked for a field");
  const [logprob, unused] = [input("logprob", [1]), input("unused", [1])];
  const loss = ppoLoss({ clipLow: 0.2, clipHigh: 0.2, klWeight: 0, valueWeight: 1, valueClip: 0.2 });
  assert.throws(() => loss.build({ logprob, entropy: unused, field }), { code: "usage" });
});
