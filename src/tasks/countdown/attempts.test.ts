import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { attemptsOf, BETWEEN_ATTEMPTS } from "./attempts.ts";
import { corpus } from "./corpus.ts";
import { problemOf } from "./puzzle.ts";
import { judge } from "./verifier.ts";

const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });

describe("attempts of a chain", () => {
  test("one that began at a kept state is written out whole", () => {
    const chain = "7 - 3 =4 8 + 2 =10 10 + 4 =14 back:1 8 - 2 =6 4 * 6 =24 solved";
    assert.deepEqual(attemptsOf(problem, chain), [
      { text: "7 - 3 =4 8 + 2 =10 10 + 4 =14", miss: 10 },
      { text: "7 - 3 =4 8 - 2 =6 4 * 6 =24", miss: 0 },
    ]);
  });

  test("one that slipped or was left in the middle is none", () => {
    assert.deepEqual(attemptsOf(problem, "7 - 3 =5 8 - 2 =6 5 * 6 =30 give-up"), []);
    assert.deepEqual(attemptsOf(problem, "7 - 3 =4 back:0 8 - 2 =6 give-up"), []);
    assert.deepEqual(attemptsOf(problem, ""), []);
    assert.deepEqual(attemptsOf({ id: "poem", prompt: "Write." }, "1 + 1 =2"), []);
  });

  test("of any chain: an attempt that misses nothing is a solution, any other is not", () => {
    let hits = 0;
    let misses = 0;
    for (const { text, problem: posed } of corpus(new Rng(1)).take(400)) {
      if (posed === null) continue;
      const chain = text.slice(posed.prompt.length + 1);
      for (const { text: attempt, miss } of attemptsOf(posed, chain)) {
        const { status } = judge(posed, `${attempt} ${BETWEEN_ATTEMPTS.end}`);
        assert.equal(status, miss === 0 ? "correct" : "wrong", `${posed.prompt}: ${attempt}`);
        if (miss === 0) hits++;
        else misses++;
      }
    }
    assert.ok(hits > 50 && misses > 200, `${hits} hits, ${misses} misses`);
  });
});
