/**
 * Trains a reward model on the chains of a policy, and measures it.
 *
 *   rounds: problems -> chains -> labels ... -> passes over all lessons -> calibration on a round that was not trained on -> measurements
 *
 * Every round and every pass is saved when it is done: after Ctrl-C or a kill the same command does again what was under way, and ends
 * with the same figures. The journal holds the rounds, and for the live page what is under way and what a process reward model says of a
 * few chains after each pass.
 */

import { z } from "zod";
import { trainFlops } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { weightsDigest } from "../../engine/checkpoint/weights-digest.ts";
import { Engine } from "../../engine/engine.ts";
import type { Lookahead } from "../../learn/reward/lookahead.ts";
import type { LabelledSteps } from "../../learn/reward/process-lessons.ts";
import { RewardModel } from "../../learn/reward/reward-model.ts";
import { type PlattScaling, plattScaling } from "../../measure/calibration.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { findModel } from "../../model/open.ts";
import { readJournal } from "../../store/read-journal.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { type RunHooks, stopped } from "../job/hooks.ts";
import { loadTrainingState } from "../job/training-state.ts";
import { readVersions } from "../job/versions.ts";
import { isKnownEvent, parseRunEvent, type RunEvent } from "../server/events.ts";
import { calibrateLookahead, lookaheadOf } from "./ahead.ts";
import { isRound, labelRound, lessonsOf, type Round, rewardEvent } from "./lessons.ts";
import { type Measurer, measureRewardModel, scoreShown } from "./measure.ts";
import { optimizerOf, type RewardPlan } from "./plan.ts";
import type { RewardReport } from "./report.ts";
import { writeRewardReport } from "./write.ts";

export type RewardJobOptions = {
  /** `base`, `trained`, or a folder. */
  readonly model: string;
  readonly plan: RewardPlan;
  readonly seed: number;
  /** Folder of the run. */
  readonly out: string;
  readonly fresh: boolean;
  readonly threads?: number;
  /** The clock, for when the run was made. */
  readonly now: () => Date;
};

const stateSchema = z.object({
  rounds: z.int().nonnegative(),
  /** Mean loss of each pass that is done, nats a label. */
  losses: z.array(z.number()),
});
type State = z.infer<typeof stateSchema>;

/**
 * @throws MullError `aborted` after the signal, with everything saved; `checkpoint` where there is no such model; `locked`, `usage` or
 * `store` from the run's folder
 */
export async function trainRewardModel(options: RewardJobOptions, hooks: RunHooks): Promise<RewardReport> {
  const { name, path } = findModel(options.model);
  const { config, parameters } = await readCheckpoint(path);
  const digest = weightsDigest(parameters);
  const { seed, plan, fresh, now, threads } = options;
  const engine = threads === undefined ? {} : { threads };
  await using policy = new Engine(config, parameters, engine);
  const model = new EmbeddedModel(policy, countdownTokenizer, name);
  await using run = await openRun(options.out, {
    config: { plan, policy: digest, threads: policy.threads },
    seed,
    versions: readVersions(),
    resume: !fresh,
    keep: 2,
    now,
  });
  const publish = (event: RunEvent): void => {
    run.journal.append(event);
    hooks.publish(event);
  };
  const telling = { ...hooks, publish };
  try {
    const state = await restored(run);
    const { kind, target, passes } = plan;
    if (run.checkpoint === null) publish({ type: "reward-plan", kind, target, passes });
    else await retold(run, hooks);
    const rounds = await labelled(run, model, plan, seed, state, telling);
    const lessons = rounds.slice(0, plan.rounds).flatMap(lessonsOf);
    const updates = Math.ceil(lessons.length / plan.batch) * plan.passes;
    const encode = (prompt: string, chain: string): number[] => model.encode(prompt, chain);
    const training = { passes: 1, batch: plan.batch, optimizer: optimizerOf(plan, updates) };
    await using rewardModel = new RewardModel({ config, parameters }, { kind: plan.kind, encode, ...training }, engine);
    const measuring = new Rng(seed).split("measuring");
    const { signal, onProgress } = hooks;
    const measurer: Measurer = { policy: model, rewardModel, task: new CountdownTask(), plan, signal };
    const show = async (): Promise<void> => {
      if (plan.kind === "outcome") return; // its scores of steps before the last were never taught
      const chains = await scoreShown(measurer, measuring);
      publish(parseRunEvent({ type: "reward-scores", pass: state.losses.length, chains }));
    };
    await trained(run, rewardModel, lessons, plan, seed, state, show, telling);
    rewardModel.calibration = await calibrationOf(rewardModel, lessonsOf(rounds[plan.rounds] as Round));
    publish({ type: "phase", name: "measuring", detail: "on held-out problems" });
    await show();
    const told = onProgress === undefined ? {} : { onProgress };
    const looking =
      plan.lookahead === 0 || plan.kind === "outcome" ? {} : { lookahead: await lookaheadAt(measurer, rounds, seed) };
    const measured = await measureRewardModel({ ...measurer, ...looking, ...told }, measuring);
    await save(run, rewardModel, state, rewardModel.calibration);
    const taught = rounds.slice(0, plan.rounds);
    const report: RewardReport = {
      model: name,
      seed,
      plan,
      labels: {
        chains: lessons.length,
        steps: lessons.reduce((sum, { labels }) => sum + labels.filter((label) => label !== null).length, 0),
        rollouts: taught.reduce((sum, { rollouts }) => sum + rollouts, 0),
      },
      flops: {
        chains: taught.reduce((sum, { flops }) => sum + flops.chains, 0),
        labels: taught.reduce((sum, { flops }) => sum + flops.labels, 0),
        training: plan.passes * trainingFlops(rewardModel, lessons, encode),
      },
      losses: state.losses,
      calibration: rewardModel.calibration,
      ...measured,
      versions: readVersions(),
    };
    await writeRewardReport(run, report);
    publish({ type: "phase", name: "done", detail: "" });
    return report;
  } catch (error) {
    throw stopped(error, hooks.signal);
  }
}

async function restored(run: Run): Promise<State> {
  return run.checkpoint === null ? { rounds: 0, losses: [] } : stateSchema.parse(run.checkpoint.state);
}

/** Tells again what the journal holds for the page. */
async function retold(run: Run, { publish }: RunHooks): Promise<void> {
  for await (const event of readJournal(run.paths.journal)) if (isKnownEvent(event)) publish(parseRunEvent(event));
}

/** All rounds, those that are done from the journal; the last is for calibration. */
async function labelled(
  run: Run,
  model: EmbeddedModel,
  plan: RewardPlan,
  seed: number,
  state: State,
  { publish, signal }: RunHooks,
): Promise<Round[]> {
  const rounds: Round[] = [];
  if (run.checkpoint !== null) {
    for await (const event of readJournal(run.paths.journal, rewardEvent)) {
      if (isRound(event)) rounds.push(event);
    }
  }
  const task = new CountdownTask();
  while (rounds.length <= plan.rounds) {
    const round = rounds.length;
    publish({ type: "phase", name: "chains and labels", detail: `round ${round + 1} of ${plan.rounds + 1}` });
    const found = await labelRound(model, task, round, plan, new Rng(seed).split("round", round), signal);
    run.journal.append(found);
    rounds.push(found);
    state.rounds = rounds.length;
    await run.save(rounds.length, state, (folder) =>
      writeCheckpoint(folder, {
        config: model.engine.config,
        parameters: model.engine.parameters,
        tokenizer: countdownTokenizer,
        metadata: { command: "mull reward-model" },
      }),
    );
  }
  return rounds;
}

/** The passes that are left; `show` tells what the reward model says before the first and after each. */
async function trained(
  run: Run,
  rewardModel: RewardModel,
  lessons: readonly LabelledSteps[],
  plan: RewardPlan,
  seed: number,
  state: State,
  show: () => Promise<void>,
  { publish, signal, onProgress }: RunHooks,
): Promise<void> {
  if (run.checkpoint !== null && state.losses.length > 0) {
    const { parameters, optimizer } = await loadTrainingState(run.checkpoint.path, rewardModel.engine.config);
    rewardModel.engine.setParameters(parameters);
    rewardModel.optimizer.mean.set(optimizer.mean);
    rewardModel.optimizer.variance.set(optimizer.variance);
    rewardModel.optimizer.step = optimizer.step;
  }
  while (state.losses.length < plan.passes) {
    const pass = state.losses.length;
    publish({ type: "phase", name: "training", detail: `pass ${pass + 1} of ${plan.passes}` });
    if (pass === 0) await show();
    const { loss } = await rewardModel.train(lessons, new Rng(seed).split("training", pass), {
      signal,
      ...(onProgress === undefined ? {} : { onUpdate: (done: number, total: number) => onProgress(done, total) }),
    });
    state.losses.push(loss);
    await show();
    await save(run, rewardModel, state);
  }
}

/** The reward model as it stands; its calibration is in the checkpoint's metadata. */
async function save(run: Run, { engine, optimizer }: RewardModel, state: State, scaling?: PlattScaling): Promise<void> {
  const position = state.rounds + state.losses.length + (scaling === undefined ? 0 : 1);
  await run.save(position, state, (folder) =>
    writeCheckpoint(folder, {
      config: engine.config,
      parameters: engine.parameters,
      tokenizer: countdownTokenizer,
      optimizer,
      metadata: {
        command: "mull reward-model",
        ...(scaling === undefined ? {} : { slope: String(scaling.slope), intercept: String(scaling.intercept) }),
      },
    }),
  );
}

async function calibrationOf(rewardModel: RewardModel, lessons: readonly LabelledSteps[]): Promise<PlattScaling> {
  const logits = await rewardModel.logitsOf(lessons);
  const cases = lessons.flatMap(({ labels }, c) =>
    labels.flatMap((label, s) => (label === null ? [] : [{ logit: logits[c]?.[s] as number, label }])),
  );
  return plattScaling(cases);
}

/** The reward model as it stands looking ahead, calibrated on the round that was not trained on. */
async function lookaheadAt(measurer: Measurer, rounds: readonly Round[], seed: number): Promise<Lookahead> {
  const { policy, rewardModel, plan, signal } = measurer;
  const rng = new Rng(seed).split("lookahead");
  const lookahead = lookaheadOf(policy, rewardModel, plan, rng.split("roll-outs").seed);
  await calibrateLookahead(lookahead, lessonsOf(rounds[plan.rounds] as Round), rng.split("calibration"), signal);
  return lookahead;
}

/** Of one pass: chains are read up to the last step whose label is known. */
function trainingFlops(
  { engine }: RewardModel,
  lessons: readonly LabelledSteps[],
  encode: (prompt: string, chain: string) => number[],
): number {
  return lessons.reduce((sum, { problem, steps, labels }) => {
    const end = labels.findLastIndex((label) => label !== null);
    if (end < 0) return sum;
    return sum + trainFlops(engine.config, encode(problem.prompt, steps.slice(0, end + 1).join("")).length);
  }, 0);
}
