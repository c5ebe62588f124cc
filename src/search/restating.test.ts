import assert from "node:assert/strict";
import { test } from "node:test";
import type { Completion, SampleRequest } from "../core/completion.ts";
import type { Model } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { correct, wrong } from "../core/verdict.ts";
import { restating } from "./restating.ts";

/** Steps are "a", "b", ... by the order of asking; chains on what they leave end as `ends` says, in turn. */
function scripted(ends: readonly string[]): Model & { readonly asked: SampleRequest[] } {
  const asked: SampleRequest[] = [];
  let [step, chain] = [0, 0];
  return {
    name: "scripted",
    asked,
    sample: async (requests) =>
      requests.map((request): Completion => {
        asked.push(request);
        const text =
          request.stop === undefined ? (ends[chain++ % ends.length] as string) : String.fromCharCode(97 + step++);
        return { text, finish: "end", usage: { promptTokens: 1, completionTokens: 1 } };
      }),
  };
}

const problem = { id: "p", prompt: "whole" };
const verifier = {
  name: "good",
  verify: async (_: unknown, text: string) => (text.endsWith("good") ? correct("yes") : wrong("no")),
};

function solve(
  model: Model,
  options: { readonly parallel: number; readonly maxTokens?: number; readonly budget?: number },
) {
  const { parallel, maxTokens = 100, budget = 100 } = options;
  const task = {
    restate: (_: unknown, step: string) => {
      return {
        problem: { id: step, prompt: `after ${step}` },
        maxTokens: 1,
        compose: (chain: string) => `${step}>${chain}`,
      };
    },
    reopen: (_: unknown, text: string) => (text.endsWith("torn") ? null : text),
    again: " | ",
    tokens: (chain: string) => chain.split(" | ").length,
  };
  const strategy = restating({
    format: { stop: ["="], maxTokens: 1 },
    restating: task,
    parallel,
    enough: 1,
    maxTokens,
  });
  const context = {
    model,
    verifier,
    extract: (_: unknown, text: string) => text,
    budget: { maxTokens: budget },
    rng: new Rng(1),
  };
  return strategy.solve(problem, context);
}

test("a right attempt stands behind the failures before it, unreadable ones left out; later failures stand alone", async () => {
  const model = scripted(["bad", "torn", "good", "bad"]);
  const { text, chains, usage } = await solve(model, { parallel: 4 });
  assert.equal(text, "a>bad | c>good");
  assert.deepEqual(
    chains.map((chain) => chain.text),
    ["a>bad | c>good", "d>bad"],
  );
  assert.equal(usage.tokens, 8);
  assert.deepEqual(
    model.asked.map(({ prompt }) => prompt),
    ["whole", "whole", "whole", "whole", "after a", "after b", "after c", "after d"],
  );
});

test("what is joined keeps to its length by leaving out the earliest failures", async () => {
  const { text } = await solve(scripted(["bad", "bad", "bad", "good"]), { parallel: 4, maxTokens: 2 });
  assert.equal(text, "c>bad | d>good");
});

test("rounds go on until one is right or nothing is left to spend", async () => {
  const found = await solve(scripted(["bad", "bad", "bad", "good"]), { parallel: 1 });
  assert.equal(found.text, "a>bad | b>bad | c>bad | d>good");
  const spent = await solve(scripted(["bad"]), { parallel: 1, budget: 7 });
  assert.deepEqual([spent.verdict?.status, spent.usage.tokens], ["wrong", 7]);
});
