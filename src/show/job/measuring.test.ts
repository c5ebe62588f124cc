/** Sampling held-out problems and turning chains into records, with a scripted model. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../core/completion.ts";
import type { Problem } from "../../core/problem.ts";
import { ScriptedModel } from "../../model/scripted.ts";
import { type Puzzle, problemOf, puzzleOf } from "../../tasks/countdown/puzzle.ts";
import { splitOf } from "../../tasks/countdown/splits.ts";
import { behavioursOf, GO_ON, heldOut, sampleChains, tallyBehaviours, toRecords } from "./measuring.ts";

const PROBLEM = problemOf({ numbers: [4, 5, 2], target: 22 });
const OTHER = problemOf({ numbers: [1, 2, 3], target: 10 });
const RIGHT = "4 * 5 =20 20 + 2 =22 solved";

/** The chains that a model writes by its script, which is given the problem's prompt and the chain's number. */
async function chainsOf(script: (prompt: string, sample: number) => string, samples: number, problems = [PROBLEM]) {
  const model = new ScriptedModel(({ prompt }, i) => script(prompt, i % samples), { ends: ["solved", "give-up"] });
  return sampleChains(model, problems, { samples, maxTokens: 100, seed: 1 });
}

describe("held-out problems", () => {
  test("belong to their split, half of three and half of four numbers, and are always the same", () => {
    for (const split of ["heldout", "unseen-targets"] as const) {
      const problems = heldOut(split, 40);
      assert.deepEqual(heldOut(split, 40), problems);
      assert.deepEqual(heldOut(split, 10), problems.slice(0, 10), "a smaller preset is measured on some of the same");
      assert.equal(new Set(problems.map(({ id }) => id)).size, 40);
      assert.equal(problems.filter(({ tags }) => tags?.["n"] === "3").length, 20);
      for (const problem of problems) {
        const { numbers, target } = puzzleOf(problem) as Puzzle;
        assert.equal(splitOf(numbers, target), split);
      }
    }
  });
});

describe("sampling", () => {
  async function asked(problems: readonly Problem[], samples: number, seed: number): Promise<SampleRequest[]> {
    const requests: SampleRequest[] = [];
    const model = new ScriptedModel((request) => {
      requests.push(request);
      return "give-up";
    });
    await sampleChains(model, problems, { samples, maxTokens: 9, seed, extend: GO_ON });
    return requests;
  }

  test("asks for the chains of a problem together, each with a seed of its own", async () => {
    const requests = await asked([PROBLEM, OTHER], 3, 1);
    const [mine, others] = [new Array(3).fill(PROBLEM.prompt), new Array(3).fill(OTHER.prompt)];
    assert.deepEqual(
      requests.map(({ prompt }) => prompt),
      [...mine, ...others],
    );
    assert.equal(new Set(requests.map(({ seed }) => seed)).size, 6);
    for (const { maxTokens, extend, temperature = 1 } of requests) {
      assert.deepEqual({ maxTokens, extend, temperature }, { maxTokens: 9, extend: GO_ON, temperature: 1 });
    }
  });

  test("a chain's seed depends on seed, problem and number, not on what else is sampled", async () => {
    const seeds = async (...args: Parameters<typeof asked>) => (await asked(...args)).map(({ seed }) => seed);
    const both = await seeds([PROBLEM, OTHER], 3, 1);
    assert.deepEqual(await seeds([OTHER], 3, 1), both.slice(3));
    assert.deepEqual(await seeds([OTHER], 2, 1), both.slice(3, 5));
    assert.notDeepEqual(await seeds([OTHER], 3, 2), both.slice(3));
  });

  test("more chains than fit in one call come in order, and progress is told after each call", async () => {
    const told: [number, number][] = [];
    const samples = 5000;
    const model = new ScriptedModel((_, i) => (i % 2 === 0 ? RIGHT : "give-up"), { ends: ["solved", "give-up"] });
    const onProgress = (done: number, total: number) => told.push([done, total]);
    const chains = await sampleChains(model, [PROBLEM], { samples, maxTokens: 9, seed: 1, onProgress });
    assert.deepEqual(
      chains.map(({ completion }) => completion.text),
      Array.from({ length: samples }, (_, i) => (i % 2 === 0 ? RIGHT : "give-up")),
    );
    assert.deepEqual(
      told,
      [1024, 2048, 3072, 4096, 5000].map((done) => [done, samples]),
    );
  });

  test("an abort throws its reason", async () => {
    const controller = new AbortController();
    const model = new ScriptedModel(() => {
      controller.abort(new Error("enough"));
      return "give-up";
    });
    const plan = { samples: 1, maxTokens: 9, seed: 1, signal: controller.signal };
    await assert.rejects(sampleChains(model, [PROBLEM], plan), { message: "enough" });
  });
});

describe("records", () => {
  test("hold what the curves need, problem by problem", async () => {
    const chains = await chainsOf((prompt, i) => (i === 0 && prompt === PROBLEM.prompt ? RIGHT : "give-up"), 2, [
      PROBLEM,
      OTHER,
    ]);
    const quit = { correct: false, answer: null, tokens: 1, promptTokens: 5, solvedAt: null };
    assert.deepEqual(toRecords(chains), [
      {
        problem: { id: PROBLEM.id, tags: { n: "3" } },
        chains: [{ correct: true, answer: "4*5+2", tokens: 9, promptTokens: 5, solvedAt: 9 }, quit],
      },
      { problem: { id: OTHER.id, tags: { n: "3" } }, chains: [quit, quit] },
    ]);
  });

  test("a false claim is an answer, but no solution", async () => {
    const [record] = toRecords(await chainsOf(() => "4 + 5 =9 9 + 2 =11 solved", 1));
    assert.deepEqual(record?.chains, [{ correct: false, answer: "2+4+5", tokens: 9, promptTokens: 5, solvedAt: null }]);
  });
});

test("behaviours are counted chain by chain", async () => {
  const texts = ["4 + 5 =9 back:0 4 * 5 =20 20 + 2 =22 solved", "give-up"];
  const [first, second] = tallyBehaviours(await chainsOf((_, i) => texts[i] as string, 2));
  assert.deepEqual([first?.problem, first?.operations, first?.counts.backtracking], [PROBLEM.id, 3, 1]);
  assert.deepEqual([second?.operations, second?.counts["giving up"]], [0, 1]);
  const rates = behavioursOf(await chainsOf((_, i) => texts[i] as string, 2));
  assert.deepEqual(
    [rates["giving up"], rates.backtracking],
    [0.5, 100 * (1 / 3)],
    "of the chains, and in 100 of their operations",
  );
});
