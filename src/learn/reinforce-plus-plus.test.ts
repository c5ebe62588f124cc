/** REINFORCE++ on the toy task; its numbers are held beside PyTorch's in golden/ppo.test.ts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../core/rng.ts";
import type { Rollout } from "./chains/rollouts.ts";
import { collect } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts";
import type { Learner, LearnProgress, LearnStep } from "./learn-step.ts";
import { REINFORCE_PP, type ReinforceOptions, reinforcePlusPlus } from "./reinforce-plus-plus.ts";

const AMOUNT = { steps: 25, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, minibatches: 2 } as const;

function train(learner: Learner, options: Partial<ReinforceOptions> = {}, from?: LearnProgress) {
  const all = { ...REINFORCE_PP, ...AMOUNT, optimizer: TOY_ADAMW, ...options };
  return reinforcePlusPlus(learner, toyProblems(5), new Rng(3), all, from);
}

test("it learns the toy task, with one chain a problem even", async () => {
  for (const samples of [8, 1]) {
    await using learner = toyLearner();
    const amount = samples === 1 ? { problemsPerStep: 80, steps: 20 } : {};
    const problems = toyProblems(80);
    const options = { ...REINFORCE_PP, ...AMOUNT, ...amount, samples, optimizer: TOY_ADAMW };
    const steps = await collect(reinforcePlusPlus(learner, problems, new Rng(3), options));
    const [first, last] = [steps[0] as LearnStep, steps.at(-1) as LearnStep];
    assert.ok(first.reward < 0.35 && last.reward > 0.85, `${samples}: ${first.reward} to ${last.reward}`);
  }
});

test("the KL in the reward holds it back", async () => {
  const drift = async (beta: number): Promise<number> => {
    await using learner = toyLearner();
    return (await collect(train(learner, { steps: 15, beta }))).at(-1)?.kl as number;
  };
  const [free, held] = [await drift(0), await drift(1)];
  assert.ok(held < free / 2, `${held} against ${free}`);
});

test("going on from a step gives the steps that would have come", async () => {
  await using whole = toyLearner();
  const expected = await collect(train(whole, { steps: 4 }));
  await using broken = toyLearner();
  const first = await collect(train(broken, { steps: 2 }));
  const second = await collect(train(broken, { steps: 4 }, first.at(-1)));
  assert.deepEqual([...first, ...second], expected);
  assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
});

test("FLOPs count the reference's pass where there is a KL", async () => {
  const costOf = async (beta: number): Promise<LearnStep> => {
    await using learner = toyLearner();
    return (await collect(train(learner, { steps: 1, beta })))[0] as LearnStep;
  };
  const [without, withKl] = [await costOf(0), await costOf(0.1)];
  // By hand, as in policy-gradient.test.ts: 4832 FLOPs a token and 64 for each position looked at.
  const at = (position: number): number => 4832 + 64 * (position + 1);
  const read = ({ completion }: Rollout): number =>
    at(0) + at(1) + at(2) + (completion.tokens?.length === 2 ? at(3) : 0);
  const pass = withKl.groups.flat().reduce((sum, chain) => sum + read(chain), 0);
  assert.equal(withKl.flops - without.flops, pass);
});

test("chains may be of older weights, fetched every age + 1 steps, and a run goes on where they are fetched", async () => {
  await using fresh = toyLearner();
  await using aged = toyLearner();
  const own = await collect(train(fresh, { steps: 2 }));
  const [first, second] = await collect(train(aged, { steps: 2, age: 1 }));
  assert.deepEqual(first, own[0]);
  assert.ok((own[1]?.kl ?? 0) > 0.001, "the policy has moved");
  assert.ok(Math.abs(second?.kl ?? 1) < 1e-6, "the second step's chains are the base's, and so is the KL told");
  await assert.rejects(collect(train(aged, { steps: 3, age: 1 }, first)), { code: "usage" });
});
