/**
 * `mull shots`: accuracy against the number of examples in the prompt, and answers at once beside answers worked out. What is measured is
 * in the journal at once, so a run that was stopped measures only the rest.
 */

import { z } from "zod";
import type { Checkpoint } from "../../engine/checkpoint/checkpoint.ts";
import { weightsDigest } from "../../engine/checkpoint/weights-digest.ts";
import { Engine } from "../../engine/engine.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { exists } from "../../store/atomic.ts";
import { readJournal } from "../../store/read-journal.ts";
import { openRun } from "../../store/run-folder.ts";
import { stopped } from "../job/hooks.ts";
import { readVersions } from "../job/versions.ts";
import { rasterise } from "../report/figure.ts";
import { shotsFigure } from "./figure.ts";
import { measureShots, measureThought, measureVotes, type ThoughtTaskName } from "./measure.ts";
import { shotsHtml } from "./page.ts";
import {
  type ShotsPoint,
  type ShotsResult,
  shotsPoint,
  slopeOf,
  type Thought,
  thoughtOf,
  type VotesPoint,
  votesPoint,
} from "./shots-result.ts";

/** A model and what it is called. */
export type ShotsModel = { readonly name: string; readonly checkpoint: Checkpoint };

/** What is answered at once and worked out. */
export type Thinker = ShotsModel & {
  readonly task: ThoughtTaskName;
  readonly difficulties: readonly number[];
  readonly unit: string;
};

export type ShotsOptions = {
  /** Reads dictionaries from examples. */
  readonly model: ShotsModel;
  readonly shots: readonly number[];
  readonly thinkers: readonly Thinker[];
  readonly problems: number;
  readonly seed: number;
  /** The run's folder. */
  readonly dir: string;
  readonly fresh?: boolean;
  readonly threads?: number;
  /** The clock, for when the run was made. */
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** Points measured, of all. */
  readonly onProgress?: (done: number, total: number) => void;
};

/** Examples after which answers are sampled and counted, and how many of them. */
const VOTED = { shots: [4, 16], counts: [1, 2, 4, 8, 16, 32, 64] } as const;

const solved = z.object({ shares: z.array(z.number()), tokens: z.number() });
const answered = solved.extend({ promptTokens: z.number() });
const measured = z.object({
  type: z.literal("shots-measured"),
  name: z.string(),
  data: z.record(z.string(), solved.loose()),
});
type Data = z.infer<typeof measured>["data"];

/**
 * Measures what is not measured yet and leaves report.json, report.html, figure.svg and figure.png in the run's folder.
 *
 * @throws MullError `usage` where the folder holds another run, `store`, and `aborted`: what is measured is kept
 */
export async function shotsRun(options: ShotsOptions): Promise<ShotsResult> {
  const { model, thinkers, problems, seed, dir, threads, now } = options;
  const signal = options.signal ?? new AbortController().signal;
  const config = { job: "shots", problems, model: weightsDigest(model.checkpoint.parameters) };
  await using run = await openRun(dir, {
    config,
    seed,
    versions: readVersions(),
    resume: options.fresh !== true,
    journal: "keep",
    now,
  });
  const known = new Map<string, Data>();
  if (await exists(run.paths.journal)) {
    for await (const event of readJournal(run.paths.journal)) {
      const parsed = measured.safeParse(event);
      if (parsed.success) known.set(parsed.data.name, parsed.data.data);
    }
  }
  const voted = VOTED.shots.filter((shots) => options.shots.includes(shots));
  const total =
    options.shots.length + voted.length + thinkers.reduce((sum, { difficulties }) => sum + difficulties.length, 0);
  let done = 0;
  const once = async (name: string, measure: () => Promise<Data>): Promise<Data> => {
    const data = known.get(name) ?? (await measure());
    if (!known.has(name)) run.journal.append({ type: "shots-measured", name, data });
    options.onProgress?.(++done, total);
    return data;
  };
  try {
    const points: ShotsPoint[] = [];
    const votes: VotesPoint[] = [];
    if (options.shots.length > 0) {
      const shape = model.checkpoint.config;
      await using opened = open(model, threads);
      for (const shots of options.shots) {
        const data = await once(`${shots} shots`, async () => ({
          own: await measureShots(opened.model, shots, problems, signal),
        }));
        points.push(shotsPoint(shape, shots, answered.parse(data["own"])));
      }
      for (const shots of voted) {
        const asked = { shots, problems, counts: VOTED.counts, seed };
        const data = await once(`votes after ${shots} shots`, async () =>
          Object.fromEntries(await measureVotes(opened.model, asked, signal)),
        );
        for (const n of VOTED.counts) votes.push(votesPoint(shape, shots, n, answered.parse(data[n])));
      }
    }
    const thought: Thought[] = [];
    for (const thinker of thinkers) {
      await using opened = open(thinker, threads);
      const digest = weightsDigest(thinker.checkpoint.parameters);
      for (const difficulty of thinker.difficulties) {
        const name = `${thinker.task} ${digest} ${difficulty}`;
        const data = await once(name, () =>
          measureThought(thinker.task, opened.model, difficulty, problems, seed, signal),
        );
        const { direct, steps } = z.object({ direct: solved, steps: solved }).parse(data);
        const what = { task: thinker.task, model: thinker.name, difficulty, unit: thinker.unit };
        thought.push(thoughtOf(what, { direct, steps }));
      }
    }
    const result: ShotsResult = {
      format: 1,
      kind: "shots",
      seed,
      problems,
      model: model.name,
      shots: points,
      votes,
      slope: slopeOf(points.map(({ shots, accuracy }) => ({ x: shots, y: accuracy }))),
      bestSlope: slopeOf(points.map(({ shots, best }) => ({ x: shots, y: best }))),
      thought,
      versions: { ...run.record.versions },
    };
    const svg = shotsFigure(result);
    await run.writeFile("report.json", `${JSON.stringify(result, null, 2)}\n`);
    await run.writeFile("figure.svg", svg);
    await run.writeFile("figure.png", rasterise(svg));
    await run.writeFile("report.html", shotsHtml(result));
    return result;
  } catch (error) {
    throw stopped(error, signal);
  }
}

function open({ name, checkpoint: { config, parameters, tokenizer } }: ShotsModel, threads: number | undefined) {
  const engine = new Engine(config, parameters, threads === undefined ? {} : { threads });
  const model = new EmbeddedModel(engine, tokenizer, name);
  return { model, [Symbol.asyncDispose]: () => engine.close() };
}
