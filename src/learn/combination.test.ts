/** Splicing, and training on what was spliced. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Problem } from "../core/problem.ts";
import { Rng } from "../core/rng.ts";
import { wrong } from "../core/verdict.ts";
import type { Group } from "./chains/rollouts.ts";
import { type Splicer, splice } from "./chains/splice.ts";
import { type CombinationOptions, combination } from "./combination.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts";

const problem = { id: "p", prompt: "1" };

/** Words are attempts; a word misses by its number. */
const words: Splicer = {
  attempts: (_, chain) => chain.split(" ").map((text) => ({ text, miss: Number(text) })),
  turn: "no",
  end: ".",
};

const group: Group = ["5 3 0", "9 3", "1"].map((text) => ({
  problem,
  completion: { text, finish: "end", usage: { promptTokens: 1, completionTokens: 1 } },
  verdict: wrong("nobody looks at it"),
}));

describe("splicing", () => {
  const OPTIONS = { keep: 1, failures: 3, choose: "nearest" as const };

  test("failed attempts come before the right one, each once, with a turn between", () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const [only, ...others] = splice(group, new Rng(seed), words, { ...OPTIONS, choose: "random" });
      assert.deepEqual(others, []);
      const failed = only?.failed.split(" no ").filter((text) => text !== "") ?? [];
      seen.add(failed.length);
      assert.equal(new Set(failed).size, failed.length);
      for (const text of failed) assert.ok(["5", "3", "9", "1"].includes(text));
      assert.equal(only?.recovery, failed.length === 0 ? "0 ." : "no 0 .");
    }
    assert.deepEqual([...seen].toSorted(), [0, 1, 2, 3]);
  });

  test("the nearest misses, the nearest last", () => {
    const failed = new Set<string>();
    for (let seed = 0; seed < 40; seed++) failed.add(splice(group, new Rng(seed), words, OPTIONS)[0]?.failed as string);
    assert.deepEqual([...failed].toSorted(), ["", "1", "3 no 1", "5 no 3 no 1"]);
  });

  test("without a right attempt there is nothing; with several, up to so many", () => {
    const right = { ...words, attempts: (_: Problem, chain: string) => [{ text: `r${chain}`, miss: 0 }] };
    assert.equal(splice(group, new Rng(1), right, { ...OPTIONS, keep: 2 }).length, 2);
    assert.equal(splice(group, new Rng(1), right, { ...OPTIONS, keep: 9 }).length, 3);
    assert.deepEqual(splice(group.slice(1), new Rng(1), words, OPTIONS), []);
    assert.deepEqual(splice([], new Rng(1), words, OPTIONS), []);
  });
});

const toy: Splicer = {
  attempts: ({ prompt }, chain) =>
    chain
      .split(" ")
      .slice(0, 1)
      .filter((word) => word !== "end" && word !== "")
      .map((text) => ({ text, miss: (5 + Number(text) - Number(prompt) - 1) % 5 })),
  turn: "0",
  end: "end",
};

const OPTIONS: CombinationOptions = {
  steps: 1,
  problemsPerStep: 5,
  samples: 16,
  maxTokens: 2,
  temperature: 1,
  keep: 1,
  failures: 0,
  choose: "random",
  splicer: toy,
  learn: "all",
  epochs: 2,
  batch: 8,
  optimizer: TOY_ADAMW,
};

describe("a step", () => {
  test("trains on the recovery alone, or on all of it", async () => {
    const tokens = async (options: Partial<CombinationOptions>): Promise<[number, number]> => {
      await using learner = toyLearner();
      const [step] = await collect(
        combination(learner, toyProblems(5), new Rng(3), { ...OPTIONS, epochs: 1, failures: 2, ...options }),
      );
      assert.ok(step !== undefined && "monologues" in step);
      const monologues = step.monologues as { failed: string; recovery: string }[];
      assert.ok(monologues.some(({ failed }) => failed !== ""));
      const all = monologues.reduce((n, m) => n + `${m.failed} ${m.recovery}`.trim().split(" ").length, 0);
      return [step.lossTokens, all];
    };
    const [learnt, all] = await tokens({ learn: "all" });
    assert.equal(learnt, all);
    const [recovery, whole] = await tokens({ learn: "recovery" });
    assert.equal(whole, all);
    assert.ok(recovery < all && recovery > 0);
  });

  test("it learns the toy task, goes on where it stopped, and heeds an abort before training", async () => {
    await using whole = toyLearner();
    const run = { ...OPTIONS, steps: 20 };
    const steps = await collect(combination(whole, toyProblems(5), new Rng(1), run));
    assert.ok((steps[0]?.reward ?? 1) < 0.35 && (steps.at(-1)?.reward ?? 0) > 0.8, `${steps.at(-1)?.reward}`);

    await using broken = toyLearner();
    const first = await collect(combination(broken, toyProblems(5), new Rng(1), { ...run, steps: 2 }));
    const stop = new AbortController();
    broken.model.onSample = () => stop.abort();
    const cut = combination(broken, toyProblems(5), new Rng(1), run, first.at(-1), stop.signal);
    assert.equal((await collectUntilThrown(cut)).steps.length, 0);
    broken.model.onSample = () => {};
    const rest = await collect(combination(broken, toyProblems(5), new Rng(1), run, first.at(-1)));
    assert.deepEqual([...first, ...rest], steps);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
  });
});
