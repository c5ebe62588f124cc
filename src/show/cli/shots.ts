/** `mull shots`: what examples in the prompt are worth, and what working an answer out is worth. */

import { join, resolve } from "node:path";
import { MullError } from "../../core/errors.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { findModel } from "../../model/open.ts";
import { runPaths } from "../../store/run-folder.ts";
import { arithmeticTokenizer } from "../../tasks/arithmetic/vocabulary.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { SHOTS } from "../../tasks/in-context/task.ts";
import { inContextTokenizer } from "../../tasks/in-context/vocabulary.ts";
import { intervalText, percent, points, pointsInterval, significant } from "../report/format.ts";
import { type ShotsModel, shotsRun, type Thinker } from "../shots/shots.ts";
import type { ShotsResult } from "../shots/shots-result.ts";
import { findings, name } from "../shots/story.ts";
import { interruptible } from "./interrupt.ts";
import { bar } from "./progress.ts";
import { tellWarnings } from "./run-warnings.ts";
import { StatusLine } from "./status-line.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type ShotsCommandOptions = {
  readonly model: string;
  readonly think: readonly string[];
  readonly problems: number;
  readonly seed: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly json?: boolean;
};

/** @throws MullError `checkpoint` for a model that is not there or has other words; what `shotsRun` throws */
export async function shotsCommand(options: ShotsCommandOptions, terminal: Terminal): Promise<void> {
  const { problems, seed, fresh = false, json = false } = options;
  const model = await load(options.model);
  if (wordsOf(model) !== inContextTokenizer.words.join(" ")) {
    throw new MullError("checkpoint", `${options.model}: the model's words are not those of in-context`, {
      hint: "make one with mull pretrain --task in-context",
    });
  }
  const thinkers: Thinker[] = [];
  for (const each of options.think) thinkers.push(thinkerOf(await load(each)));
  const dir = resolve(options.out ?? join("runs", `shots-seed${seed}`));
  const stop = interruptible();
  const status = new StatusLine(terminal);
  const endWarnings = tellWarnings(terminal, status);
  try {
    const onProgress = (done: number, total: number): void => {
      status.show(`${bar(done / total)}  ${done}/${total} points`);
      if (!status.visible) terminal.note(`${done} of ${total} points`);
    };
    const job = { model, shots: SHOTS, thinkers, problems, seed, dir, fresh, now: () => new Date() };
    const result = await shotsRun({ ...job, signal: stop.signal, onProgress });
    status.clear();
    if (json) terminal.print(JSON.stringify({ out: dir, ...result }));
    else for (const line of summary(result, runPaths(dir).reportHtml, terminal)) terminal.print(line);
  } finally {
    status.clear();
    endWarnings();
    stop.release();
  }
}

async function load(nameOrPath: string): Promise<ShotsModel> {
  const { name: called, path } = findModel(nameOrPath);
  return { name: called, checkpoint: await readCheckpoint(path) };
}

function wordsOf({ checkpoint }: ShotsModel): string {
  return checkpoint.tokenizer.words.join(" ");
}

/** Of which task a model is, its words tell. */
function thinkerOf(model: ShotsModel): Thinker {
  const words = wordsOf(model);
  if (words === countdownTokenizer.words.join(" ")) {
    return { ...model, task: "countdown", difficulties: [3, 4], unit: "numbers" };
  }
  if (words === arithmeticTokenizer.words.join(" ")) {
    return { ...model, task: "arithmetic", difficulties: [2, 3], unit: "digits" };
  }
  throw new MullError("checkpoint", `${model.name}: the model's words are neither Countdown's nor arithmetic's`, {
    hint: "--think takes base, trained, arithmetic, or the folder of a checkpoint or run of these tasks",
  });
}

function summary(result: ShotsResult, report: string, { paint }: Terminal): string[] {
  const [head = "", ...body] = table([
    ["examples", "accuracy", "95% interval", "best guess"],
    ...result.shots.map((point) => [
      String(point.shots),
      percent(point.accuracy),
      intervalText(point.ci),
      percent(point.best),
    ]),
  ]);
  const [thoughtHead = "", ...thought] = table([
    ["task", "model", "difficulty", "at once", "tokens", "worked out", "tokens", "gain", "95% interval"],
    ...result.thought.map(({ task, model, difficulty, unit, direct, steps, gain }) => [
      name(task),
      model,
      `${difficulty} ${unit}`,
      percent(direct.accuracy),
      significant(direct.tokens),
      percent(steps.accuracy),
      significant(steps.tokens),
      points(gain.points),
      pointsInterval(gain.ci),
    ]),
  ]);
  return [
    paint("bold", head),
    ...body,
    "",
    ...(thought.length === 0 ? [] : [paint("bold", thoughtHead), ...thought, ""]),
    ...findings(result),
    "",
    `written   ${shownPath(report)}`,
  ];
}
