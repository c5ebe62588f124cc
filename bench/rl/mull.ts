/**
 * Mull's side, a process of its own: `node bench/rl/mull.ts FOLDER`. A turn is a step of `policyGradient` as `mull reproduce`
 * takes it, from the task's weights on. What is not sampling or verifying counts as training: the KL to the reference, which
 * is measured on 32 chains, included.
 */

import type { Verifier } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState } from "../../src/engine/engine.ts";
import type { Learner, LearnStep } from "../../src/learn/learn-step.ts";
import { policyGradient } from "../../src/learn/policy-gradient.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { readVersions } from "../../src/show/job/versions.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { CountdownVerifier } from "../../src/tasks/countdown/verifier.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { say, serveTurns, type TaskTurns } from "../serve.ts";
import type { Measurement } from "./side-result.ts";
import { readWorkload, type Task, type Workload } from "./workload.ts";

const now = (): number => performance.now() / 1000; // seconds

async function* turnsOf(task: Task, workload: Workload): TaskTurns<Measurement> {
  const { config, parameters } = await readCheckpoint(workload.models[task]);
  await using engine = new Engine(config, parameters.slice(), { threads: workload.threads });
  const [first = []] = workload.puzzles;
  await step(engine, { ...workload, learning: { ...workload.learning, maxTokens: 32 } }, first.slice(0, 8), 0);
  yield;
  for (const [turn, puzzles] of workload.puzzles.entries()) {
    engine.setParameters(parameters);
    yield { task, ...(await step(engine, workload, puzzles, turn + 1)) };
  }
  throw new Error("no puzzles are left");
}

async function step(
  engine: Engine,
  { learning }: Workload,
  puzzles: Workload["puzzles"][number],
  seed: number,
): Promise<Omit<Measurement, "task">> {
  const model = new EmbeddedModel(engine, countdownTokenizer);
  const exact = new CountdownVerifier();
  const spent = { sample: 0, verify: 0 };
  const verifier: Verifier = {
    name: exact.name,
    verify: (...asked) => {
      const start = now();
      const verdict = exact.verify(...asked); // its work is done when it returns
      spent.verify += now() - start;
      return verdict;
    },
  };
  const timed: Learner["model"] = {
    name: model.name,
    encode: (prompt, chain) => model.encode(prompt, chain),
    sample: async (...asked) => {
      const start = now();
      const completions = await model.sample(...asked);
      spent.sample += now() - start;
      return completions;
    },
  };
  const learner = { engine, model: timed, verifier, optimizer: newOptimizerState(engine.parameters.length) };
  const problems = puzzles.map(problemOf);
  const options = { ...learning, steps: 1, problemsPerStep: problems.length };
  const start = now();
  const learn = policyGradient(learner, () => problems, new Rng(seed), options);
  const done = (await learn.next()).value as LearnStep | undefined;
  const seconds = now() - start;
  if (done === undefined) throw new Error("no step was taken");
  const chains = done.groups.flat();
  return {
    seconds,
    rollouts: chains.length,
    tokens: chains.reduce((sum, { completion }) => sum + completion.usage.completionTokens, 0),
    reward: done.reward,
    parts: { ...spent, train: seconds - spent.sample - spent.verify },
    note: `trains on ${Math.round(100 * done.useful)}% of the groups, as chains that are all right or all wrong teach nothing`,
  };
}

const given = readWorkload(process.argv[2] ?? "");
say({ versions: readVersions() });
await serveTurns((task) => turnsOf(task as Task, given));
