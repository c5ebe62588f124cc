/** Rollouts, from a model and a verifier that are plain functions. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../core/completion.ts";
import { forwardFlops } from "../../core/flops.ts";
import type { Model, Verifier } from "../../core/interfaces.ts";
import { Rng } from "../../core/rng.ts";
import { correct, unscored, wrong } from "../../core/verdict.ts";
import { TOY_SHAPE } from "../fixtures/toy.ts";
import { describeGroups } from "../learn-step.ts";
import { generationFlops, outcomeReward, type Rollout, rollOut, scoringFlops } from "./rollouts.ts";

const PROBLEMS = ["a", "b", "c"].map((id) => ({ id, prompt: `${id}?` }));
const OPTIONS = { samples: 4, maxTokens: 7, temperature: 0.5 };

/** Answers with the request it got. */
function echo(asked: SampleRequest[]): Model {
  return {
    name: "echo",
    sample: async (requests) => {
      asked.push(...requests);
      return requests.map(({ prompt, seed }) => {
        return { text: `${prompt} ${seed}`, finish: "end", usage: { promptTokens: 1, completionTokens: 2 } };
      });
    },
  };
}

const verifier: Verifier = {
  name: "belongs to its problem",
  verify: async ({ prompt }, text) => (text.startsWith(prompt) ? correct("its own") : wrong("another's")),
};

describe("rolling out", () => {
  test("gives each problem its own chains, in order, each verified against its problem", async () => {
    const asked: SampleRequest[] = [];
    const groups = await rollOut(echo(asked), verifier, PROBLEMS, new Rng(1), OPTIONS);
    assert.deepEqual(
      groups.map((group) => group.map((r) => [r.problem.id, r.verdict.status])),
      PROBLEMS.map(({ id }) => new Array(4).fill([id, "correct"])),
    );
    assert.equal(new Set(asked.map(({ seed }) => seed)).size, 12, "every chain has a seed of its own");
    for (const { maxTokens, temperature } of asked) assert.deepEqual([maxTokens, temperature], [7, 0.5]);
  });

  test("a chain's seed depends on the generator's seed and the chain's place alone", async () => {
    const seeds = async (rng: Rng, problems = PROBLEMS) => {
      const asked: SampleRequest[] = [];
      await rollOut(echo(asked), verifier, problems, rng, OPTIONS);
      return asked.map(({ seed }) => seed);
    };
    const drawnFrom = new Rng(1);
    drawnFrom.next();
    const first = await seeds(new Rng(1));
    assert.deepEqual(await seeds(drawnFrom), first);
    assert.deepEqual(await seeds(new Rng(1), PROBLEMS.slice(0, 1)), first.slice(0, 4));
    assert.notDeepEqual(await seeds(new Rng(2)), first);
  });

  test("an abort throws its reason; chains that it cut short are not handed out", async () => {
    const controller = new AbortController();
    const model = echo([]);
    const stopping: Model = {
      name: "stopping",
      sample: async (requests, options) => {
        assert.equal(options?.signal, controller.signal);
        controller.abort(new Error("enough"));
        return model.sample(requests);
      },
    };
    const work = rollOut(stopping, verifier, PROBLEMS, new Rng(1), { ...OPTIONS, signal: controller.signal });
    await assert.rejects(work, { message: "enough" });
  });
});

/** A chain of so many tokens after a prompt of 5. */
function chain(verdict: Rollout["verdict"], tokens: number, finish: "end" | "length" = "end"): Rollout {
  const usage = { promptTokens: 5, completionTokens: tokens };
  return { problem: { id: "p", prompt: "?" }, completion: { text: "", finish, usage }, verdict };
}

test("the reward is the verdict's score; an unscored chain has none", () => {
  const verdicts = [correct(""), wrong(""), correct("", 0.5), unscored("")];
  assert.deepEqual(
    verdicts.map((verdict) => outcomeReward(chain(verdict, 1))),
    [1, 0, 0.5, null],
  );
});

test("a step is described by its scored chains", () => {
  const groups = [
    [chain(correct(""), 10), chain(wrong(""), 30, "length"), chain(unscored(""), 1000, "length")],
    [chain(wrong(""), 20), chain(wrong(""), 20), chain(unscored(""), 1000)],
  ];
  assert.deepEqual(describeGroups(groups), { reward: 0.25, useful: 0.5, meanTokens: 20, truncated: 0.25, unscored: 2 });
  assert.deepEqual(describeGroups([]), { reward: 0, useful: 0, meanTokens: 0, truncated: 0, unscored: 0 });
});

describe("FLOPs", () => {
  test("of writing: a group's prompt once, up to its last token, which is fed with each chain", () => {
    // Positions 0 to 3 once; then 4 and 5 for a chain of two tokens, 4 to 6 for one of three.
    const expected = forwardFlops(TOY_SHAPE, 0, 4) + forwardFlops(TOY_SHAPE, 4, 6) + forwardFlops(TOY_SHAPE, 4, 7);
    assert.equal(generationFlops(TOY_SHAPE, [[chain(wrong(""), 2), chain(wrong(""), 3)]]), expected);
    const group = [chain(wrong(""), 2)];
    assert.equal(generationFlops(TOY_SHAPE, [group, group]), 2 * forwardFlops(TOY_SHAPE, 0, 6));
    assert.equal(generationFlops(TOY_SHAPE, [[]]), 0);
  });

  test("of scoring: prompt and chain", () => {
    assert.equal(scoringFlops(TOY_SHAPE, [chain(wrong(""), 2)]), forwardFlops(TOY_SHAPE, 0, 7));
  });
});
