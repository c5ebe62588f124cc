/** The variants of filtering: beginning at the base each step, keeping all so far, and hints for what was not solved. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { trainFlops } from "../core/flops.ts";
import type { Problem } from "../core/problem.ts";
import { Rng } from "../core/rng.ts";
import { newOptimizerState } from "../engine/engine.ts";
import { type FilterOptions, type FilterStep, filter } from "./filter.ts";
import { TOY_ADAMW, TOY_SHAPE, type ToyLearner, toyLearner, toyProblems, toyWeights } from "./fixtures/toy.ts";
import { TOY_LABELS } from "./fixtures/toy-head.ts";
import { CROSS_ENTROPY, type SupervisedText, supervised } from "./pretrain.ts";
import type { LabelledSteps, ProcessRewardModel } from "./reward/process-lessons.ts";

const OPTIONS: FilterOptions = {
  steps: 3,
  problemsPerStep: 5,
  samples: 8,
  maxTokens: 2,
  temperature: 1,
  keep: 2,
  epochs: 1,
  batch: 1000,
  optimizer: TOY_ADAMW,
};

async function run(
  learner: ToyLearner,
  options: Partial<FilterOptions>,
  from?: FilterStep,
  problems = toyProblems(5),
): Promise<FilterStep[]> {
  const steps: FilterStep[] = [];
  for await (const step of filter(learner, problems, new Rng(6), { ...OPTIONS, ...options }, from)) steps.push(step);
  return steps;
}

/** What one pass over `texts` makes of the base, in the order of that step. */
async function trainedFromBase(texts: readonly SupervisedText[], step: number): Promise<Float32Array> {
  await using learner = toyLearner();
  const shuffled = new Rng(6).split(step).split("epoch", 0).shuffle(texts);
  const { gradient } = await learner.engine.gradient(supervised(shuffled), CROSS_ENTROPY);
  await learner.engine.update(gradient, learner.optimizer, TOY_ADAMW);
  return learner.engine.parameters.slice();
}

describe("beginning at the base each step", () => {
  test("the weights are those of one training from the base on what the step kept", async () => {
    await using learner = toyLearner();
    const steps = await run(learner, { restartFrom: toyWeights(1) });
    assert.equal(learner.optimizer.step, 1);
    const { step, kept } = steps.at(-1) as FilterStep;
    assert.ok(kept.length > 1);
    assert.deepEqual(learner.engine.parameters, await trainedFromBase(kept, step));
  });

  test("the rate falls over a step's own updates, however much of a budget is spent", async () => {
    const optimizer = { ...TOY_ADAMW, totalSteps: Number.MAX_SAFE_INTEGER, finalRatio: 0.05 };
    const options = { steps: 1, restartFrom: toyWeights(1), batch: 1, optimizer };
    await using late = toyLearner();
    const [step] = await run({ ...late, progress: () => 0.97 }, options);
    const { kept } = step as FilterStep;
    const updates = kept.length;
    assert.ok(updates > 3, `${updates} updates`);
    await using learner = toyLearner();
    const shuffled = new Rng(6).split(1).split("epoch", 0).shuffle(kept);
    for (let u = 0; u < updates; u++) {
      const { gradient } = await learner.engine.gradient(supervised(shuffled.slice(u, u + 1)), CROSS_ENTROPY);
      await learner.engine.update(gradient, learner.optimizer, { ...optimizer, totalSteps: updates });
    }
    assert.deepEqual(late.engine.parameters, learner.engine.parameters);
  });

  test("a step that keeps nothing leaves the base and an optimizer without a past", async () => {
    await using learner = toyLearner();
    await run(learner, { steps: 1 });
    await run(learner, { steps: 1, keep: 0, restartFrom: toyWeights(1) });
    assert.deepEqual(learner.engine.parameters, toyWeights(1));
    assert.deepEqual(learner.optimizer, newOptimizerState(toyWeights(1).length));
  });
});

describe("keeping all so far", () => {
  test("a step trains on its own and on what came before", async () => {
    await using learner = toyLearner();
    const [first, second, third] = (await run(learner, { accumulate: true })) as [FilterStep, FilterStep, FilterStep];
    assert.ok(first.kept.length < second.kept.length && second.kept.length < third.kept.length);
    assert.deepEqual(third.kept.slice(0, second.kept.length), second.kept);
    assert.equal(
      third.lossTokens,
      third.kept.reduce((n, { tokens, promptTokens }) => n + tokens.length - promptTokens, 0),
    );
  });

  test("going on from a step keeps what that step had", async () => {
    await using whole = toyLearner();
    const steps = await run(whole, { accumulate: true });
    await using broken = toyLearner();
    const first = await run(broken, { accumulate: true, steps: 1 });
    assert.deepEqual([...first, ...(await run(broken, { accumulate: true }, first[0]))], steps);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
  });
});

describe("hints", () => {
  const successor = ({ prompt }: Problem): string => String((Number(prompt) + 1) % 5);

  test("what no chain solved is tried with a hint; the chain is kept under the bare prompt", async () => {
    await using learner = toyLearner();
    const plain = (await run(learner, { steps: 1, samples: 2 }))[0] as FilterStep;
    assert.equal(plain.rationalised, 0);
    const unsolved = plain.groups.filter((group) => group.every(({ verdict }) => verdict.status === "wrong"));
    assert.ok(unsolved.length > 0 && unsolved.length < 5, `${unsolved.length} unsolved`);

    await using hinted = toyLearner();
    const step = (await run(hinted, { steps: 1, samples: 2, hint: successor }))[0] as FilterStep;
    assert.deepEqual(step.groups, plain.groups);
    assert.equal(step.rationalised, unsolved.length);
    const texts = step.kept.slice(-unsolved.length);
    for (const [i, group] of unsolved.entries()) {
      const { problem } = group[0] as (typeof group)[0];
      const prefix = hinted.model.encode(problem.prompt, successor(problem));
      assert.deepEqual(texts[i]?.tokens.slice(0, 3), prefix);
      assert.equal(texts[i]?.promptTokens, 2);
    }
    assert.ok(step.flops > plain.flops);
  });

  test("a wrong hint is kept no more than a wrong chain, and null asks for nothing", async () => {
    await using learner = toyLearner();
    const [misled] = await run(learner, { steps: 1, samples: 2, hint: ({ prompt }) => prompt });
    assert.equal(misled?.rationalised, 0);
    await using other = toyLearner();
    const [silent] = await run(other, { steps: 1, samples: 2, hint: () => null });
    assert.equal(silent?.rationalised, 0);
    assert.deepEqual(other.engine.parameters, learner.engine.parameters);
  });
});

describe("a preference", () => {
  test("keeps the best of the correct chains by the reward model, none below the threshold, and counts what scoring cost", async () => {
    const asked: string[] = [];
    let spent = 0;
    const scorer = {
      scoreAll: async (chains: readonly { readonly steps: readonly string[] }[]) => {
        spent += 1000 * chains.length;
        asked.push(...chains.map(({ steps }) => steps.join("")));
        return chains.map(({ steps }) =>
          steps.map((step) => (step === " end" ? 0.9 : step.startsWith(" ") ? 0.3 : 0.6)),
        );
      },
      spent: () => spent,
    };
    const split = (chain: string): string[] => chain.split(/(?= )/);
    await using plain = toyLearner();
    const [all] = await run(plain, { steps: 1, keep: 8 });
    await using learner = toyLearner();
    const prefer = { scorer, split, aggregation: "last", threshold: 0.5 } as const;
    const [chosen] = await run(learner, { steps: 1, keep: 8, prefer });
    const ends = ({ tokens }: SupervisedText): boolean => tokens.at(-1) === 1;
    assert.deepEqual(chosen?.kept, all?.kept.filter(ends)); // those that go on with another digit score .3
    assert.equal(asked.length, all?.kept.length, "right chains alone are scored");
    assert.ok((all?.kept.length ?? 0) > (chosen?.kept.length ?? 0) && (chosen?.kept.length ?? 0) > 0);
    const trained = ({ kept, flops }: FilterStep): number =>
      flops - kept.reduce((sum, t) => sum + trainFlops(TOY_SHAPE, t.tokens.length), 0);
    assert.equal(trained(chosen as FilterStep) - trained(all as FilterStep), spent);
    await using best = toyLearner();
    const [one] = await run(best, { steps: 1, keep: 1, prefer: { ...prefer, threshold: 0 } });
    const byPrompt = Map.groupBy(all?.kept ?? [], ({ tokens }) => tokens[1]);
    assert.deepEqual(
      one?.kept.map(({ tokens }) => tokens),
      [...byPrompt.values()].map((group) => (group.find(ends) ?? group[0])?.tokens),
    );
  });

  test("may be taught beside the policy: before it chooses, every few steps, and its lessons are counted", async () => {
    const split = (chain: string): string[] => chain.split(/(?= )/);
    const labels = { ...TOY_LABELS, every: 2 };
    let spent = 0;
    let learnt = 0;
    const told: LabelledSteps[] = [];
    const rewardModel: ProcessRewardModel = {
      train: async (chains) => {
        told.push(...chains);
        learnt++;
        spent += 1e6;
        return { loss: 0.5 };
      },
      // What has learnt twice likes nothing any more.
      scoreAll: async (chains) => chains.map(({ steps }) => steps.map(() => (learnt === 1 ? 1 : 0))),
      spent: () => spent,
    };
    const prefer = { scorer: rewardModel, split, aggregation: "min", threshold: 0.5 } as const;
    await using taught = toyLearner();
    const all = await run(taught, { prefer: { ...prefer, teaching: { rewardModel, labels } } });
    assert.deepEqual(
      all.map(({ labelled, modelLoss }) => [(labelled ?? 0) > labels.chains, modelLoss]),
      [
        [true, 0.5],
        [false, null],
        [true, 0.5],
      ],
    );
    assert.equal(told.length, 2 * labels.chains);
    assert.deepEqual(
      all.map(({ kept }) => kept.length > 0),
      [true, true, false],
    );
    await using plain = toyLearner();
    const [first] = await run(plain, { steps: 1 });
    assert.deepEqual(first?.groups, all[0]?.groups, "the same chains");
    assert.deepEqual(first?.kept, all[0]?.kept, "all the same to it, the first are kept");
    const extra = (all[0]?.flops ?? 0) - (first?.flops ?? 0) - 1e6;
    assert.ok(extra > 0, `roll-outs cost ${extra}`);
    assert.ok(first !== undefined && !("labelled" in first));
  });

  test("once its reward model has learnt, a step is finished whatever the signal says", async () => {
    const controller = new AbortController();
    const rewardModel: ProcessRewardModel = {
      train: async () => {
        controller.abort(new Error("enough"));
        return { loss: 0 };
      },
      scoreAll: async (chains, { signal } = {}) => {
        signal?.throwIfAborted();
        return chains.map(({ steps }) => steps.map(() => 1));
      },
      spent: () => 0,
    };
    const split = (chain: string): string[] => chain.split(/(?= )/);
    const prefer = { scorer: rewardModel, split, aggregation: "last" } as const;
    const options = { ...OPTIONS, prefer: { ...prefer, teaching: { rewardModel, labels: TOY_LABELS } } };
    await using learner = toyLearner();
    const rest = filter(learner, toyProblems(5), new Rng(6), options, undefined, controller.signal);
    assert.equal((await rest.next()).value?.step, 1);
    await assert.rejects(rest.next(), /enough/);
  });
});
