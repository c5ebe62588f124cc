/**
 * The main job: reinforcement of the base model on verified answers, then both plots.
 *
 *   base model -> first point -> (learn a step, now and then a point) ... -> measure base and trained -> report
 *
 * Every step is saved when it is done, its point of the curve included, and so is every measurement: after Ctrl-C or a
 * kill the same command does again what was under way, and ends with the same figures. What happens is written to the
 * run's journal and told to `publish`, event by event.
 */

import { MullError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed, Rng } from "../../core/rng.ts";
import { writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState, type OptimizerState } from "../../engine/engine.ts";
import type { LearnStep } from "../../learn/learn-step.ts";
import { policyGradient } from "../../learn/policy-gradient.ts";
import { summarise, summariseBy } from "../../measure/chains.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { readJournal } from "../../store/read-journal.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { chainEvent } from "../job/chain-event.ts";
import { type RunHooks, stopped } from "../job/hooks.ts";
import {
  behavioursOf,
  GO_ON,
  heldOut,
  type SampledChain,
  type SamplingPlan,
  sampleChains,
  tallyBehaviours,
  toRecords,
} from "../job/measuring.ts";
import { loadTrainingState } from "../job/training-state.ts";
import { readVersions } from "../job/versions.ts";
import { gateOf } from "../pretrain/gate.ts";
import { type BaseOptions, loadBase } from "../pretrain/load-base.ts";
import { type BasePlan, basePlan } from "../pretrain/plans.ts";
import type { Report } from "../report/schema.ts";
import { writeReport } from "../report/write.ts";
import { type EventOf, isKnownEvent, parseRunEvent, type RunEvent } from "../server/events.ts";
import { assembleReport } from "./assemble.ts";
import { PRESETS, type Preset, type PresetName, type Sampling } from "./presets.ts";
import { FRESH_STATE, type JudgedChain, type Measurement, type RunState, runStateSchema } from "./run-state.ts";
import { curveEvents } from "./test-curves.ts";

export type ReproduceOptions = BaseOptions & { readonly preset: PresetName };

/** Problems whose chains are shown side by side. */
const SHOWN = 24;
/** Of these, how many every point of the curve tells the chains of. */
const TOLD = 6;

/**
 * Runs or goes on with the main job. One that is done already only writes its report again.
 *
 * @param preset how much is done; the one that `options` names unless given
 * @param plan how the base model is made where it is made from scratch
 * @throws MullError `aborted` after the signal, with everything saved; `locked`, `usage` or `store` from the run's
 * folder; `checkpoint` where there is no base model
 */
export async function reproduce(
  options: ReproduceOptions,
  hooks: RunHooks,
  preset: Preset = PRESETS[options.preset],
  plan: BasePlan = basePlan(),
): Promise<Report> {
  const base = await loadBase(options, hooks, plan);
  const { out, seed, fresh, threads } = options;
  await using engine = new Engine(base.config, base.parameters, threads === undefined ? {} : { threads });
  const config = { preset, base: base.digest, threads: engine.threads };
  const identity = { config, seed, versions: readVersions() };
  await using run = await openRun(out, { ...identity, resume: !fresh, keep: 2, now: () => new Date() });
  try {
    return await new Job(run, engine, base.parameters, preset, options, hooks).finish(identity);
  } catch (error) {
    throw stopped(error, hooks.signal); // every step is saved already
  }
}

class Job {
  readonly #steps: EventOf<"step">[] = [];
  readonly #evaluations: EventOf<"eval">[] = [];
  readonly #run: Run;
  readonly #engine: Engine;
  readonly #model: EmbeddedModel;
  readonly #base: Float32Array;
  readonly #preset: Preset;
  readonly #options: ReproduceOptions;
  readonly #hooks: RunHooks;
  readonly #task = new CountdownTask();
  /** What every point of the curve is measured on. */
  readonly #heldOut: readonly Problem[];
  readonly #began = performance.now();
  #trained: Float32Array;
  #optimizer: OptimizerState;
  #state: RunState = FRESH_STATE;
  /** Of a run that is done. */
  #report: Report | null = null;

  constructor(
    run: Run,
    engine: Engine,
    base: Float32Array,
    preset: Preset,
    options: ReproduceOptions,
    hooks: RunHooks,
  ) {
    this.#run = run;
    this.#engine = engine;
    this.#model = new EmbeddedModel(engine, countdownTokenizer);
    this.#base = base;
    this.#preset = preset;
    this.#options = options;
    this.#hooks = hooks;
    this.#trained = base.slice();
    this.#optimizer = newOptimizerState(base.length);
    this.#heldOut = heldOut("heldout", preset.problems);
  }

  get #wallSeconds(): number {
    return this.#state.wallSeconds + (performance.now() - this.#began) / 1000;
  }

  /** Does what is left to do, and writes the report. */
  async finish(identity: { readonly config: object; readonly versions: Record<string, string> }): Promise<Report> {
    await this.#restore();
    if (this.#report !== null) {
      await writeReport(this.#run.dir, this.#report);
      return this.#report;
    }
    await this.#train();
    await this.#measure();
    const report = assembleReport({
      shape: this.#engine.config,
      preset: this.#preset,
      seed: this.#options.seed,
      config: { ...identity.config },
      versions: identity.versions,
      wallSeconds: this.#wallSeconds,
      command: commandOf(this.#options),
      evaluations: this.#evaluations,
      steps: this.#steps,
      measured: this.#state.measured,
    });
    await writeReport(this.#run.dir, report);
    this.#publish(parseRunEvent({ type: "result", report }));
    this.#publish({ type: "phase", name: "done", detail: "" });
    await this.#save();
    return report;
  }

  /** Tells the journal, the caller, and this job's own series. */
  #publish(event: RunEvent): void {
    this.#run.journal.append(event);
    this.#remember(event);
  }

  #remember(event: RunEvent): void {
    if (event.type === "step") this.#steps.push(event);
    if (event.type === "eval") this.#evaluations.push(event);
    if (event.type === "result") this.#report = event.report;
    this.#hooks.publish(event);
  }

  /** Goes on from the run's last checkpoint, where it has one. */
  async #restore(): Promise<void> {
    const { checkpoint } = this.#run;
    if (checkpoint === null) return;
    this.#state = runStateSchema.parse(checkpoint.state);
    const { parameters, optimizer } = await loadTrainingState(checkpoint.path, this.#engine.config);
    this.#trained = parameters;
    this.#optimizer = optimizer;
    this.#engine.setParameters(parameters);
    for await (const event of readJournal(this.#run.paths.journal)) {
      if (isKnownEvent(event)) this.#remember(parseRunEvent(event));
    }
  }

  async #save(): Promise<void> {
    const state: RunState = { ...this.#state, wallSeconds: this.#wallSeconds };
    const position = state.step + Object.keys(state.measured).length;
    await this.#run.save(position, state, (folder) =>
      writeCheckpoint(folder, {
        config: this.#engine.config,
        parameters: this.#trained,
        tokenizer: countdownTokenizer,
        optimizer: this.#optimizer,
        metadata: { command: commandOf(this.#options), step: String(state.step), seed: String(this.#options.seed) },
      }),
    );
  }

  async #train(): Promise<void> {
    const { learning, evaluateEvery } = this.#preset;
    const { seed } = this.#options;
    if (this.#evaluations.length === 0) {
      this.#publish({ type: "phase", name: "first look", detail: "the base model on held-out problems" });
      const chains = await this.#evaluate();
      this.#state = { ...this.#state, baseChains: shownChains(chains) };
      await this.#save();
    }
    if (this.#state.step >= learning.steps) return;
    this.#publish({
      type: "phase",
      name: "training",
      detail: `${learning.steps} steps of reinforcement on verified answers`,
    });
    const rng = new Rng(seed).split("learning");
    const problems = (step: number): Problem[] => [
      ...this.#task.problems("train", rng.split("problems", step)).take(learning.problemsPerStep),
    ];
    const learner = {
      engine: this.#engine,
      model: this.#model,
      verifier: this.#task.verifier,
      optimizer: this.#optimizer,
    };
    let before = performance.now();
    const learn = policyGradient(learner, problems, rng.split("rollouts"), learning, this.#state, this.#hooks.signal);
    for await (const step of learn) {
      this.#trained.set(this.#engine.parameters);
      this.#state = { ...this.#state, step: step.step, flops: step.flops };
      this.#publish(stepEvent(step, learning.steps, (performance.now() - before) / 1000));
      this.#publish(shownChain(step));
      if (step.step % evaluateEvery === 0 || step.step === learning.steps) this.#showPair(await this.#evaluate());
      await this.#save();
      before = performance.now();
    }
  }

  /** One point of the train-time curve, from one chain a held-out problem. */
  async #evaluate(): Promise<SampledChain[]> {
    const { step, flops } = this.#state;
    const chains = await this.#sample(this.#heldOut, {
      samples: 1,
      maxTokens: this.#preset.chains.maxTokens,
      seed: deriveSeed(this.#options.seed, "evaluate", step),
    });
    const records = toRecords(chains);
    const intervals = { rng: new Rng(this.#options.seed).split("evaluate", step), stratifyBy: "n" };
    const { passAt1, ci, n } = summarise(records, intervals);
    const byN = summariseBy(records, "n", intervals);
    const shown = shownChains(chains.slice(0, TOLD)).map(({ problem, chain }) => ({ problem, ...chain }));
    const behaviours = behavioursOf(chains);
    this.#publish(parseRunEvent({ type: "eval", step, flops, passAt1, ci, n, byN, behaviours, shown }));
    return chains;
  }

  #sample(problems: readonly Problem[], plan: SamplingPlan): Promise<SampledChain[]> {
    const { signal, onProgress } = this.#hooks;
    return sampleChains(this.#model, problems, {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...plan,
      signal,
    });
  }

  /** One problem, answered by the base and by the model as it is now; another one each time. */
  #showPair(chains: readonly SampledChain[]): void {
    const shown = shownChains(chains);
    const at = this.#evaluations.length % Math.max(1, shown.length);
    const [base, now] = [this.#state.baseChains[at], shown[at]];
    if (base === undefined || now === undefined) return;
    this.#publish({ type: "pair", problem: base.problem, base: base.chain, final: now.chain });
  }

  /** Both models on the held-out problems: forced length, unseen targets, single chains, many samples. */
  async #measure(): Promise<void> {
    const { problems, chains, unseenSamples, parallel, forced } = this.#preset;
    const [main, unseen] = [this.#heldOut, heldOut("unseen-targets", Math.ceil(problems / 2))];
    // All go on side by side, the longest chains begun first: while they end, short ones keep the decoder full.
    const plans: Record<string, MeasuringPlan> = {
      forced: { problems: main, ...forced, extend: GO_ON },
      unseen: { problems: unseen, ...chains, samples: unseenSamples },
      chains: { problems: main, ...chains },
      samples: { problems: main, ...parallel },
    };
    for (const model of ["base", "final"] as const) {
      const missing = Object.entries(plans).filter(([what]) => this.#state.measured[`${model}.${what}`] === undefined);
      if (missing.length > 0) await this.#measureModel(model, missing);
    }
  }

  async #measureModel(
    model: "base" | "final",
    plans: readonly (readonly [what: string, plan: MeasuringPlan])[],
  ): Promise<void> {
    const total = plans.reduce((sum, [, plan]) => sum + plan.problems.length * plan.samples, 0);
    const who = model === "base" ? "the base model" : "the trained model";
    this.#publish({ type: "phase", name: "measuring", detail: `${total.toLocaleString("en")} chains by ${who}` });
    this.#engine.setParameters(model === "base" ? this.#base : this.#trained);
    let done = 0;
    const curves = { shape: this.#engine.config, seed: this.#options.seed, preset: this.#preset };
    const underWay = plans.map(([what, { problems, ...plan }]) => {
      let before = 0;
      let shown = 0;
      const onProgress = (now: number, all: number, soFar: readonly SampledChain[]): void => {
        done += now - before;
        before = now;
        this.#hooks.onProgress?.(done, total);
        if (now === all || now < 2 * shown) return; // a curve of twice as many chains is worth drawing again
        shown = now;
        for (const event of curveEvents(what, model, soFar, plan.samples, curves)) this.#hooks.publish(event);
      };
      const seed = deriveSeed(this.#options.seed, "measure", what);
      const chains = this.#sample(problems, { ...plan, seed, onProgress });
      chains.catch(() => {}); // it rejects where it is awaited, which may be never, after another has failed
      return { what, samples: plan.samples, chains };
    });
    for (const { what, samples, chains } of underWay) {
      const sampled = await chains;
      for (const event of curveEvents(what, model, sampled, samples, curves)) this.#publish(event);
      const measurement = measurementOf(sampled, samples, what === "chains");
      this.#state = { ...this.#state, measured: { ...this.#state.measured, [`${model}.${what}`]: measurement } };
      await this.#save();
    }
  }
}

type MeasuringPlan = Sampling & { readonly problems: readonly Problem[]; readonly extend?: typeof GO_ON };

/** @param tallied whether the chains' behaviours are counted */
function measurementOf(chains: readonly SampledChain[], samples: number, tallied: boolean): Measurement {
  return {
    problems: toRecords(chains),
    tallies: tallied ? tallyBehaviours(chains) : [],
    gate: gateOf(chains),
    shown: shownChains(chains.filter((_, i) => i % samples === 0)),
  };
}

function shownChains(chains: readonly SampledChain[]): { problem: string; chain: JudgedChain }[] {
  return chains.slice(0, SHOWN).map(({ problem, completion }) => {
    const { status, reason } = judge(problem, completion.text);
    const tokens = completion.usage.completionTokens;
    return { problem: problem.prompt, chain: { text: completion.text, verdict: status, reason, tokens } };
  });
}

function stepEvent(step: LearnStep, steps: number, seconds: number): RunEvent {
  const { groups: _, unscored: __, gradientNorm, ...rest } = step;
  return { type: "step", steps, ...rest, loss: null, gradNorm: gradientNorm, seconds };
}

function shownChain({ step, groups }: LearnStep): RunEvent {
  const rollout = groups[step % groups.length]?.[0];
  if (rollout === undefined) throw new MullError("engine", "a step without chains");
  return chainEvent(step, rollout);
}

/** What to type to get the same figures. */
export function commandOf({ preset, seed, fromScratch }: ReproduceOptions): string {
  const flags = [preset === "default" ? "" : ` --${preset}`, fromScratch ? " --from-scratch" : "", ` --seed ${seed}`];
  return `npx mull reproduce${flags.join("")}`;
}
