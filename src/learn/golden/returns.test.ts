/** Token-wise advantages beside PyTorch's in double precision (`returns.json`, made by `test/interop/returns.py`). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { generalisedAdvantages, penalisedRewards, rewardsToGo, whiten } from "../credit/returns.ts";

type Chains = readonly (readonly number[])[];
type Golden = {
  readonly outcomes: readonly number[];
  readonly after: readonly number[];
  readonly lambda_: number;
  readonly beta: number;
} & Readonly<Record<"values" | "policy" | "reference" | "gae" | "targets" | "whitenedGae" | "reinforce", Chains>>;

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, "returns.json"), "utf8"));

function near(actual: Chains, expected: Chains): void {
  assert.deepEqual(
    actual.map((chain) => chain.length),
    expected.map((chain) => chain.length),
  );
  for (const [c, chain] of expected.entries()) {
    for (const [t, wanted] of chain.entries()) {
      const came = actual[c]?.[t] as number;
      assert.ok(Math.abs(came - wanted) < 1e-9, `chain ${c}, token ${t}: expected ${wanted}, got ${came}`);
    }
  }
}

describe("beside PyTorch's", () => {
  const { outcomes, after, values, policy, reference, lambda_, beta } = golden;
  const estimates = values.map((own, c) => {
    const rewards = own.map((_, t) => (t === own.length - 1 ? (outcomes[c] as number) : 0));
    return generalisedAdvantages(rewards, own, after[c] as number, lambda_);
  });

  test("generalised advantages, the value's targets, whitened over the batch", () => {
    const advantages = estimates.map((estimate) => estimate.advantages);
    near(advantages, golden.gae);
    near(
      estimates.map(({ returns }) => returns),
      golden.targets,
    );
    near(whiten(advantages), golden.whitenedGae);
  });

  test("REINFORCE++", () => {
    const returns = policy.map((own, c) =>
      rewardsToGo(penalisedRewards(outcomes[c] as number, own, reference[c] ?? [], beta)),
    );
    near(whiten(returns), golden.reinforce);
  });
});

describe("limits", () => {
  test("lambda 1 is the return less the value, lambda 0 is one step", () => {
    const rewards = [0, 0.5, 1];
    const values = [0.2, 0.4, 0.9];
    near([generalisedAdvantages(rewards, values, 0, 1).advantages], [[1.3, 1.1, 0.1]]);
    near([generalisedAdvantages(rewards, values, 0.3, 0).advantages], [[0.2, 1, 0.4]]);
  });

  test("equal values have no variance and become 0; nothing stays nothing", () => {
    assert.deepEqual(whiten([[2, 2], [2]]), [[0, 0], [0]]);
    assert.deepEqual(whiten([[5]]), [[0]]);
    assert.deepEqual(whiten([]), []);
    assert.deepEqual(generalisedAdvantages([], [], 0, 0.95), { advantages: [], returns: [] });
  });
});
