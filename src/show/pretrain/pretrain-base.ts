/**
 * `mull pretrain`: the base model of a task from nothing, on the texts of its corpus, and the gate it must pass.
 *
 * The texts come in pools, each a function of the seed and its index, so a stopped run goes on at the next batch and
 * ends with the same weights, bit for bit.
 */

import { z } from "zod";
import { trainFlops } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { type Checkpoint, writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState } from "../../engine/engine.ts";
import { initialParameters } from "../../engine/transformer.ts";
import { type PretrainStep, pretrain, type SupervisedText } from "../../learn/pretrain.ts";
import { summarise, summariseBy } from "../../measure/chains.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { type RunHooks, stopped } from "../job/hooks.ts";
import { sampleChains, toRecords } from "../job/measuring.ts";
import { loadTrainingState } from "../job/training-state.ts";
import { readVersions } from "../job/versions.ts";
import { parseRunEvent, type RunEvent } from "../server/events.ts";
import { type BasePlan, basePlan } from "./plans.ts";

export type PretrainBaseOptions = {
  readonly steps?: number;
  readonly seed: number;
  /** The folder of the run, and of the model that comes of it. */
  readonly out: string;
  /** Delete what the folder holds and start over. */
  readonly fresh: boolean;
  /** Compute threads; one a core by default. */
  readonly threads?: number;
};

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
const baseReport = z.object({
  format: share,
  operations: share,
  passAt1: share,
  ci: z.tuple([share, share]),
  byN: z.record(z.string(), z.object({ passAt1: share })),
  meanTokens: z.number().nonnegative(),
});

/** The gate's measurements: shares of chains in the right format and of operations without a fault, and pass@1. */
export type BaseReport = Readonly<z.output<typeof baseReport>>;

const stateSchema = z.object({
  next: z.object({ pool: count, batch: count }),
  flops: z.number().nonnegative(),
  /** Of a run that is done. */
  report: z.exactOptional(baseReport),
});

/**
 * Trains in `options.out`, going on where it stopped, and leaves the model there in the Hugging Face layout. A run that
 * is done already only gives its report again.
 *
 * @throws MullError `aborted` after the signal, with everything saved; `locked`, `usage` or `store` from the run's folder
 */
export async function pretrainBase(
  options: PretrainBaseOptions,
  hooks: RunHooks,
  plan: BasePlan = basePlan("countdown", options.steps),
): Promise<BaseReport> {
  const { seed, out, fresh, threads } = options;
  const initial = initialParameters(plan.shape, new Rng(seed).split("initial"));
  await using engine = new Engine(plan.shape, initial, threads === undefined ? {} : { threads });
  const { name } = plan.task;
  const task = name === "countdown" ? {} : { task: name };
  const config = { ...task, plan: plan.pretrain, shape: plan.shape, threads: engine.threads };
  const identity = { config, seed, versions: readVersions() };
  await using run = await openRun(out, { ...identity, resume: !fresh, keep: 1, now: () => new Date() });
  try {
    return await trainAndMeasure(run, engine, plan, seed, hooks);
  } catch (error) {
    throw stopped(error, hooks.signal);
  }
}

async function trainAndMeasure(
  run: Run,
  engine: Engine,
  plan: BasePlan,
  seed: number,
  hooks: RunHooks,
): Promise<BaseReport> {
  const { steps, poolTexts } = plan.pretrain;
  let optimizer = newOptimizerState(engine.parameters.length);
  let state: z.output<typeof stateSchema> = { next: { pool: 0, batch: 0 }, flops: 0 };
  if (run.checkpoint !== null) {
    state = stateSchema.parse(run.checkpoint.state);
    const saved = await loadTrainingState(run.checkpoint.path, plan.shape);
    engine.setParameters(saved.parameters);
    optimizer = saved.optimizer;
  }
  const publish = (event: RunEvent): void => {
    run.journal.append(event);
    hooks.publish(event);
  };
  const model = (): Checkpoint => ({
    config: plan.shape,
    parameters: engine.parameters,
    tokenizer: plan.task.tokenizer,
    metadata: {
      command: `npx mull pretrain${plan.task.name === "countdown" ? "" : ` --task ${plan.task.name}`} --seed ${seed} --steps ${steps}`,
      step: String(optimizer.step),
      seed: String(seed),
    },
  });
  const save = () => run.save(optimizer.step, state, (folder) => writeCheckpoint(folder, { ...model(), optimizer }));

  if (optimizer.step < steps) {
    publish({ type: "phase", name: "pretraining", detail: `${steps} steps on ${plan.task.reads}` });
    const rng = new Rng(seed);
    const pool = (index: number): SupervisedText[] => [
      ...plan.task.texts(rng.split("corpus", index), index).take(poolTexts),
    ];
    let before = performance.now();
    for await (const step of pretrain(engine, optimizer, pool, rng, plan.pretrain, state.next)) {
      const tokens = step.texts.map((text) => text.tokens.length);
      const spent = tokens.reduce((sum, n) => sum + trainFlops(plan.shape, n), 0);
      state = { next: step.next, flops: state.flops + spent };
      publish(stepEvent(step, steps, state.flops, (performance.now() - before) / 1000));
      before = performance.now();
      const { aborted } = hooks.signal;
      if (aborted || step.step % plan.saveEvery === 0 || step.step === steps) await save();
      hooks.signal.throwIfAborted();
    }
  }
  if (state.report === undefined) {
    publish({ type: "phase", name: "measuring", detail: "the gate: format, operations, pass@1" });
    const { report, ...accuracy } = await measureGate(engine, plan, seed, hooks.signal);
    publish(parseRunEvent({ type: "eval", step: optimizer.step, flops: state.flops, ...accuracy }));
    state = { ...state, report };
    await save();
  }
  await writeCheckpoint(run.dir, model());
  return state.report as BaseReport;
}

function stepEvent(
  { step, texts, loss, gradientNorm: gradNorm }: PretrainStep,
  steps: number,
  flops: number,
  seconds: number,
): RunEvent {
  const lossTokens = texts.reduce((n, { tokens, promptTokens }) => n + tokens.length - promptTokens, 0);
  return parseRunEvent({ type: "step", step, steps, flops, loss, gradNorm, lossTokens, seconds });
}

async function measureGate(engine: Engine, plan: BasePlan, seed: number, signal: AbortSignal) {
  const { task } = plan;
  const model = new EmbeddedModel(engine, task.tokenizer);
  const chains = await sampleChains(model, task.heldOut(plan.gateProblems), {
    samples: 4,
    maxTokens: plan.longest,
    seed,
    signal,
  });
  const records = toRecords(chains, task);
  const intervals = { rng: new Rng(seed).split("gate"), stratifyBy: "n" };
  const { passAt1, ci, n } = summarise(records, intervals);
  const byN = summariseBy(records, "n", intervals);
  const tokens = chains.reduce((sum, { completion }) => sum + completion.usage.completionTokens, 0);
  const report = baseReport.parse({ ...task.gateOf(chains), passAt1, ci, byN, meanTokens: tokens / chains.length });
  return { report, passAt1, ci, n, byN };
}
