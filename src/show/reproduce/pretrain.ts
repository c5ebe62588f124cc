/**
 * `mull pretrain`: the base model from nothing, on the corpus of the mediocre thinker, and the gate it must pass.
 *
 * The texts come in pools, each a function of the seed and its index, so a stopped run goes on at the next batch.
 */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { trainFlops } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState } from "../../engine/engine.ts";
import { type PretrainOptions, pretrain, type SupervisedText } from "../../learn/pretrain.ts";
import { summarise, summariseBy } from "../../measure/chains.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { corpusItems } from "../../tasks/countdown/corpus.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { parseRunEvent, type RunEvent } from "../server/events.ts";
import { BASE_SHAPE, initialBase, LONGEST_CHAIN, PRETRAIN_STEPS, pretrainOptions } from "./base-model.ts";
import { gateOf, heldOut, sampleChains, toRecords } from "./measuring.ts";
import type { RunHooks } from "./options.ts";
import { loadTrainingState } from "./training-state.ts";
import { readVersions } from "./versions.ts";

export type PretrainBaseOptions = {
  readonly steps?: number;
  readonly seed: number;
  readonly out: string;
  readonly fresh: boolean;
  readonly threads?: number;
};

export type BaseReport = {
  readonly format: number;
  readonly operations: number;
  readonly passAt1: number;
  readonly ci: readonly [number, number];
  readonly byN: Readonly<Record<string, { readonly passAt1: number }>>;
  readonly meanTokens: number;
};

const count = z.int().nonnegative();
const stateSchema = z.object({ next: z.object({ pool: count, batch: count }), flops: z.number().nonnegative() });

/** Steps between two saves. */
const SAVE_EVERY = 200;

/** Problems on which the gate is measured, a chain each. */
const GATE_PROBLEMS = 400;

/** Trains in `out`, going on where it stopped, and leaves the model there in the Hugging Face layout. */
export async function pretrainBase(options: PretrainBaseOptions, hooks: RunHooks): Promise<BaseReport> {
  const plan = pretrainOptions(options.steps ?? PRETRAIN_STEPS);
  const { seed, out } = options;
  const initial = initialBase(new Rng(seed).split("initial"));
  const engine = new Engine(BASE_SHAPE, initial, options.threads === undefined ? {} : { threads: options.threads });
  const identity = { config: { plan, shape: BASE_SHAPE, threads: engine.threads }, seed, versions: readVersions() };
  const run = await openRun(out, { ...identity, resume: !options.fresh, keep: 1, now: () => new Date() });
  try {
    return await trainAndMeasure(run, engine, plan, options, hooks);
  } finally {
    await run.close();
    await engine.close();
  }
}

async function trainAndMeasure(
  run: Run,
  engine: Engine,
  plan: PretrainOptions,
  { seed }: PretrainBaseOptions,
  hooks: RunHooks,
): Promise<BaseReport> {
  const { steps } = plan;
  let optimizer = newOptimizerState(engine.parameters.length);
  let state = { next: { pool: 0, batch: 0 }, flops: 0 };
  if (run.checkpoint !== null) {
    state = stateSchema.parse(run.checkpoint.state);
    const saved = await loadTrainingState(run.checkpoint.path, BASE_SHAPE);
    engine.setParameters(saved.parameters);
    optimizer = saved.optimizer;
  }
  const publish = (event: RunEvent): void => {
    run.journal.append(event);
    hooks.publish(event);
  };
  const checkpoint = (withOptimizer: boolean) => ({
    config: BASE_SHAPE,
    parameters: engine.parameters,
    tokenizer: countdownTokenizer,
    ...(withOptimizer ? { optimizer } : {}),
    metadata: {
      command: `mull pretrain --seed ${seed} --steps ${steps}`,
      step: String(optimizer.step),
      seed: String(seed),
    },
  });
  const save = () => run.save(optimizer.step, state, (folder) => writeCheckpoint(folder, checkpoint(true)));

  const rng = new Rng(seed);
  const pool = (index: number): SupervisedText[] => [...corpusItems(rng.split("corpus", index)).take(plan.poolTexts)];
  publish({ type: "phase", name: "pretraining", detail: `${steps} steps on the traces of a mediocre thinker` });
  let before = performance.now();
  for await (const step of pretrain(engine, optimizer, pool, rng, plan, state.next)) {
    const tokens = step.texts.map((text) => text.tokens.length);
    const spent = tokens.reduce((sum, n) => sum + trainFlops(BASE_SHAPE, n), 0);
    state = { next: step.next, flops: state.flops + spent };
    publish({
      type: "step",
      step: step.step,
      steps,
      flops: state.flops,
      reward: null,
      useful: null,
      entropy: step.loss,
      meanTokens: null,
      truncated: null,
      kl: null,
      gradNorm: step.gradientNorm,
      clipped: null,
      lossTokens: tokens.reduce((a, b) => a + b, 0),
      seconds: (performance.now() - before) / 1000,
    });
    before = performance.now();
    if (hooks.signal.aborted || step.step % SAVE_EVERY === 0) await save();
    if (hooks.signal.aborted) {
      throw new MullError("aborted", "stopped; everything so far is saved", { hint: "run the same command to go on" });
    }
  }
  const report = await measureGate(engine, seed, hooks.signal, (passAt1, ci, n, byN) =>
    publish(parseRunEvent({ type: "eval", step: optimizer.step, flops: state.flops, passAt1, ci, n, byN })),
  );
  await writeCheckpoint(run.dir, checkpoint(false));
  await save();
  return report;
}

type Point = (
  passAt1: number,
  ci: readonly [number, number],
  n: number,
  byN: Readonly<Record<string, { readonly passAt1: number }>>,
) => void;

async function measureGate(engine: Engine, seed: number, signal: AbortSignal, publish: Point): Promise<BaseReport> {
  const model = new EmbeddedModel(engine, countdownTokenizer);
  const chains = await sampleChains(model, heldOut("heldout", GATE_PROBLEMS), {
    samples: 4,
    maxTokens: LONGEST_CHAIN,
    seed,
    signal,
  });
  const records = toRecords(chains);
  const intervals = { rng: new Rng(seed).split("gate"), stratifyBy: "n" };
  const { passAt1, ci, n } = summarise(records, intervals);
  const byN = summariseBy(records, "n", intervals);
  publish(passAt1, ci, n, byN);
  const tokens = chains.reduce((sum, { completion }) => sum + completion.usage.completionTokens, 0);
  return { ...gateOf(chains), passAt1, ci, byN, meanTokens: tokens / chains.length };
}
