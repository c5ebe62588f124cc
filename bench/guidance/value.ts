/** Policy and value of a comparison: those that a cell of `guidance-value` came to, or any policy and a value trained for it here. */

import { join } from "node:path";
import { MullError } from "../../src/core/errors.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { RewardModel, type RewardModelOptions } from "../../src/learn/reward/reward-model.ts";
import type { EmbeddedModel } from "../../src/model/embedded.ts";
import { lastCheckpoint } from "../../src/model/open.ts";
import { sampleChains } from "../../src/show/job/measuring.ts";
import { stepsOf } from "../../src/tasks/countdown/solvability.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { judge } from "../../src/tasks/countdown/verifier.ts";

/**
 * Folders of the policy and of the value in the newest checkpoint of a cell, which may be going on.
 *
 * @throws MullError `checkpoint` where there is none
 */
export function foldersOf(cell: string): { policy: string; value: string } {
  const policy = lastCheckpoint(cell);
  if (policy === null) throw new MullError("checkpoint", `${cell}: no checkpoint of a cell of guidance-value`);
  return { policy, value: join(policy, "value") };
}

function optionsOf(policy: EmbeddedModel): RewardModelOptions {
  return {
    kind: "process",
    encode: (prompt, chain) => policy.encode(prompt, chain),
    passes: 1,
    batch: 32,
    optimizer: {
      ...{ learningRate: 3e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
      ...{ warmupSteps: 10, totalSteps: 1_000_000, finalRatio: 1 },
    },
    name: "value",
  };
}

export async function loadValue(folder: string, policy: EmbeddedModel, threads: number): Promise<RewardModel> {
  const { config, parameters } = await readCheckpoint(folder);
  if (config.head === undefined) throw new MullError("checkpoint", `${folder}: a value has a head, this has none`);
  return new RewardModel({ config, parameters }, optionsOf(policy), { threads });
}

/** Chains of the policy on training problems teach it: every prefix, that the chain came out right or wrong. */
export async function trainValue(
  policy: EmbeddedModel,
  { problems: count, samples, maxTokens, seed, threads }: TrainingOptions,
): Promise<{ value: RewardModel; flops: number; loss: number }> {
  const rng = new Rng(seed).split("value");
  const { config, parameters } = policy.engine;
  const problems = [...new CountdownTask().problems("train", rng.split("problems")).take(count)];
  const chains = await sampleChains(policy, problems, { samples, maxTokens, seed: rng.split("chains").seed });
  const lessons = chains.map(({ problem, completion: { text } }) => {
    const steps = stepsOf(text);
    const label = judge(problem, text).status === "correct" ? 1 : 0;
    return { problem, steps, labels: steps.map(() => label) };
  });
  const value = new RewardModel({ config, parameters: parameters.slice() }, optionsOf(policy), { threads });
  const { loss } = await value.train(lessons, rng.split("learning"));
  return { value, flops: value.spent(), loss };
}

export type TrainingOptions = {
  readonly problems: number;
  /** Chains a problem. */
  readonly samples: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly threads: number;
};
