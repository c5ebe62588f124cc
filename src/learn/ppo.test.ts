/** PPO on the toy task: the value learns, the policy follows, what is rewarded where, and that runs can be repeated and stopped. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { correct, unscored, wrong } from "../core/verdict.ts";
import { parameterCount } from "../engine/transformer.ts";
import type { Group, Rollout } from "./chains/rollouts.ts";
import { type ChainScorer, type PpoReward, tokenRewards } from "./credit/ppo-rewards.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_SHAPE, ToyModel, toyLearner, toyProblems, toyVerifier } from "./fixtures/toy.ts";
import { TOY_PPO, toyLearnerWithHead } from "./fixtures/toy-head.ts";
import { klToReference, type Learner, type LearnProgress } from "./learn-step.ts";
import { type PpoOptions, type PpoStep, ppo, ppoUpdate, writeChains } from "./ppo.ts";

const OUTCOME: PpoReward = { kind: "outcome" };
const TRUNK = parameterCount(TOY_SHAPE);

function train(
  learner: Learner,
  options: Partial<PpoOptions & { reward: PpoReward }> = {},
  from?: LearnProgress,
  signal?: AbortSignal,
) {
  return ppo(learner, toyProblems(5), new Rng(3), { ...TOY_PPO, reward: OUTCOME, ...options }, from, signal);
}

async function steps(rule: AsyncIterable<PpoStep>): Promise<PpoStep[]> {
  return (await collect(rule)) as PpoStep[];
}

describe("learning", () => {
  test("the policy learns the toy task, and the value error falls", async () => {
    await using learner = toyLearnerWithHead();
    const all = await steps(train(learner, { steps: 30, samples: 16 }));
    const [first, last] = [all[0] as PpoStep, all.at(-1) as PpoStep];
    assert.ok(first.reward < 0.35, `it begins near chance: ${first.reward}`);
    assert.ok(last.reward > 0.9, `it ends at ${last.reward}`);
    assert.ok(Math.abs(first.kl) < 1e-6 && last.kl > 0.1, "it has left the policy it began with");
    const worst = Math.max(...all.map(({ valueError }) => valueError));
    assert.ok(last.valueError < worst / 3, `the value follows: ${last.valueError} after ${worst}`);
  });

  test("the value tells states apart where the policy stands still", async () => {
    await using learner = toyLearnerWithHead();
    const { groups } = await writeChains(learner, toyProblems(5)(0), new Rng(8), { ...TOY_PPO, samples: 32 });
    const valueWarmup = { ...TOY_PPO.valueWarmup, steps: 12 };
    const options = { ...TOY_PPO, lambda: 1, valueWarmup };
    const fits: number[] = [];
    for (let step = 1; step <= 12; step++) {
      fits.push((await ppoUpdate(learner, groups, step, options, OUTCOME)).diagnostics.explainedVariance as number);
    }
    assert.ok((fits[0] as number) <= 0, `a head that is zero explains nothing: ${fits[0]}`);
    assert.ok((fits.at(-1) as number) > 0.15, `then it does: ${fits.at(-1)}`);
  });

  test("while the value warms up, the policy is left as it was, to the last bit", async () => {
    await using learner = toyLearnerWithHead();
    const before = learner.engine.parameters.slice();
    const all = await steps(train(learner, { steps: 3 }));
    assert.deepEqual(
      all.map(({ warmup }) => warmup),
      [1, 1, 1],
    );
    const after = learner.engine.parameters;
    assert.deepEqual(after.slice(0, TRUNK), before.slice(0, TRUNK));
    assert.notDeepEqual(after.slice(TRUNK), before.slice(TRUNK));
    await collect(train(learner, { steps: 4 }, all.at(-1)));
    assert.notDeepEqual(after.slice(0, TRUNK), before.slice(0, TRUNK));
  });

  test("it may warm up by all weights, while a KL holds the policy", async () => {
    const drift = async (klWeight: number): Promise<{ fit: number; kl: number }> => {
      await using learner = toyLearnerWithHead();
      const { groups } = await writeChains(learner, toyProblems(5)(0), new Rng(8), { ...TOY_PPO, samples: 32 });
      const valueWarmup = { ...TOY_PPO.valueWarmup, steps: 9, learn: "all", klWeight } as const;
      const options = { ...TOY_PPO, lambda: 1, valueWeight: 4, valueWarmup };
      let fit = 0;
      for (let step = 1; step <= 6; step++) {
        fit = (await ppoUpdate(learner, groups, step, options, OUTCOME)).diagnostics.explainedVariance as number;
      }
      const after = await writeChains(learner, toyProblems(5)(0), new Rng(9), { ...TOY_PPO, samples: 32 });
      return { fit, kl: await klToReference(learner, after.groups) };
    };
    const [free, held] = [await drift(0), await drift(1)];
    assert.ok(held.kl < free.kl / 2, `${held.kl} against ${free.kl}`);
    assert.ok(held.fit > 0.15, `and it still learns: ${held.fit}`);
  });

  test("a transformer without a head is refused", async () => {
    await using learner = toyLearner();
    await assert.rejects(collect(train(learner)), { code: "usage" });
  });
});

describe("the value of a chain's end", () => {
  const cutOff = (status: "correct" | "wrong"): Group => [
    {
      problem: { id: "a", prompt: "1" },
      completion: {
        text: "2",
        tokens: [4],
        logprobs: [-1],
        finish: "length",
        usage: { promptTokens: 2, completionTokens: 1 },
      },
      verdict: status === "correct" ? correct("right") : wrong("not yet"),
    },
  ];
  /** Mean squared difference between the first state's value, 0.5, and what came; the head says 0.5 of every state. */
  const errorOf = async (status: "correct" | "wrong", bootstrap: boolean): Promise<number> => {
    await using learner = toyLearnerWithHead();
    const parameters = learner.engine.parameters.slice();
    parameters[parameters.length - 1] = 0.5;
    learner.engine.setParameters(parameters);
    const options = { ...TOY_PPO, bootstrap };
    return (await ppoUpdate(learner, [cutOff(status)], 9, options, OUTCOME)).diagnostics.valueError;
  };

  test("is what the head says where it was cut off, if that is asked for", async () => {
    assert.equal(await errorOf("wrong", true), 0);
    assert.equal(await errorOf("wrong", false), 0.25);
  });

  test("is nothing beyond a verdict that is already right", async () => {
    assert.equal(await errorOf("correct", true), 0.25);
  });
});

describe("rewards", () => {
  const chain = (text: string, verdict: Rollout["verdict"]): Rollout => {
    const tokens = ToyModel.prototype.encode("1", text).slice(2);
    const usage = { promptTokens: 2, completionTokens: tokens.length };
    return { problem: { id: text, prompt: "1" }, completion: { text, tokens, finish: "end", usage }, verdict };
  };
  const chains = [chain("2 3 4 end", correct("")), chain("3", wrong(""))];
  const scored: string[][] = [];
  let flops = 100;
  const scorer: ChainScorer = {
    scoreAll: async (asked) => {
      scored.push(...asked.map(({ steps: own }) => [...own]));
      flops += 7;
      return asked.map(({ steps: own }) => own.map((_, s) => 0.5 + s / 4));
    },
    spent: () => flops,
  };
  // Two words a step: "2 3", " 4 end".
  const split = (text: string): string[] => text.match(/(?:^| )\S+(?: \S+)?/g) ?? [];
  const model = ToyModel.prototype;

  test("the outcome lies at the last token", async () => {
    const { rewards, proxies } = await tokenRewards(model, chains, OUTCOME);
    assert.deepEqual(rewards, [[0, 0, 0, 1], [0]]);
    assert.equal(proxies, null);
  });

  test("a step earns what it changed, or its score, at its last token", async () => {
    const process = { kind: "process", scorer, split } as const;
    const changed = await tokenRewards(model, chains, { ...process, form: "difference" });
    assert.deepEqual(scored, [["2 3", " 4 end"], ["3"]]);
    assert.deepEqual(changed, { rewards: [[0, 0.5, 0, 0.25], [0.5]], proxies: [0.75, 0.5], flops: 7 });
    const whole = await tokenRewards(model, chains, { ...process, form: "score" });
    assert.deepEqual(whole.rewards, [[0, 0.5, 0, 0.75], [0.5]]);
    assert.deepEqual(whole.proxies, [1.25, 0.5]);
  });

  test("what a chain that was cut off might have become is worth nothing, unless it bootstraps", async () => {
    const process = { kind: "process", scorer, split, form: "difference" } as const;
    const cut = chains.map((each) => ({ ...each, completion: { ...each.completion, finish: "length" as const } }));
    assert.deepEqual((await tokenRewards(model, cut, process)).rewards, [[0, 0.5, 0, 0.25], [0]]);
    const bootstrapped = await tokenRewards(model, cut, process, { bootstrap: true });
    assert.deepEqual(bootstrapped.rewards, [[0, 0.5, 0, 0.25], [0.5]]);
  });

  test("mixed is the outcome and a share of the steps'", async () => {
    const mixed = { kind: "mixed", weight: 2, scorer, split, form: "difference" } as const;
    const { rewards, proxies } = await tokenRewards(model, chains, mixed);
    assert.deepEqual(rewards, [[0, 1, 0, 1.5], [1]]);
    assert.deepEqual(proxies, [0.75, 0.5], "the proxy is without the weight");
  });

  test("process rewards alone are learnt from, and told as the proxy", async () => {
    await using learner = toyLearnerWithHead();
    // It likes a 2 at any place: not what the verifier wants.
    const fooled: ChainScorer = {
      scoreAll: async (asked) =>
        asked.map(({ steps: own }) =>
          own.map((_, s) =>
            Number(
              own
                .slice(0, s + 1)
                .join("")
                .includes("2"),
            ),
          ),
        ),
      spent: () => 0,
    };
    const reward = {
      kind: "process",
      scorer: fooled,
      split: (t: string) => t.split(/(?= )/),
      form: "score", // differences of a chain that is cut off, as nearly every toy chain is, sum to nothing
    } as const;
    const all = await steps(train(learner, { steps: 15, samples: 16, reward }));
    const [first, last] = [all[0] as PpoStep, all.at(-1) as PpoStep];
    assert.ok((last.proxy as number) > 0.9 && (first.proxy as number) < 0.6, `${first.proxy} to ${last.proxy}`);
    assert.ok(last.reward < 0.5, `and the verifier is not impressed: ${last.reward}`);
  });
});

describe("the same again", () => {
  test("going on from a step gives the steps that would have come, across the warm-up's end", async () => {
    await using whole = toyLearnerWithHead();
    const expected = await collect(train(whole, { steps: 6 }));
    await using broken = toyLearnerWithHead();
    const firstHalf = await collect(train(broken, { steps: 2 }));
    const secondHalf = await collect(train(broken, { steps: 6 }, firstHalf.at(-1)));
    assert.deepEqual([...firstHalf, ...secondHalf], expected);
    assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
    assert.deepEqual(broken.optimizer, whole.optimizer);
  });

  test("an abort while chains are written leaves weights and optimizer of the last finished step", async () => {
    await using learner = toyLearnerWithHead();
    const controller = new AbortController();
    const now = () => ({
      parameters: learner.engine.parameters.slice(),
      optimizer: structuredClone(learner.optimizer),
    });
    let saved = now();
    let calls = 0;
    learner.model.onSample = () => {
      if (++calls === 6) controller.abort(new Error("stop"));
    };
    const { steps: done, error } = await collectUntilThrown(
      train(learner, { steps: 9 }, undefined, controller.signal),
      () => {
        saved = now();
      },
    );
    assert.equal(error, controller.signal.reason);
    assert.equal(done.length, 5);
    assert.deepEqual(now(), saved);
  });
});

test("FLOPs: what was written, a pass of the head, and what was trained on", async () => {
  await using learner = toyLearnerWithHead();
  const [warm, full] = await steps(
    train(learner, { steps: 2, valueWarmup: { ...TOY_PPO.valueWarmup, steps: 1 }, epochs: 2 }),
  );
  // By hand, as in policy-gradient.test.ts: 4832 FLOPs a token and 64 for each position looked at; the head's 16 weights are left out.
  const at = (position: number): number => 4832 + 64 * (position + 1);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const isLong = ({ completion }: Rollout): boolean => completion.tokens?.length === 2;
  const written = (chain: Rollout): number => at(1) + (isLong(chain) ? at(2) : 0);
  const read = (chain: Rollout): number => at(0) + at(1) + at(2) + (isLong(chain) ? at(3) : 0);
  const costOf = ({ groups }: PpoStep, epochs: number): number =>
    groups.length * at(0) + sum(groups.flat().map(written)) + (1 + 3 * epochs) * sum(groups.flat().map(read));
  const [warmCost, fullCost] = [costOf(warm as PpoStep, 4), costOf(full as PpoStep, 2)];
  assert.equal(warm?.flops, warmCost);
  assert.equal(full?.flops, warmCost + fullCost);
});

test("chains that could not be scored are left out, and counted", async () => {
  let n = 0;
  const verify: typeof toyVerifier.verify = async (problem, text) =>
    ++n % 2 === 0 ? unscored("the verifier is away") : toyVerifier.verify(problem, text);
  await using learner = toyLearnerWithHead({ verifier: { name: "half", verify } });
  const [step] = await steps(train(learner, { steps: 1 }));
  assert.equal(step?.unscored, 20);
  assert.ok(step.lossTokens > 0 && step.lossTokens <= 20 * 2 * TOY_PPO.valueWarmup.epochs);
});
