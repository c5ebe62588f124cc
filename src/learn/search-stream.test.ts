/** Imitating a searcher on the toy task: what is trained on, that it learns, goes on and stops; the same for optimal solutions and distillation. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Problem } from "../core/problem.ts";
import { Rng } from "../core/rng.ts";
import { type DistillationStep, distillation } from "./distillation.ts";
import { restart } from "./fine-tune.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems, toyWeights } from "./fixtures/toy.ts";
import type { LearnProgress } from "./learn-step.ts";
import { optimal } from "./optimal.ts";
import { type SearchStreamOptions, searchStream } from "./search-stream.ts";

const next = ({ prompt }: Problem): string => `${(Number(prompt) + 1) % 5} end`;

const SIZE = { steps: 1, problemsPerStep: 5, maxTokens: 2, temperature: 1, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
const OPTIONS: SearchStreamOptions = { ...SIZE, samples: 4, own: 2, keep: 1, search: next };

describe("a step", () => {
  test("trains on what the searcher wrote and on the policy's right chains, and tells of the policy", async () => {
    await using learner = toyLearner();
    const search = (problem: Problem) => (problem.prompt === "3" ? null : next(problem));
    const [step] = await collect(searchStream(learner, toyProblems(5), new Rng(2), { ...OPTIONS, own: 5, search }));
    assert.ok(step !== undefined && "kept" in step && "written" in step);
    const right = step.groups.filter((group) => group.some(({ verdict }) => verdict.status === "correct"));
    assert.equal(step.written, 4);
    assert.equal(step.kept, right.length);
    assert.ok(right.length > 0);
    const own = right.map(
      (group) => group.find(({ verdict }) => verdict.status === "correct")?.completion.tokens ?? [],
    );
    assert.equal(step.lossTokens, 4 * 2 + own.reduce((n, tokens) => n + tokens.length, 0));
    assert.ok(step.flops > 0 && step.kl < 1e-6);
  });

  test("it learns, goes on where it stopped, and heeds an abort before training", async () => {
    await using learner = toyLearner();
    const run = { ...OPTIONS, steps: 8, epochs: 5 };
    const learn = (from?: LearnProgress, to = run.steps, signal?: AbortSignal) =>
      searchStream(learner, toyProblems(5), new Rng(1), { ...run, steps: to }, from, signal);
    const steps = await collect(learn());
    const weights = learner.engine.parameters.slice();
    assert.ok((steps[0]?.reward ?? 1) < 0.5 && (steps.at(-1)?.reward ?? 0) > 0.9, `${steps.at(-1)?.reward}`);

    restart(learner, toyWeights(1));
    const first = await collect(learn(undefined, 3));
    const stop = new AbortController();
    learner.model.onSample = () => stop.abort();
    assert.equal((await collectUntilThrown(learn(first.at(-1), run.steps, stop.signal))).steps.length, 0);
    learner.model.onSample = () => {};
    assert.deepEqual([...first, ...(await collect(learn(first.at(-1))))], steps);
    assert.deepEqual(learner.engine.parameters, weights);
  });

  test("optimal solutions are the same without the policy's own chains", async () => {
    await using learner = toyLearner();
    const options = { ...SIZE, samples: 4, own: 5, solve: next };
    const [step] = await collect(optimal(learner, toyProblems(5), new Rng(2), options));
    assert.equal(step?.lossTokens, 10);
  });
});

test("distillation: the teacher writes and stays, the policy learns its right answers alone, until it is right at once", async () => {
  await using learner = toyLearner();
  const answer = (_: Problem, chain: string): string => `${chain.split(" ")[0]} end`;
  const distil = { ...SIZE, samples: 16, own: 5, keep: 1, teacher: toyWeights(1), answer, epochs: 5, steps: 12 };
  const learn = (count: number) =>
    collect(distillation(learner, toyProblems(5), new Rng(1), { ...distil, steps: count }));

  restart(learner, toyWeights(2));
  const [other] = await learn(1);
  restart(learner, toyWeights(1));
  const steps = (await learn(12)) as DistillationStep[];
  const [first] = steps;
  assert.ok(other !== undefined && "teacherReward" in other && first !== undefined);
  assert.equal(other.teacherReward, first.teacherReward); // the same teacher, another policy
  assert.notDeepEqual(other.groups, first.groups);
  assert.equal(first.lossTokens, 5 * 2 * first.taught); // passes, and tokens of an answer
  assert.ok(first.reward < 0.5 && (steps.at(-1)?.reward ?? 0) > 0.9, `${steps.at(-1)?.reward}`);
  assert.ok(
    steps.every(({ teacherReward }) => teacherReward < 0.5),
    "the teacher learns nothing",
  );
});
