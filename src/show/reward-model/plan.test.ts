/** What may be asked of `mull reward-model` together, and what would change nothing and is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, REWARD_PLANS, type RewardChoices } from "./plan.ts";

test("what is not asked for is the preset's", () => {
  assert.deepEqual(planOf("default", {}), REWARD_PLANS.default);
  const asked = { labels: "soft", rollouts: 8, lookahead: 4, lookaheadTemperature: 1.5 } as const;
  assert.deepEqual(planOf("quick", asked), { ...REWARD_PLANS.quick, ...asked });
});

test("a choice that would change nothing is refused, with what it goes with", () => {
  const refused: readonly (readonly [RewardChoices, RegExp])[] = [
    [{ kind: "outcome", lookahead: 4 }, /^--lookahead goes with --kind process$/],
    [{ kind: "outcome", labels: "soft" }, /^--labels goes with --kind process$/],
    [{ kind: "outcome", target: "policy" }, /^--target goes with --kind process$/],
    [{ kind: "outcome", rollouts: 8 }, /^--rollouts goes with --kind process$/],
    [{ rollouts: 8 }, /^--rollouts goes with --labels soft, hard or first-error$/],
    [{ labels: "own", rollouts: 8 }, /^--rollouts goes with --labels/],
    [{ lookaheadTemperature: 1.5 }, /^--lookahead-temperature goes with --lookahead$/],
  ];
  for (const [asked, message] of refused) assert.throws(() => planOf("default", asked), { code: "usage", message });
});
