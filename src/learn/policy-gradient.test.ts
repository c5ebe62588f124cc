/** Policy gradient on a toy task, through the real engine: what is trained on, what is not, and that it learns. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verifier } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { correct, unscored, wrong } from "../core/verdict.ts";
import { Engine, newOptimizerState } from "../engine/engine.ts";
import type { Rollout } from "./chains/rollouts.ts";
import { groupAdvantages } from "./credit/advantages.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_ADAMW, TOY_SHAPE, type ToyLearner, toyLearner, toyProblems, toyVerifier } from "./fixtures/toy.ts";
import type { LearnStep } from "./learn-step.ts";
import { policyLoss } from "./loss/policy-loss.ts";
import { type PolicyGradientOptions, policyGradient, VARIANTS } from "./policy-gradient.ts";

const OPTIONS: PolicyGradientOptions = {
  ...VARIANTS.grpo,
  steps: 3,
  problemsPerStep: 5,
  samples: 8,
  maxTokens: 2,
  temperature: 1,
  minibatches: 2,
  klWeight: 0,
  overlongBuffer: 0,
  optimizer: TOY_ADAMW,
};

const train = (learner: ToyLearner, options: Partial<PolicyGradientOptions> = {}): AsyncGenerator<LearnStep> =>
  policyGradient(learner, toyProblems(5), new Rng(3), { ...OPTIONS, ...options });

/** Verdicts by the text of a chain alone. */
const byText = (judge: (text: string) => "right" | "wrong" | "unscored"): Verifier => ({
  name: "by text",
  verify: async (_, text) => {
    const verdict = judge(text);
    return verdict === "right" ? correct("") : verdict === "wrong" ? wrong("") : unscored("no opinion");
  },
});

describe("what a step trains on", () => {
  test("groups that agree are dropped, and counted", async () => {
    for (const verdict of ["right", "wrong"] as const) {
      await using learner = toyLearner({ verifier: byText(() => verdict) });
      const before = learner.engine.parameters.slice();
      const [step] = await collect(train(learner, { steps: 1 }));
      assert.deepEqual([step?.useful, step?.lossTokens], [0, 0]);
      assert.deepEqual([step?.gradientNorm, step?.entropy, step?.clipped], [null, null, null]);
      assert.equal(step?.reward, verdict === "right" ? 1 : 0);
      assert.equal(step?.groups.length, 5);
      assert.ok((step?.flops as number) > 0, "their chains were paid for");
      assert.deepEqual(learner.engine.parameters, before);
      assert.equal(learner.optimizer.step, 0);
    }
  });

  test("unscored chains are left out, also where the rest of their group agrees", async () => {
    // What ends at once is unscored: it must neither count as wrong nor make a group of right ones useful.
    await using learner = toyLearner({ verifier: byText((text) => (text === "end" ? "unscored" : "right")) });
    const before = learner.engine.parameters.slice();
    const [step] = await collect(train(learner, { steps: 1 }));
    const chains = (step as LearnStep).groups.flat();
    const ended = chains.filter((r) => r.completion.text === "end").length;
    assert.ok(ended > 0 && ended < chains.length, `${ended}`);
    assert.deepEqual([step?.unscored, step?.reward, step?.useful, step?.lossTokens], [ended, 1, 0, 0]);
    assert.deepEqual(learner.engine.parameters, before);
  });

  test("a step is what the papers' update of its scored chains gives, to the last bit", async () => {
    const verdicts: Verifier = {
      name: "the next digit, with doubts",
      verify: async (problem, text, options) =>
        text.endsWith("end") ? unscored("no opinion") : toyVerifier.verify(problem, text, options),
    };
    await using learner = toyLearner({ verifier: verdicts });
    const start = learner.engine.parameters.slice();
    const [step] = await collect(train(learner, { steps: 1 }));
    const { groups, useful, unscored: doubted, lossTokens } = step as LearnStep;
    assert.ok(useful > 0 && useful < 1, `some groups are dropped: ${useful}`);
    assert.ok(doubted > 0);

    // The same once more, written down group by group.
    await using second = new Engine(TOY_SHAPE, start, { threads: 1 });
    const optimizer = newOptimizerState(start.length);
    const scored = groups.map((group) => group.filter(({ verdict }) => verdict.status !== "unscored"));
    const chains = scored.flatMap((group) => {
      const rewards = group.map(({ verdict }) => (verdict.status === "correct" ? 1 : 0));
      if (!(rewards.includes(1) && rewards.includes(0))) return [];
      const advantages = groupAdvantages(rewards, "group-normalised");
      return group.map((rollout, i) => ({ ...rollout, advantage: advantages[i] as number }));
    });
    for (const half of [0, 1]) {
      const part = chains.filter((_, i) => i % 2 === half);
      const sequences = part.map(({ problem, completion: { tokens = [], logprobs = [] }, advantage }) => ({
        tokens: [...learner.model.encode(problem.prompt), ...tokens],
        fields: {
          advantage: [0, 0, ...tokens.map(() => advantage)],
          old: [0, 0, ...logprobs],
          weight: [0, 0, ...tokens.map(() => 1 / (part.length * tokens.length))],
        },
      }));
      const { gradient } = await second.gradient(sequences, policyLoss(OPTIONS));
      await second.update(gradient, optimizer, OPTIONS.optimizer);
    }
    assert.deepEqual(learner.engine.parameters, second.parameters);
    assert.deepEqual(learner.optimizer, optimizer);
    assert.equal(
      lossTokens,
      chains.reduce((n, { completion }) => n + (completion.tokens?.length ?? 0), 0),
    );
  });

  test("with the overlong penalty lengths differ in reward, and short wrong chains beat long ones", async () => {
    await using learner = toyLearner({ verifier: byText(() => "wrong") });
    const options = { steps: 20, overlongBuffer: 1, baseline: "group-mean", minibatches: 1 } as const;
    const steps = await collect(train(learner, options));
    const [first, last] = [steps[0] as LearnStep, steps.at(-1) as LearnStep];
    assert.ok(first.lossTokens > 0, "groups whose verdicts agree teach length");
    assert.deepEqual([first.useful, first.reward], [0, 0], "the diagnostics keep to the verdicts");
    assert.ok(last.meanTokens < first.meanTokens - 0.3, `${first.meanTokens} to ${last.meanTokens}`);
  });
});

describe("DAPO's resampling", () => {
  /** Runs one step of up to 3 rounds, and tells which rounds of problems were asked for. */
  async function asked(verifier: Verifier): Promise<{ rounds: number[]; step: LearnStep }> {
    await using learner = toyLearner({ verifier });
    const rounds: number[] = [];
    const problems = (round: number) => {
      rounds.push(round);
      return toyProblems(5)(round);
    };
    const options = { ...OPTIONS, ...VARIANTS.dapo, steps: 1 };
    const [step] = await collect(policyGradient(learner, problems, new Rng(3), options));
    return { rounds, step: step as LearnStep };
  }

  test("ends after the last round, though nothing useful came", async () => {
    const { rounds, step } = await asked(byText(() => "wrong"));
    assert.deepEqual(rounds, [3, 4, 5]);
    assert.deepEqual([step.groups.length, step.useful, step.lossTokens], [15, 0, 0]);
  });

  test("ends as soon as every group is useful", async () => {
    let calls = 0; // verdicts by turns
    const { rounds, step } = await asked(byText(() => (calls++ % 2 === 0 ? "right" : "wrong")));
    assert.deepEqual(rounds, [3]);
    assert.deepEqual([step.groups.length, step.useful], [5, 1]);
  });

  test("replaces no more groups than are missing", async () => {
    let calls = 0; // the first 3 groups of 8 agree, in all others every second chain is right
    const verdicts = byText(() => {
      const call = calls++;
      return call < 24 || call % 2 === 0 ? "right" : "wrong";
    });
    const { rounds, step } = await asked(verdicts);
    assert.deepEqual(rounds, [3, 4]);
    assert.deepEqual([step.groups.length, step.useful], [8, 5 / 8]);
  });
});

describe("learning", () => {
  for (const [name, variant] of Object.entries(VARIANTS)) {
    test(`${name} learns the toy task`, async () => {
      await using learner = toyLearner();
      const options = { ...OPTIONS, ...variant, steps: 30, samples: 16 };
      const steps = await collect(policyGradient(learner, toyProblems(5), new Rng(1), options));
      const [first, last] = [steps[0] as LearnStep, steps.at(-1) as LearnStep];
      assert.ok(first.reward < 0.35, `it begins near chance: ${first.reward}`);
      assert.ok(last.reward > 0.9, `it ends at ${last.reward}`);
      assert.ok(last.kl > first.kl + 0.1, "it has left the policy it began with");
      assert.ok(Math.abs(first.kl) < 1e-6, "which the first step's chains are of");
      assert.ok((last.entropy as number) < (first.entropy as number));
    });
  }

  test("a KL to the reference holds it back", async () => {
    const drift = async (klWeight: number): Promise<number> => {
      await using learner = toyLearner();
      return (await collect(train(learner, { steps: 15, klWeight }))).at(-1)?.kl as number;
    };
    const [free, held] = [await drift(0), await drift(1)];
    assert.ok(held < free / 2, `${held} against ${free}`);
  });

  test("at another temperature a first update has a ratio of 1: nothing is clipped, and it learns", async () => {
    await using learner = toyLearner();
    const steps = await collect(train(learner, { steps: 30, temperature: 1.5, minibatches: 1 }));
    assert.deepEqual(
      steps.map((step) => step.clipped),
      steps.map(() => 0),
    );
    assert.ok((steps.at(-1) as LearnStep).reward > (steps[0] as LearnStep).reward + 0.3);
  });
});

describe("off-policy age", () => {
  test("chains of three steps come from the weights before the first of them, while the policy goes on", async () => {
    await using learner = toyLearner();
    const sampledBy: Float32Array[] = [];
    learner.model.onSample = () => void sampledBy.push(learner.engine.parameters.slice());
    const after = [learner.engine.parameters.slice()];
    for await (const _ of train(learner, { steps: 5, age: 2 })) after.push(learner.engine.parameters.slice());
    assert.deepEqual(sampledBy, [after[0], after[0], after[0], after[3], after[3]]);
    assert.notDeepEqual(after[1], after[0]);
    assert.notDeepEqual(after[2], after[1], "an older chain teaches too");
  });

  test("goes on only where the weights that sampled are at hand", async () => {
    const options = { ...OPTIONS, steps: 4, age: 1 };
    await using undisturbed = toyLearner();
    const expected = await collect(train(undisturbed, options));
    await using learner = toyLearner();
    const first = await collect(train(learner, { ...options, steps: 2 }));
    const goOn = (step: number): AsyncGenerator<LearnStep> =>
      policyGradient(learner, toyProblems(5), new Rng(3), options, { step, flops: first[step - 1]?.flops ?? 0 });
    await assert.rejects(collect(goOn(1)), { code: "usage" });
    assert.deepEqual([...first, ...(await collect(goOn(2)))], expected);
  });
});

describe("the same again", () => {
  test("one seed gives one series, bit for bit, however its chains fall to the threads; another seed another", async () => {
    // Few slots, so that which thread writes which chain depends on the clock.
    const series = async (seed: number) => {
      await using learner = toyLearner({ threads: 2, slots: 3 });
      const options = { ...OPTIONS, steps: 6, samples: 16 };
      const steps = await collect(policyGradient(learner, toyProblems(5), new Rng(seed), options));
      return { steps, parameters: learner.engine.parameters.slice(), optimizer: learner.optimizer };
    };
    const first = await series(1);
    assert.deepEqual(await series(1), first);
    assert.notDeepEqual((await series(2)).parameters, first.parameters);
  });

  test("going on from a step gives the steps that would have come", async () => {
    await using whole = toyLearner();
    const steps = await collect(train(whole, { steps: 6 }));
    await using broken = toyLearner();
    const firstHalf = await collect(train(broken, { steps: 3 }));
    const secondHalf = await collect(
      policyGradient(broken, toyProblems(5), new Rng(3), { ...OPTIONS, steps: 6 }, firstHalf.at(-1)),
    );
    assert.deepEqual([...firstHalf, ...secondHalf], steps);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
  });
});

describe("stopping", () => {
  const options = { ...OPTIONS, steps: 9, ...VARIANTS.dapo };

  test("while chains are written, it leaves weights and optimizer of the last finished step", async () => {
    await using learner = toyLearner();
    const controller = new AbortController();
    let saved = { parameters: learner.engine.parameters.slice(), optimizer: structuredClone(learner.optimizer) };
    let calls = 0;
    learner.model.onSample = () => {
      if (++calls === 7) controller.abort(new Error("stop")); // with the chains of that call under way
    };
    const learn = policyGradient(learner, toyProblems(5), new Rng(3), options, undefined, controller.signal);
    const { steps, error } = await collectUntilThrown(learn, () => {
      saved = { parameters: learner.engine.parameters.slice(), optimizer: structuredClone(learner.optimizer) };
    });
    assert.equal(error, controller.signal.reason);
    assert.ok(steps.length > 0 && steps.length < 7);
    assert.deepEqual({ parameters: learner.engine.parameters, optimizer: learner.optimizer }, saved);
  });

  test("while it improves, it finishes the step first", async () => {
    await using undisturbed = toyLearner();
    const expected = await collect(train(undisturbed, { steps: 2 }));
    const controller = new AbortController();
    let verified = 0;
    const verifier: Verifier = {
      ...toyVerifier,
      verify: (problem, text) => {
        if (++verified === 80) controller.abort(); // the last verdict of step 2, which has 40
        return toyVerifier.verify(problem, text);
      },
    };
    await using learner = toyLearner({ verifier });
    const { steps, error } = await collectUntilThrown(
      policyGradient(learner, toyProblems(5), new Rng(3), { ...OPTIONS, steps: 9 }, undefined, controller.signal),
    );
    assert.equal(error, controller.signal.reason);
    assert.deepEqual(steps, expected);
    assert.deepEqual(learner.engine.parameters, undisturbed.engine.parameters);
    assert.deepEqual(learner.optimizer, undisturbed.optimizer);
  });
});

test("FLOPs are those of every token written and trained on, a group's prompt counted once", async () => {
  await using learner = toyLearner();
  const [step] = await collect(train(learner, { steps: 1, minibatches: 1 }));
  // By hand: 16 * 8 * (2*2 + 2*1) + 3 * 16 * 32 + 7 * 16 = 2416 weights in products, so 4832 FLOPs a token, and
  // 4 * 1 layer * 2 heads * 8 = 64 for each position looked at. The prompt has 2 tokens: its first is computed once a
  // group, its second with each chain, out of which comes the chain's first token.
  const at = (position: number): number => 4832 + 64 * (position + 1);
  const written = ({ completion }: Rollout): number => at(1) + (completion.tokens?.length === 2 ? at(2) : 0);
  const trained = ({ completion }: Rollout): number =>
    3 * (at(0) + at(1) + at(2) + (completion.tokens?.length === 2 ? at(3) : 0));
  const { groups, flops } = step as LearnStep;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const useful = groups.filter((group) => new Set(group.map((r) => r.verdict.status)).size === 2);
  const expected = groups.length * at(0) + sum(groups.flat().map(written)) + sum(useful.flat().map(trained));
  assert.equal(flops, expected);
});
