/**
 * The loop that feeds itself: search with the model, keep what is right, teach it to the model, measure, and again with the model that came
 * of it (learn/self-improvement.ts).
 *
 *   base -> measure -> (generation -> its chains to the disk -> measure) ... -> report
 *
 * Generations and measurements are saved when they are done: after Ctrl-C or a kill the same command does again what was under way, and
 * ends with the same figures.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Rng } from "../../core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { weightsDigest } from "../../engine/checkpoint/weights-digest.ts";
import { Engine, newOptimizerState } from "../../engine/engine.ts";
import { initialParameters, type TransformerConfig } from "../../engine/transformer.ts";
import { type Distil, intoFresh, intoSame } from "../../learn/generations/distil-into.ts";
import type { FrontierOptions } from "../../learn/generations/frontier.ts";
import type { Learner } from "../../learn/learn-step.ts";
import type { SupervisedText } from "../../learn/pretrain.ts";
import { textOf } from "../../learn/pretrain.ts";
import { begin, type Generation, selfImprovement } from "../../learn/self-improvement.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { readJournal } from "../../store/read-journal.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { type RunHooks, stopped } from "../job/hooks.ts";
import { readVersions } from "../job/versions.ts";
import { isKnownEvent, parseRunEvent, type RunEvent } from "../server/events.ts";
import { readGeneration, writeGeneration } from "./generation-data.ts";
import type { ImproveOptions } from "./improve-options.ts";
import { type ImproveResult, resultOf } from "./improve-result.ts";
import { FRESH_IMPROVE, type ImprovePoint, type ImproveState, improveStateSchema } from "./improve-state.ts";
import type { ImproveTask } from "./improve-task.ts";
import { measureDifficulty } from "./measure-difficulty.ts";
import { evalEvent, foundEvent, recordOf, stepEvent } from "./told.ts";
import { writeImproveReport } from "./write-report.ts";

/**
 * Runs or goes on with a loop, and leaves report.json, report.html, figure.svg and figure.png in its folder, and the chains of each
 * generation in `generations/`. One that is done only writes its report again.
 *
 * @throws MullError `aborted` after the signal, with everything saved; `locked`, `usage` or `store` from the run's folder
 */
export async function improve(options: ImproveOptions, hooks: RunHooks): Promise<ImproveResult> {
  const { task, preset, search, distil, upTo, seed, base, out, fresh, threads } = options;
  const shape = distil === "same" ? {} : { shape: options.shape };
  const config = {
    job: "improve",
    task: task.name,
    preset,
    search,
    distil,
    upTo,
    base: weightsDigest(base.parameters),
    ...shape,
  };
  const identity = { config, seed, versions: readVersions() };
  await using run = await openRun(out, { ...identity, resume: !fresh, keep: 2, now: () => new Date() });
  if (run.checkpoint === null) await rm(join(run.dir, "generations"), { recursive: true, force: true });
  const state = run.checkpoint === null ? FRESH_IMPROVE : improveStateSchema.parse(run.checkpoint.state);
  const begun = run.checkpoint === null ? base : await readCheckpoint(run.checkpoint.path);
  const engines = new Engines(task, threads);
  const learner = engines.open(begun.config, begun.parameters);
  if (begun.config === base.config || distil === "same") learner.engine.setReference(base.parameters);
  try {
    return await new Job(run, engines, learner, state, options, hooks).finish();
  } catch (error) {
    throw stopped(error, hooks.signal); // every generation is saved already
  } finally {
    await engines.close();
  }
}

/** The engine that is at work; another takes its place where a fresh model learns. */
class Engines {
  readonly #task: ImproveTask;
  readonly #threads: number | undefined;
  readonly #opened = new Set<Engine>();

  constructor(task: ImproveTask, threads: number | undefined) {
    this.#task = task;
    this.#threads = threads;
  }

  open(config: TransformerConfig, parameters: Float32Array): Learner & { readonly model: EmbeddedModel } {
    const engine = new Engine(config, parameters, this.#threads === undefined ? {} : { threads: this.#threads });
    this.#opened.add(engine);
    const model = new EmbeddedModel(engine, this.#task.tokenizer);
    const optimizer = newOptimizerState(engine.parameters.length);
    return { engine, model, verifier: this.#task.verifier, optimizer };
  }

  /** Closes all but one. */
  async close(kept?: Engine): Promise<void> {
    for (const engine of this.#opened) {
      if (engine === kept) continue;
      this.#opened.delete(engine);
      await engine.close();
    }
  }
}

class Job {
  readonly #run: Run;
  readonly #engines: Engines;
  readonly #options: ImproveOptions;
  readonly #hooks: RunHooks;
  readonly #strategy;
  readonly #began = performance.now();
  readonly #secondsBefore: number;
  #learner: Learner;
  #state: ImproveState;

  constructor(
    run: Run,
    engines: Engines,
    learner: Learner,
    state: ImproveState,
    options: ImproveOptions,
    hooks: RunHooks,
  ) {
    this.#run = run;
    this.#engines = engines;
    this.#learner = learner;
    this.#state = state;
    this.#secondsBefore = state.seconds;
    this.#options = options;
    this.#hooks = hooks;
    const { task, search, preset } = options;
    const { budget, maxTokens, traceTokens, keep: enough } = preset;
    this.#strategy = task.search(search, { budget, maxTokens, traceTokens, enough });
  }

  async finish(): Promise<ImproveResult> {
    await this.#tellAgain();
    if (this.#state.points.length === 0) {
      this.#phase("first look", "the base model on held-out problems of every difficulty");
      await this.#measure(0);
    }
    // A generation that was learnt before a kill may wait for its measurement.
    if (this.#state.points.length <= this.#state.generations.length)
      await this.#measure(this.#state.generations.length);
    await this.#improve();
    if (!this.#state.done) {
      this.#phase("done", "");
      await this.#save({ done: true });
    }
    const result = resultOf(this.#options, this.#state, this.#run.record.versions);
    await writeImproveReport(this.#run.dir, result);
    return result;
  }

  #phase(name: string, detail: string): void {
    this.#publish({ type: "phase", name, detail });
  }

  #publish(event: RunEvent): void {
    this.#run.journal.append(event);
    this.#hooks.publish(event);
  }

  async #tellAgain(): Promise<void> {
    if (this.#run.checkpoint === null) return;
    for await (const event of readJournal(this.#run.paths.journal)) {
      if (isKnownEvent(event)) this.#hooks.publish(parseRunEvent(event));
    }
  }

  async #improve(): Promise<void> {
    const { task, preset, seed } = this.#options;
    const { generations } = this.#state;
    if (generations.length >= preset.generations) return;
    const rng = new Rng(seed).split("improve");
    const frontier: FrontierOptions = {
      difficulties: task.difficulties,
      upTo: this.#options.upTo,
      ...task.moves,
      share: AT_THE_FRONTIER,
    };
    const last = generations.at(-1);
    const from =
      last === undefined
        ? begin(frontier)
        : {
            step: last.generation,
            flops: last.flops,
            frontier: last.next,
            kept: await this.#keptBefore(last.generation),
          };
    const problems = (generation: number, difficulty: number, count: number) =>
      task.training(difficulty, rng.split("problems", generation, difficulty), count);
    const loop = selfImprovement(
      this.#learner,
      problems,
      rng.split("loop"),
      {
        generations: preset.generations,
        problemsPerGeneration: preset.problemsPerGeneration,
        frontier,
        strategy: this.#strategy,
        budget: preset.budget,
        maxTokens: preset.maxTokens,
        extract: task.extract,
        keep: preset.keep,
        replay: preset.replay,
        baseTexts: task.baseTexts,
        distil: this.#distil(rng.split("fresh")),
      },
      from,
      this.#hooks.signal,
    );
    this.#phase("generation", this.#doing(from.step + 1, from.frontier));
    let model = weightsDigest(this.#learner.engine.parameters);
    let before = performance.now();
    for await (const generation of loop) {
      this.#learner = generation.learner;
      await this.#engines.close(generation.learner.engine);
      await this.#take(generation, model, (performance.now() - before) / 1000);
      await this.#measure(generation.step);
      model = weightsDigest(this.#learner.engine.parameters);
      if (generation.step < preset.generations)
        this.#phase("generation", this.#doing(generation.step + 1, generation.next));
      before = performance.now();
    }
  }

  #doing(generation: number, frontier: number): string {
    const { task, preset, search, distil } = this.#options;
    const into = distil === "same" ? "the same model" : "a fresh, larger one";
    return `${generation} of ${preset.generations}: ${search} up to ${frontier} ${task.unit}, then into ${into}`;
  }

  #distil(rng: Rng): Distil {
    const { distil, preset, shape } = this.#options;
    if (distil === "same") return intoSame(preset.tuning);
    const make = (generation: number): Learner => {
      return this.#engines.open(shape, initialParameters(shape, rng.split(generation)));
    };
    return intoFresh(preset.fresh, make);
  }

  async #keptBefore(generations: number): Promise<SupervisedText[]> {
    const texts: SupervisedText[] = [];
    for (let generation = 1; generation <= generations; generation++) {
      for await (const { kept, problem: id, prompt, chain } of readGeneration(this.#run.dir, generation)) {
        if (kept) texts.push(textOf(this.#learner.model, { id, prompt }, chain));
      }
    }
    return texts;
  }

  /** A generation that has been learnt: its chains to the disk, its figures to the state. */
  async #take(generation: Generation, model: string, seconds: number): Promise<void> {
    const { task, preset, search } = this.#options;
    const { searched, step, kept } = generation;
    const origin = { task: task.name, generation: step, model, strategy: search, budget: preset.budget };
    await writeGeneration(this.#run.dir, origin, searched);
    const record = recordOf(generation, model, seconds, this.#state.generations[0]);
    this.#publish(stepEvent(generation, preset.generations, seconds));
    this.#publish(foundEvent(generation));
    const chains = searched.reduce((sum, each) => sum + each.chains.length, 0);
    this.#run.journal.append({ type: "improve-generation", generation: step, chains, kept: kept.length });
    await this.#save({ generations: [...this.#state.generations, record] });
  }

  /** The model as it is now, on the held-out problems of every difficulty. */
  async #measure(generation: number): Promise<void> {
    const { task, preset, seed } = this.#options;
    const { signal, onProgress } = this.#hooks;
    const { engine, model } = this.#learner;
    const difficulties: ImprovePoint["difficulties"] = [];
    for (const [i, difficulty] of task.difficulties.entries()) {
      const rng = new Rng(seed).split("measure", generation, difficulty);
      const how = { task, preset, strategy: this.#strategy, rng, signal };
      difficulties.push(await measureDifficulty(model, difficulty, how));
      const each = preset.measured.problems * preset.measured.samples + preset.searched;
      onProgress?.((i + 1) * each, task.difficulties.length * each);
    }
    const flops = this.#state.generations.at(-1)?.flops ?? 0;
    const parameters = engine.parameters.length;
    const point = { generation, flops, parameters, model: weightsDigest(engine.parameters), difficulties };
    this.#publish(evalEvent(point, new Rng(seed).split("intervals", generation)));
    await this.#save({ points: [...this.#state.points, point] });
  }

  async #save(change: Partial<ImproveState>): Promise<void> {
    const seconds = this.#secondsBefore + (performance.now() - this.#began) / 1000;
    this.#state = { ...this.#state, ...change, seconds };
    const { generations, points, done } = this.#state;
    const { engine } = this.#learner;
    await this.#run.save(generations.length + points.length + (done ? 1 : 0), this.#state, (folder) =>
      writeCheckpoint(folder, {
        config: engine.config,
        parameters: engine.parameters,
        tokenizer: this.#options.task.tokenizer,
        metadata: { command: "mull improve", generation: String(generations.length), seed: String(this.#options.seed) },
      }),
    );
  }
}

/** Of the problems of a generation. */
const AT_THE_FRONTIER = 0.6;
