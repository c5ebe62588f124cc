/** Rounds of labels: problems, chains of the policy, and a label for every step. A round depends on its number and the seed alone. */

import { z } from "zod";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { generationFlops } from "../../learn/chains/rollouts.ts";
import type { LabelledSteps } from "../../learn/reward/process-lessons.ts";
import { type JudgedChain, type LessonOptions, lessonsFrom } from "../../learn/reward/reward-model-labels.ts";
import type { EmbeddedModel } from "../../model/embedded.ts";
import { beginsAttempt, RETURNS, stepsOf } from "../../tasks/countdown/solvability.ts";
import { hasEnded } from "../../tasks/countdown/steps.ts";
import type { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import { BEGINNING_TOKENS, type RewardPlan, rolloutTokens } from "./plan.ts";

const count = z.int().nonnegative();

/** A round as the journal keeps it. */
export const roundEvent = z.object({
  type: z.literal("labels"),
  round: count,
  /** Of the chains, and of the roll-outs. */
  flops: z.object({ chains: z.number(), labels: z.number() }),
  rollouts: count,
  chains: z.array(
    z.object({ prompt: z.string(), steps: z.array(z.string()), labels: z.array(z.number().min(0).max(1).nullable()) }),
  ),
});
export type Round = z.infer<typeof roundEvent>;

/** A line of the journal: a round, or what is told to the live page. */
export const rewardEvent = z.union([roundEvent, z.looseObject({ type: z.string().regex(/^(?!labels$)/) })]);

export function isRound(event: z.infer<typeof rewardEvent>): event is Round {
  return event.type === "labels";
}

/** How steps are labelled. */
export function labelOptions(
  plan: Pick<RewardPlan, "target" | "labels" | "rollouts" | "temperature" | "maxTokens">,
): LessonOptions {
  return {
    target: plan.target,
    kind: plan.labels,
    rollouts: plan.rollouts,
    maxTokens: rolloutTokens(plan),
    temperature: plan.temperature,
    separator: " ",
    ended: hasEnded,
    returns: RETURNS,
    beginsAttempt,
  };
}

/**
 * Writes and labels a round. An outcome reward model is taught the verdict of the whole chain, which needs no roll-outs.
 *
 * @throws the reason of `signal`
 */
export async function labelRound(
  model: EmbeddedModel,
  task: CountdownTask,
  round: number,
  plan: RewardPlan,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Round> {
  const stop = signal === undefined ? {} : { signal };
  const { config } = model.engine;
  const problems = [...task.problems("train", rng.split("problems")).take(plan.problems + plan.beginnings)];
  const completions = await model.sample(
    problems.map(({ prompt }, p) => ({
      prompt,
      maxTokens: p < plan.problems ? plan.maxTokens : BEGINNING_TOKENS,
      temperature: plan.temperature,
      seed: rng.split("chains", p).seed,
    })),
    stop,
  );
  signal?.throwIfAborted();
  const written = completions.map((completion, p) => {
    const problem = problems[p] as Problem;
    return { problem, completion, verdict: judge(problem, completion.text) };
  });
  const chains = written.map(({ problem, completion, verdict }) => {
    return { problem, steps: stepsOf(completion.text), verdict, cut: completion.finish === "length" };
  });
  const flops = generationFlops(
    config,
    written.map((each) => [each]),
  );
  if (plan.kind === "outcome") {
    const labelled = written.map(({ verdict, problem }, c): LabelledSteps => {
      const { steps } = chains[c] as JudgedChain;
      const outcome = verdict.status === "unscored" ? null : verdict.score;
      return { problem, steps, labels: steps.map((_, s) => (s === steps.length - 1 ? outcome : null)) };
    });
    return toRound(round, labelled, { chains: flops, labels: 0 }, 0);
  }
  const labeller = { model, verifier: task.verifier };
  const found = await lessonsFrom(labeller, chains, rng.split("labels"), { ...labelOptions(plan), ...stop }, config);
  return toRound(round, found.chains, { chains: flops, labels: found.flops }, found.rollouts);
}

function toRound(round: number, chains: readonly LabelledSteps[], flops: Round["flops"], rollouts: number): Round {
  return {
    type: "labels",
    round,
    flops,
    rollouts,
    chains: chains.map(({ problem, steps, labels }) => ({
      prompt: problem.prompt,
      steps: [...steps],
      labels: [...labels],
    })),
  };
}

/** What a round teaches. */
export function lessonsOf({ chains }: Round): LabelledSteps[] {
  return chains.map(({ prompt, steps, labels }) => ({ problem: { id: prompt, prompt }, steps, labels }));
}
