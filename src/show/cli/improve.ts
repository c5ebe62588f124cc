/** `mull improve`: search teaches the model, and the better model searches better. */

import { join } from "node:path";
import { MullError } from "../../core/errors.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import type { TransformerConfig } from "../../engine/transformer.ts";
import { findModel } from "../../model/open.ts";
import { runPaths } from "../../store/run-folder.ts";
import { arithmeticLoop } from "../improve/arithmetic-loop.ts";
import { improve } from "../improve/improve.ts";
import type { ImproveResult } from "../improve/improve-result.ts";
import { countdownLoop, type ImproveTask } from "../improve/improve-task.ts";
import type { DistilName, SearchName, TaskName } from "../improve/names.ts";
import { IMPROVE_PRESETS, type ImprovePreset, type ImprovePresetName } from "../improve/presets.ts";
import { findings } from "../improve/story.ts";
import { fixed, intervalText, percent, points } from "../report/format.ts";
import { liveRun } from "./live-run.ts";
import { remark, shownPath, type Terminal, table } from "./terminal.ts";

export type ImproveCommandOptions = {
  readonly task: TaskName;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly generations?: number;
  readonly problems?: number;
  readonly search?: SearchName;
  readonly budget?: number;
  readonly distil: DistilName;
  readonly shape?: { readonly layers: number; readonly width: number };
  readonly keep?: number;
  readonly replay?: number;
  readonly upTo?: number;
  readonly seed: number;
  readonly base?: string;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

const TASKS = { countdown: countdownLoop, arithmetic: arithmeticLoop } as const satisfies Record<
  TaskName,
  () => ImproveTask
>;

/** @throws MullError `usage` for options that do not go together; `checkpoint` where there is no base; what `improve` throws */
export async function improveCommand(options: ImproveCommandOptions, terminal: Terminal): Promise<void> {
  const { task: name, distil, seed, fresh = false, json = false } = options;
  const task = TASKS[name]();
  const preset = presetOf(options, task);
  const search = options.search ?? (task.searches[0] as SearchName);
  if (!task.searches.includes(search)) {
    throw new MullError("usage", `--search ${search}: ${name} has no such search`, {
      hint: `expected ${task.searches.join(", ")}`,
    });
  }
  const upTo = options.upTo ?? (task.difficulties.at(-1) as number);
  if (!task.difficulties.includes(upTo)) {
    throw new MullError("usage", `--up-to ${upTo}: ${name} has no such difficulty`, {
      hint: `expected ${task.difficulties.join(", ")} (${task.unit})`,
    });
  }
  const base = await loadBase(options.base ?? task.base, task);
  const shape = largerShape(base.config, options);
  const out =
    options.out ?? join("runs", `improve-${name}-${preset.name}${distil === "same" ? "" : `-${distil}`}-seed${seed}`);
  const job = { task, preset, search, distil, shape, upTo, seed, base, out, fresh };
  const result = await liveRun({ ...options, out, fresh }, terminal, (hooks) => improve(job, hooks));
  if (json) {
    terminal.print(JSON.stringify({ out, ...result }));
    return;
  }
  for (const line of summary(result, terminal)) terminal.print(line);
  for (const warning of result.warnings) remark(terminal, warning);
  const { reportHtml, reportJson, figurePng } = runPaths(out);
  for (const file of [reportHtml, reportJson, figurePng]) terminal.print(shownPath(file));
  terminal.print(`\nits chains: npx mull data ${shownPath(out)} --kept --out chains.jsonl`);
}

function presetOf(options: ImproveCommandOptions, task: ImproveTask): ImprovePreset {
  const { quick = false, full = false, generations, problems, budget, keep, replay } = options;
  const name: ImprovePresetName = quick ? "quick" : full ? "full" : "default";
  const preset: ImprovePreset = { ...IMPROVE_PRESETS[name], ...task.amounts?.[name] };
  return {
    ...preset,
    ...(generations === undefined ? {} : { generations }),
    ...(problems === undefined ? {} : { problemsPerGeneration: problems }),
    ...(budget === undefined ? {} : { budget }),
    ...(keep === undefined ? {} : { keep }),
    ...(replay === undefined ? {} : { replay }),
  };
}

async function loadBase(nameOrPath: string, { name, tokenizer }: ImproveTask) {
  const { path } = findModel(nameOrPath);
  const { config, parameters, tokenizer: words } = await readCheckpoint(path);
  if (words.words.join(" ") === tokenizer.words.join(" ")) return { config, parameters };
  throw new MullError("checkpoint", `${path}: the model's words are not those of ${name}`, {
    hint: "make a base model of the task with mull pretrain",
  });
}

/** The base's shape, half as wide again and a layer deeper unless asked otherwise. */
function largerShape(base: TransformerConfig, { distil, shape }: ImproveCommandOptions): TransformerConfig {
  if (shape !== undefined && distil === "same") {
    throw new MullError("usage", "--shape goes with --distil fresh-larger", {
      hint: "the same model keeps its shape",
    });
  }
  const { layers = base.layers + 1, width = Math.round((base.width * 1.5) / HEADS) * HEADS } = shape ?? {};
  const headDim = (2 * Math.round((width * base.headDim) / base.width / 2)) as number;
  return { ...base, layers, width, headDim, ffnWidth: Math.round((base.ffnWidth * width) / base.width) };
}

/** Widths are multiples of it. */
const HEADS = 8;

/** With more difficulties than this the table leaves intervals out and sets the search in brackets. */
const WIDE = 3;

function summary(result: ImproveResult, { paint }: Terminal): string[] {
  const { points: measured, unit, gains } = result;
  const narrow = gains.length > WIDE;
  const [head = "", ...body] = table([
    [
      "generation",
      "frontier",
      ...gains.flatMap(({ difficulty }) => {
        const name = `${difficulty} ${unit}`;
        return narrow ? [`${name} (search)`] : [name, "95% interval", "search"];
      }),
      "kept",
    ],
    ...measured.map(({ generation, difficulties }) => {
      const made = result.generations[generation - 1];
      return [
        generation === 0 ? "base" : String(generation),
        made === undefined ? "" : String(made.frontier),
        ...difficulties.flatMap(({ policy, search }) => {
          const [alone, searched] = [percent(policy.accuracy), percent(search?.accuracy ?? null, 0)];
          return narrow ? [`${alone} (${searched})`] : [alone, intervalText(policy.ci), searched];
        }),
        made === undefined ? "" : fixed(made.kept),
      ];
    }),
    [
      "last over first",
      "",
      ...gains.flatMap(({ overFirst }) => (narrow ? [points(overFirst.points)] : [points(overFirst.points), "", ""])),
      "",
    ],
  ]);
  return ["", paint("bold", head), ...body, "", ...findings(result), ""];
}
