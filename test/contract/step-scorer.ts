/** What every StepScorer keeps: a score in [0, 1] for every prefix, the same again, that of a prefix whatever follows, and the problem as it was. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepScorer } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";

export function stepScorerContract(
  name: string,
  make: () => StepScorer,
  problem: Problem,
  chains: readonly (readonly string[])[],
): void {
  describe(`step scorer contract: ${name}`, () => {
    test("one score in [0, 1] for every step, none for no step", async () => {
      assert.ok(make().name.length > 0);
      for (const steps of [[], ...chains]) {
        const scores = await make().score(problem, steps);
        assert.equal(scores.length, steps.length);
        for (const score of scores) assert.ok(score >= 0 && score <= 1, `score ${score}`);
      }
    });

    test("the same steps get the same scores, from one scorer, from a new one, and side by side", async () => {
      const one = make();
      const scores = await Promise.all(chains.map((steps) => one.score(problem, steps)));
      for (const [i, steps] of chains.entries()) {
        assert.deepEqual(await one.score(problem, steps), scores[i]);
        assert.deepEqual(await make().score(problem, steps), scores[i]);
      }
    });

    test("a prefix is scored without regard to what follows", async () => {
      for (const steps of chains) {
        const whole = await make().score(problem, steps);
        const part = await make().score(problem, steps.slice(0, -1));
        assert.deepEqual(part, whole.slice(0, -1));
      }
    });

    test("problem and steps are left as they were", async () => {
      const copies = structuredClone({ problem, chains });
      for (const steps of copies.chains) await make().score(copies.problem, steps);
      assert.deepEqual(copies, { problem, chains });
    });
  });
}
