/**
 * A cell of the comparison: one method on one seed, trained from the base until its budget of FLOPs is spent, measured on the way and
 * at the end. It is a run of its own, in its own folder: every step is saved after which the method can go on, and after a kill it
 * goes on and ends with the same figures. The step that spends the last of the budget is the last one, whatever the method.
 *
 *   measure -> (step ... point)* until the budget is spent -> measure the finished model from all sides
 */

import { join } from "node:path";
import type { Verifier } from "../../../core/interfaces.ts";
import type { Problem } from "../../../core/problem.ts";
import { deriveSeed, Rng } from "../../../core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../../engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState } from "../../../engine/engine.ts";
import { withHead } from "../../../engine/transformer.ts";
import type { LearnStep } from "../../../learn/learn-step.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { openRun, type Run } from "../../../store/run-folder.ts";
import { CountdownTask } from "../../../tasks/countdown/task.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import { heldOut } from "../../job/measuring.ts";
import { loadTrainingState } from "../../job/training-state.ts";
import { readVersions } from "../../job/versions.ts";
import type { BaseWeights } from "../../pretrain/load-base.ts";
import type { Contender } from "../contender.ts";
import type { MethodRun, Trained } from "../method.ts";
import type { ComparePreset } from "../presets.ts";
import { type CellPoint, type CellState, type CellStep, cellStateSchema, FRESH_CELL } from "./cell-state.ts";
import { accuracyOf, judgedSteps, measureFinal, readingOf, sampleModel } from "./measure-model.ts";

export type CellOptions = {
  readonly contender: Contender;
  readonly seed: number;
  readonly preset: ComparePreset;
  readonly base: BaseWeights;
  /** Its folder. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Told of every point, those of an earlier part of the run first. */
  readonly onPoint?: (point: CellPoint) => void;
  /** Told, from 0 to 1, how far it is. */
  readonly onProgress?: (share: number) => void;
};

/** A cell computes on one thread, so that as many run side by side as there are cores. */
const THREADS = 1;

/** Where the weights of a point of the curve lie, in a cell's folder. */
export function pointFolder(dir: string, index: number): string {
  return join(dir, "points", String(index));
}

/**
 * Runs or goes on with a cell. One that is done only gives its figures again.
 *
 * @throws the reason of `signal`, with every step saved; MullError `locked`, `usage` or `store` from the run's folder, `engine` where
 * training diverged
 */
export async function runCell(options: CellOptions): Promise<CellState> {
  const { contender, seed, preset, base, dir } = options;
  const { name: _, minutes: __, seeds: ___, map: ____, ...plan } = preset;
  const config = { method: contender.method.name, knobs: contender.knobs, base: base.digest, ...plan };
  const identity = { config, seed, versions: readVersions() };
  await using run = await openRun(dir, { ...identity, keep: 1, now: () => new Date() });
  const earlier = run.checkpoint === null ? null : cellStateSchema.parse(run.checkpoint.state);
  if (earlier !== null) {
    for (const point of earlier.points) options.onPoint?.(point);
    if (earlier.final !== null) return earlier;
  }
  const head = contender.method.valueHead === true ? withHead(base.config, base.parameters, { bias: true }) : base;
  await using engine = new Engine(head.config, head.parameters, { threads: THREADS });
  return await new Cell(run, engine, options, earlier ?? FRESH_CELL).finish(); // the engine is open until then
}

class Cell {
  readonly #run: Run;
  readonly #policy: Trained;
  readonly #model: EmbeddedModel;
  readonly #options: CellOptions;
  readonly #task = new CountdownTask();
  readonly #heldOut: readonly Problem[];
  readonly #seen: Set<string>;
  #state: CellState;
  #method: MethodRun | null = null;
  #verifierCalls: number;

  constructor(run: Run, engine: Engine, options: CellOptions, state: CellState) {
    this.#run = run;
    this.#policy = { engine, optimizer: newOptimizerState(engine.parameters.length) };
    this.#model = new EmbeddedModel(engine, countdownTokenizer);
    this.#options = options;
    this.#heldOut = heldOut("heldout", options.preset.problems);
    this.#state = state;
    this.#seen = new Set(state.problems);
    this.#verifierCalls = state.verifierCalls;
  }

  async finish(): Promise<CellState> {
    const { contender, base, seed, onProgress } = this.#options;
    const { engine, optimizer } = this.#policy;
    const { start } = contender.method;
    this.#method =
      start?.({
        learner: { engine, model: this.#model, verifier: this.#counted(), optimizer, progress: () => this.#spent },
        task: this.#task,
        base,
        threads: THREADS,
        rng: new Rng(seed).split("method"),
        knobs: contender.knobs,
        state: this.#state.method,
      }) ?? null;
    try {
      if (this.#run.checkpoint !== null) await this.#restore(this.#run.checkpoint.path);
      if (this.#state.points.length === 0) await this.#measurePoint();
      if (this.#method !== null && this.#spent < 1) await this.#train(this.#method);
      onProgress?.(0.97);
      const { preset, signal } = this.#options;
      const seedOfFinal = deriveSeed(seed, "final");
      const how = { model: this.#model, problems: this.#heldOut, plan: preset.final, seed: seedOfFinal, signal };
      this.#state = { ...this.#state, final: await measureFinal(how) };
      await this.#save();
      onProgress?.(1);
      return this.#state;
    } finally {
      for (const { engine: beside } of Object.values(this.#method?.beside ?? {})) await beside.close();
    }
  }

  /** Share of the budget that is spent. */
  get #spent(): number {
    return Math.min(1, this.#state.flops / this.#options.preset.budgetFlops);
  }

  async #train(method: MethodRun): Promise<void> {
    const { seed, preset, signal, onProgress } = this.#options;
    const rng = new Rng(seed).split("learning");
    const problems = (step: number): Problem[] => {
      const drawn = [...this.#task.problems("train", rng.split("problems", step)).take(method.problemsPerStep)];
      for (const { id } of drawn) this.#seen.add(id);
      return drawn;
    };
    let before = performance.now();
    for await (const step of method.learn(problems, rng.split("rollouts"), this.#state, signal)) {
      const { points } = this.#state;
      this.#state = {
        ...this.#state,
        step: step.step,
        flops: step.flops,
        seconds: this.#state.seconds + (performance.now() - before) / 1000,
        verifierCalls: this.#verifierCalls,
        problems: [...this.#seen],
        steps: [...this.#state.steps, toldOf(step)],
        method: method.state?.() ?? null,
      };
      onProgress?.(0.95 * this.#spent);
      const over = this.#spent >= 1;
      const canSave = over || (method.canSaveAfter?.(step.step) ?? true); // no step follows the last
      const due = preset.points[points.length - 1] ?? 1;
      if (over || this.#spent >= due) await this.#measurePoint(canSave);
      else if (canSave) await this.#save();
      if (over) return;
      before = performance.now();
    }
  }

  /**
   * A point of the curve, and the weights that it was measured on. One that is not saved goes with the steps since the last that was:
   * a kill takes all of them, and the same steps come to the same point.
   */
  async #measurePoint(save = true): Promise<void> {
    const { seed, preset, signal, dir, onPoint } = this.#options;
    const { step, flops, seconds, points } = this.#state;
    const seedOfPoint = deriveSeed(seed, "point", step);
    const how = { model: this.#model, problems: this.#heldOut, plan: preset.point, seed: seedOfPoint, signal };
    const measured = await sampleModel(how);
    const { shown, ...reading } = readingOf(measured);
    const judge = this.#method?.judge;
    const judged = judge === undefined ? [] : await judgedSteps(measured, judge, this.#task.solver, signal);
    const point: CellPoint = {
      step,
      flops,
      ...accuracyOf(measured, seedOfPoint),
      ...reading,
      shown: shown.map((chain, c) => (judged[c] === undefined ? chain : { ...chain, steps: judged[c] })),
      verifierCalls: this.#verifierCalls,
      problems: this.#seen.size,
      seconds,
    };
    const { engine } = this.#policy;
    await writeCheckpoint(pointFolder(dir, points.length), {
      config: engine.config,
      parameters: engine.parameters,
      tokenizer: countdownTokenizer,
      metadata: this.#metadata(),
    });
    this.#state = { ...this.#state, points: [...points, point] };
    if (save) await this.#save();
    onPoint?.(point);
  }

  async #save(): Promise<void> {
    const { step, points, final } = this.#state;
    const position = step + points.length + (final === null ? 0 : 1); // each of these makes a checkpoint
    await this.#run.save(position, this.#state, async (folder) => {
      const written = Object.entries({ ...this.#method?.beside, policy: this.#policy });
      for (const [name, { engine, optimizer }] of written) {
        await writeCheckpoint(name === "policy" ? folder : join(folder, name), {
          config: engine.config,
          parameters: engine.parameters,
          tokenizer: countdownTokenizer,
          optimizer,
          metadata: this.#metadata(),
        });
      }
    });
  }

  async #restore(folder: string): Promise<void> {
    const read = Object.entries({ ...this.#method?.beside, policy: this.#policy });
    for (const [name, { engine, optimizer }] of read) {
      const saved = await loadTrainingState(name === "policy" ? folder : join(folder, name), engine.config);
      engine.setParameters(saved.parameters);
      optimizer.mean.set(saved.optimizer.mean);
      optimizer.variance.set(saved.optimizer.variance);
      optimizer.step = saved.optimizer.step;
    }
  }

  #metadata(): Record<string, string> {
    const { contender, seed } = this.#options;
    return { method: contender.name, seed: String(seed), step: String(this.#state.step) };
  }

  /** The exact verifier, with its calls counted. */
  #counted(): Verifier {
    const { verifier } = this.#task;
    return {
      name: verifier.name,
      verify: (problem, completion) => {
        this.#verifierCalls++;
        return verifier.verify(problem, completion);
      },
    };
  }
}

/** The weights of a point that was measured. */
export async function readPoint(dir: string, index: number): Promise<Pick<BaseWeights, "config" | "parameters">> {
  const { config, parameters } = await readCheckpoint(pointFolder(dir, index));
  return { config, parameters };
}

/** Figures of a rule's own, such as a search's accuracy, are told by name. */
function toldOf(step: LearnStep): CellStep {
  const { step: number, flops, reward, useful, entropy, kl, meanTokens, ...rest } = step;
  const {
    truncated: _,
    gradientNorm: __,
    clipped: ___,
    lossTokens: ____,
    unscored: _____,
    groups: ______,
    ...own
  } = rest;
  const told = Object.entries(own).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return { step: number, flops, reward, useful, entropy, kl, meanTokens, told: Object.fromEntries(told) };
}
