/** Evaluation on the toy task: the reward model learns the labels, the policy learns from it, and everything that is computed is counted. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verifier } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { unscored } from "../core/verdict.ts";
import type { Rollout } from "./chains/rollouts.ts";
import { type EvaluationOptions, type EvaluationStep, evaluation } from "./evaluation.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { toyProblems, toyVerifier } from "./fixtures/toy.ts";
import { TOY_LABELS, TOY_PPO, toyLearnerWithHead, toyRewardModel } from "./fixtures/toy-head.ts";
import type { Learner, LearnProgress } from "./learn-step.ts";
import type { LabelledSteps } from "./reward/process-lessons.ts";

type Model = ReturnType<typeof toyRewardModel>;

/** Every word is a step. */
const split = (chain: string): string[] => (chain === "" ? [] : chain.split(/(?= )/));

function learn(
  learner: Learner,
  rewardModel: EvaluationOptions["rewardModel"],
  options: Partial<EvaluationOptions> = {},
  from?: LearnProgress,
  signal?: AbortSignal,
) {
  const process = { rewardModel, split, form: "difference", processWeight: 1, labels: TOY_LABELS } as const;
  return evaluation(learner, toyProblems(5), new Rng(3), { ...TOY_PPO, ...process, ...options }, from, signal);
}

async function steps(rule: AsyncIterable<EvaluationStep>): Promise<EvaluationStep[]> {
  return (await collect(rule)) as EvaluationStep[];
}

/** What a reward model is told, beside what it does. */
function spied(model: Model): { readonly told: LabelledSteps[]; readonly model: EvaluationOptions["rewardModel"] } {
  const told: LabelledSteps[] = [];
  return {
    told,
    model: {
      scoreAll: model.scoreAll,
      spent: model.spent,
      train: (chains, rng) => {
        told.push(...chains);
        return model.train(chains, rng);
      },
    },
  };
}

test("policy and reward model learn together: reward and proxy rise", async () => {
  await using learner = toyLearnerWithHead();
  await using model = toyRewardModel();
  const all = await steps(learn(learner, model, { steps: 22, samples: 16 }));
  const [first, last] = [all[0] as EvaluationStep, all.at(-1) as EvaluationStep];
  assert.ok(first.reward < 0.35 && last.reward > 0.85, `${first.reward} to ${last.reward}`);
  assert.ok((last.proxy as number) > 0.7, `the reward model agrees: ${last.proxy}`);
});

describe("labels", () => {
  test("are those of the verifier where a chain has ended, of roll-outs before, and unknown elsewhere", async () => {
    await using learner = toyLearnerWithHead();
    await using model = toyRewardModel(1);
    const { told, model: spy } = spied(model);
    const labels = { ...TOY_LABELS, chains: 40, prefixes: 1 };
    const [step] = await steps(learn(learner, spy, { steps: 1, maxTokens: 4, labels }));
    assert.equal(told.length, 40);
    assert.ok(
      told.some(({ steps: own }) => own.length > 2),
      "there are chains of several steps",
    );
    for (const chain of told) {
      const right = (await toyVerifier.verify(chain.problem, chain.steps[0] as string)).status === "correct" ? 1 : 0;
      const known = chain.labels.filter((label) => label !== null);
      // What the toy's first word is decides, and roll-outs go on behind it.
      assert.ok(
        known.every((label) => label === right),
        JSON.stringify(chain),
      );
      const ended = chain.steps.at(-1)?.endsWith("end") === true;
      assert.equal(known.length, ended ? Math.min(2, chain.steps.length) : 1);
      if (ended) assert.notEqual(chain.labels.at(-1), null);
    }
    assert.equal(step?.labelled, told.flatMap((chain) => chain.labels).filter((label) => label !== null).length);
  });

  test("are made anew only now and then", async () => {
    await using learner = toyLearnerWithHead();
    await using model = toyRewardModel(1);
    const all = await steps(learn(learner, model, { steps: 5, labels: { ...TOY_LABELS, every: 2 } }));
    assert.deepEqual(
      all.map(({ labelled, modelLoss }) => labelled > 0 && modelLoss !== null),
      [true, false, true, false, true],
    );
  });

  test("are unknown where the verifier could not judge", async () => {
    const verifier: Verifier = { name: "away", verify: async () => unscored("away") };
    await using learner = toyLearnerWithHead({ verifier });
    await using model = toyRewardModel(1);
    const { told, model: spy } = spied(model);
    const [step] = await steps(learn(learner, spy, { steps: 1 }));
    assert.deepEqual([step?.unscored, step?.labelled, step?.modelLoss], [40, 0, null]);
    assert.deepEqual(told, [], "there is nothing to learn from");
  });
});

describe("the same again", () => {
  test("going on from a step gives the steps that would have come", async () => {
    const options = { labels: { ...TOY_LABELS, every: 2 } };
    await using whole = toyLearnerWithHead();
    await using wholeModel = toyRewardModel(1);
    const expected = await collect(learn(whole, wholeModel, { ...options, steps: 5 }));
    await using broken = toyLearnerWithHead();
    await using brokenModel = toyRewardModel(1);
    const first = await collect(learn(broken, brokenModel, { ...options, steps: 3 }));
    const second = await collect(learn(broken, brokenModel, { ...options, steps: 5 }, first.at(-1)));
    assert.deepEqual([...first, ...second], expected);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
    assert.deepEqual(brokenModel.engine.parameters, wholeModel.engine.parameters);
  });

  test("an abort during roll-outs leaves policy and reward model as they were", async () => {
    await using learner = toyLearnerWithHead();
    await using model = toyRewardModel(1);
    const controller = new AbortController();
    let calls = 0;
    learner.model.onSample = () => {
      if (++calls === 4) controller.abort(new Error("stop")); // the second step's labels
    };
    const now = () => [learner.engine.parameters.slice(), model.engine.parameters.slice(), learner.optimizer.step];
    let saved = now();
    const { steps: done, error } = await collectUntilThrown(
      learn(learner, model, { steps: 9 }, undefined, controller.signal),
      () => {
        saved = now();
      },
    );
    assert.equal(error, controller.signal.reason);
    assert.equal(done.length, 1);
    assert.deepEqual(now(), saved);
  });
});

test("FLOPs: those of PPO, of roll-outs for labels, and of the reward model", async () => {
  await using learner = toyLearnerWithHead();
  await using model = toyRewardModel(1);
  const { told, model: spy } = spied(model);
  const valueWarmup = { ...TOY_PPO.valueWarmup, steps: 0 };
  const [step] = await steps(learn(learner, spy, { steps: 1, valueWarmup }));
  // By hand, as in policy-gradient.test.ts: 4832 FLOPs a token and 64 for each position looked at; the head's 16 weights are left out.
  const at = (position: number): number => 4832 + 64 * (position + 1);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const whole = (tokens: number): number => sum(Array.from({ length: tokens }, (_, t) => at(t)));
  const tokensOf = ({ completion }: Rollout): number => completion.tokens?.length as number;
  const chains = (step as EvaluationStep).groups.flat();
  const writing = 5 * at(0) + sum(chains.map((chain) => whole(1 + tokensOf(chain)) - at(0)));
  const training = sum(chains.map((chain) => (1 + 3) * whole(2 + tokensOf(chain))));
  const scoring = sum(chains.map((chain) => whole(2 + tokensOf(chain))));
  // It is taught as far as something is known.
  const teaching = sum(told.map(({ labels }) => 3 * whole(3 + labels.findLastIndex((label) => label !== null))));
  // Two roll-outs of one token from each distinct prefix; the toy model says of a prompt that it has 2 tokens, whatever follows it.
  const rolled = new Set(
    told.flatMap(({ problem, steps: own, labels }) =>
      own.flatMap((word, s) => {
        const isRolled = labels[s] !== null && !word.endsWith("end");
        return isRolled ? [`${problem.id}:${own.slice(0, s + 1).join("")}`] : [];
      }),
    ),
  ).size;
  assert.ok(rolled > 0);
  assert.equal(step?.flops, writing + training + scoring + teaching + rolled * (at(0) + 2 * at(1)));
});
