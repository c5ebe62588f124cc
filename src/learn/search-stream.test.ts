/** Imitating a searcher on the toy task: what is trained on, that it learns, goes on and stops; the same for optimal solutions and distillation. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Problem } from "../core/problem.ts";
import { Rng } from "../core/rng.ts";
import { type DistillationOptions, distillation } from "./distillation.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems, toyWeights } from "./fixtures/toy.ts";
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
    await using whole = toyLearner();
    const run = { ...OPTIONS, steps: 30 };
    const steps = await collect(searchStream(whole, toyProblems(5), new Rng(1), run));
    assert.ok((steps[0]?.reward ?? 1) < 0.5 && (steps.at(-1)?.reward ?? 0) > 0.9, `${steps.at(-1)?.reward}`);

    await using broken = toyLearner();
    const first = await collect(searchStream(broken, toyProblems(5), new Rng(1), { ...run, steps: 3 }));
    const stop = new AbortController();
    broken.model.onSample = () => stop.abort();
    const cut = searchStream(broken, toyProblems(5), new Rng(1), run, first.at(-1), stop.signal);
    assert.equal((await collectUntilThrown(cut)).steps.length, 0);
    broken.model.onSample = () => {};
    const rest = await collect(searchStream(broken, toyProblems(5), new Rng(1), run, first.at(-1)));
    assert.deepEqual([...first, ...rest], steps);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
  });

  test("optimal solutions are the same without the policy's own chains", async () => {
    await using learner = toyLearner();
    const options = { ...SIZE, samples: 4, own: 5, solve: next };
    const [step] = await collect(optimal(learner, toyProblems(5), new Rng(2), options));
    assert.equal(step?.lossTokens, 10);
  });
});

describe("distillation", () => {
  const answer = (_: Problem, chain: string): string => `${chain.split(" ")[0]} end`;
  const DISTIL: DistillationOptions = {
    ...SIZE,
    samples: 16,
    own: 5,
    keep: 1,
    teacher: toyWeights(1),
    answer,
  };

  test("the teacher writes and stays, the policy learns its right answers alone", async () => {
    await using learner = toyLearner();
    learner.engine.setParameters(toyWeights(2));
    const [step] = await collect(distillation(learner, toyProblems(5), new Rng(1), DISTIL));
    assert.ok(step !== undefined && "taught" in step && "teacherReward" in step);
    assert.equal(step.lossTokens, 2 * (step.taught as number));
    await using teacher = toyLearner();
    const [same] = await collect(distillation(teacher, toyProblems(5), new Rng(1), DISTIL));
    assert.ok(same !== undefined && "teacherReward" in same);
    assert.equal(same.teacherReward, step.teacherReward); // the same teacher, another policy
    assert.notDeepEqual(same.groups, step.groups);
  });

  test("answers become right and short", async () => {
    await using learner = toyLearner();
    const steps = await collect(distillation(learner, toyProblems(5), new Rng(1), { ...DISTIL, steps: 25 }));
    assert.ok((steps[0]?.reward ?? 1) < 0.5 && (steps.at(-1)?.reward ?? 0) > 0.9, `${steps.at(-1)?.reward}`);
    const teacher = steps.map((step) => ("teacherReward" in step ? (step.teacherReward as number) : 1));
    assert.ok(
      teacher.every((reward) => reward < 0.5),
      "the teacher learns nothing",
    );
  });
});
