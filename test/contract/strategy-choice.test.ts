/** What each strategy chooses, worked out by hand, and how it deals out its budget. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SampleRequest } from "../../src/core/completion.ts";
import type { StrategyContext, Verifier } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { correct, unscored, type Verdict, wrong } from "../../src/core/verdict.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { best, bestOfN } from "../../src/search/best-of-n.ts";
import { forced } from "../../src/search/forced.ts";
import { majority, tally } from "../../src/search/majority.ts";
import { dealBudget } from "../../src/search/sample-chains.ts";
import { single } from "../../src/search/single.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";

const { verifier, extract } = new CountdownTask();
const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });

// Four chains of this problem and what they come to.
const RIGHT = "7 - 3 =4 8 - 2 =6 6 * 4 =24 solved"; // (7-3)*(8-2)
const RIGHT_OTHERWISE = "8 - 2 =6 7 - 3 =4 4 * 6 =24 solved"; // the same answer, written in another order
const FALSE = "3 + 7 =10 10 + 8 =18 18 + 2 =24 solved"; // claims 2+3+7+8
const LOST = "3 + 7 =10 give-up";

function context(chains: readonly string[], more: Partial<StrategyContext> = {}) {
  const asked: SampleRequest[] = [];
  const model = new ScriptedModel(
    (request, i) => {
      asked.push(request);
      return chains[i] ?? "";
    },
    { ends: ["solved", "give-up"] },
  );
  const whole: StrategyContext = { model, verifier, extract, budget: { maxTokens: 1000 }, rng: new Rng(1), ...more };
  return { whole, asked };
}

describe("single", () => {
  test("takes its chain as it comes, unverified", async () => {
    const { whole, asked } = context([FALSE]);
    const { text, answer, usage, verdict } = await single().solve(problem, whole);
    assert.equal(text, FALSE);
    assert.equal(answer, "2+3+7+8");
    assert.equal(verdict, undefined);
    assert.deepEqual(usage, { calls: 1, tokens: 13, flops: 0 });
    assert.equal(asked[0]?.maxTokens, 1000);
  });

  test("passes on how to sample", async () => {
    const { whole, asked } = context([LOST]);
    const { answer } = await single({ maxTokens: 50, temperature: 0.5, topP: 0.9 }).solve(problem, whole);
    assert.equal(answer, null);
    const seed = new Rng(1).split("chain", 0).seed;
    assert.deepEqual(asked, [{ prompt: problem.prompt, maxTokens: 50, temperature: 0.5, topP: 0.9, seed }]);
  });
});

describe("majority", () => {
  const vote = async (chains: readonly string[]) => {
    const { text, answer } = await majority({ n: chains.length }).solve(problem, context(chains).whole);
    return { text, answer };
  };

  test("counts the same answer in other words as one", async () => {
    const expected = { text: RIGHT_OTHERWISE, answer: "(7-3)*(8-2)" };
    assert.deepEqual(await vote([FALSE, RIGHT_OTHERWISE, LOST, RIGHT]), expected);
  });

  test("is wrong where most are wrong: it knows no better", async () => {
    assert.equal((await vote([RIGHT, FALSE, FALSE])).answer, "2+3+7+8");
  });

  test("breaks ties by the lowest index", async () => {
    assert.equal((await vote([LOST, RIGHT, FALSE, FALSE, RIGHT])).text, RIGHT);
    assert.equal((await vote([FALSE, RIGHT])).text, FALSE);
  });

  test("no answer is no vote: many who gave up do not outvote one who did not", async () => {
    assert.equal((await vote([LOST, LOST, LOST, RIGHT])).text, RIGHT);
  });

  test("abstains where nobody votes", async () => {
    assert.deepEqual(await vote([LOST, "", "nonsense"]), { text: "", answer: null });
  });

  test("the tally holds every vote once, most first", () => {
    const votes: fc.Arbitrary<(string | null)[]> = fc.array(
      fc.option(fc.constantFrom("a", "b", "c", "__proto__"), { nil: null }),
    );
    fc.assert(
      fc.property(votes, (answers) => {
        const counted = tally(answers);
        for (const { answer, votes: n, first } of counted) {
          assert.equal(n, answers.filter((each) => each === answer).length);
          assert.equal(first, answers.indexOf(answer));
        }
        assert.equal(counted.length, new Set(answers.filter((each) => each !== null)).size);
        for (const [i, { votes: n, first }] of counted.entries()) {
          const next = counted[i + 1];
          if (next !== undefined) assert.ok(n > next.votes || (n === next.votes && first < next.first));
        }
      }),
    );
  });
});

describe("best of n", () => {
  test("with the exact verifier it is pass@n: right where any chain is", async () => {
    const { whole } = context([LOST, FALSE, RIGHT, RIGHT_OTHERWISE]);
    const { text, verdict } = await bestOfN({ n: 4 }).solve(problem, whole);
    assert.equal(text, RIGHT);
    assert.equal(verdict?.status, "correct");
  });

  test("where none is right it takes the first, and says why it is wrong", async () => {
    const { text, verdict } = await bestOfN({ n: 2 }).solve(problem, context([LOST, FALSE]).whole);
    assert.equal(text, LOST);
    assert.match(verdict?.reason ?? "", /gave up/);
  });

  test("takes the highest score, never what could not be scored", async () => {
    const verdicts: Readonly<Record<string, Verdict>> = {
      a: unscored("timed out"),
      b: wrong("a little", 0.3),
      c: wrong("nearly", 0.8),
      d: wrong("as nearly", 0.8),
    };
    const graded: Verifier = { name: "graded", verify: async (_, text) => verdicts[text] ?? unscored("unknown") };
    const { whole } = context(["a", "b", "c", "d"], { verifier: graded });
    assert.equal((await bestOfN({ n: 4 }).solve(problem, whole)).text, "c");
    const none = context(["a", "a"], { verifier: graded }).whole;
    const abstained = await bestOfN({ n: 2 }).solve(problem, none);
    assert.deepEqual([abstained.text, abstained.answer, abstained.verdict], ["", null, unscored("timed out")]);
  });

  test("no verdicts, no choice", () => {
    assert.equal(best([]), null);
    assert.equal(best([wrong("no")]), 0);
    assert.equal(best([wrong("no"), correct("yes"), correct("yes too")]), 1);
  });
});

describe("forced", () => {
  const strategy = forced({ extend: { end: "give-up", continuation: "back:0" } });

  test("goes on where the model would give up", async () => {
    const { whole } = context([`${LOST} ${RIGHT}`]);
    const { text, answer } = await strategy.solve(problem, whole);
    assert.equal(text, `3 + 7 =10 back:0 ${RIGHT}`);
    assert.equal(answer, "(7-3)*(8-2)");
  });

  test("stops when the budget is spent", async () => {
    const { whole } = context(["give-up ".repeat(50)], { budget: { maxTokens: 9 } });
    const { usage, chains } = await strategy.solve(problem, whole);
    assert.equal(usage.tokens, 9);
    assert.equal(chains[0]?.finish, "length");
  });
});

describe("the budget", () => {
  test("is dealt out evenly, whole, and to as many chains as it reaches", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 70 }), (budget, n) => {
        const dealt = dealBudget(budget, n);
        assert.equal(
          dealt.reduce((a, b) => a + b, 0),
          budget,
        );
        assert.equal(dealt.length, Math.min(n, budget));
        assert.ok(Math.max(...dealt) - Math.min(...dealt) <= 1);
        assert.ok(Math.min(...dealt) >= 1);
      }),
    );
    assert.deepEqual(dealBudget(100, 3, 10), [10, 10, 10]);
  });

  test("n and maxTokens below one are refused", async () => {
    for (const strategy of [majority({ n: 0 }), majority({ n: 1.5 }), bestOfN({ n: -1 }), single({ maxTokens: 0 })]) {
      await assert.rejects(strategy.solve(problem, context([RIGHT]).whole), { code: "input" });
    }
  });
});
