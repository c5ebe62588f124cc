/**
 * Numbered checkpoints of a run: `checkpoints/step-000120/`, each a folder that its writer fills (weights, optimizer,
 * tokenizer) and a `state.json` that commits it: the step, the journal's position at that moment, the caller's own
 * state (random generators and the like), and the size and SHA-256 of every file.
 *
 * A checkpoint appears whole or not at all (`atomic.ts`). One that is damaged later is told by its digests, and the one
 * before it is used. Saving step s removes what is there of later steps first: it belongs to a course of events that
 * was rolled back, and must not be found as "the latest".
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { exists, removeDirAtomic, sweepTemporary, writeDirAtomic } from "./atomic.ts";
import { reasonOf, storeError } from "./io-error.ts";

const STATE = "state.json";
const MAX_STATE_BYTES = 64_000_000;
const MAX_FILES = 10_000;

const stateSchema = z.object({
  format: z.literal(1),
  step: z.int().nonnegative(),
  /** Byte offset of the journal at this step. */
  journal: z.int().nonnegative(),
  /** By path inside the folder, with `/`. */
  files: z.record(z.string(), z.object({ bytes: z.int().nonnegative(), sha256: z.string().length(64) })),
  state: z.unknown(),
});

export type Checkpoint<T = unknown> = {
  /** The folder. */
  readonly path: string;
  readonly step: number;
  /** Byte offset to cut the journal back to. */
  readonly journal: number;
  /** What the caller saved beside the files. */
  readonly state: T;
};

export type LatestOptions<S extends z.ZodType> = {
  /** What the state must look like. Default: anything. */
  readonly schema?: S;
  /** A reason not to use a checkpoint that is otherwise sound, or null. */
  readonly reject?: (checkpoint: Checkpoint) => string | null | Promise<string | null>;
  /** Called for each newer checkpoint that cannot be used, with the reason. */
  readonly onSkip?: (reason: string) => void;
};

export type CheckpointOptions = {
  /** How many of the newest to keep. Default 3. */
  readonly keep?: number;
};

/**
 * The checkpoints in `folder`, which is created, and cleared of what a killed process left. Hold the run's lock.
 *
 * @example
 * const checkpoints = await openCheckpoints("/tmp/run/checkpoints", { keep: 2 });
 * await checkpoints.save({ step: 1, journal: 0, state: { rng: 7 } }, (to) => writeFile(join(to, "weights"), "..."));
 * (await checkpoints.latest())?.step; // 1
 */
export async function openCheckpoints(folder: string, options: CheckpointOptions = {}): Promise<Checkpoints> {
  const keep = options.keep ?? 3;
  if (!(keep >= 1)) throw new MullError("usage", `Checkpoints to keep: expected 1 or more, got ${keep}`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw storeError(error, "create", folder);
  }
  await sweepTemporary(folder);
  return new Checkpoints(folder, keep);
}

/** The checkpoints of one run; made by `openCheckpoints`. */
export class Checkpoints {
  readonly folder: string;
  readonly keep: number;

  /** @internal */
  constructor(folder: string, keep: number) {
    this.folder = folder;
    this.keep = keep;
  }

  /** The steps that have a checkpoint, ascending. */
  async steps(): Promise<number[]> {
    return listSteps(this.folder);
  }

  /**
   * Saves a checkpoint: `write` fills the folder it is given, and the checkpoint then appears at once. One of the same
   * step is replaced. Flush the journal durably before, or its position may be ahead of the disk (`Run.save` does).
   *
   * @throws MullError `store` as on a full disk: the earlier checkpoints are intact; what `write` throws
   */
  async save<T>(
    at: { readonly step: number; readonly journal: number; readonly state: T },
    write: (folder: string) => Promise<void>,
  ): Promise<Checkpoint<T>> {
    const path = join(this.folder, nameOf(at.step));
    await this.#remove((await this.steps()).filter((step) => step > at.step));
    await writeDirAtomic(path, async (temporary) => {
      await write(temporary);
      if (await exists(join(temporary, STATE))) {
        throw new MullError("store", `A checkpoint's writer must not make ${STATE}: the checkpoint writes its own`);
      }
      const files = await digestFolder(temporary);
      await writeFile(join(temporary, STATE), `${JSON.stringify({ format: 1, ...at, files }, null, 1)}\n`);
    });
    await this.#remove((await this.steps()).slice(0, -this.keep));
    return { path, ...at };
  }

  /**
   * The newest checkpoint that can be used, or null where there is none at all.
   *
   * @throws MullError `checkpoint` where there are checkpoints and none can be used, with the reasons
   */
  async latest<S extends z.ZodType = z.ZodUnknown>(
    options: LatestOptions<S> = {},
  ): Promise<Checkpoint<z.output<S>> | null> {
    const reasons: string[] = [];
    for (const step of (await this.steps()).reverse()) {
      const path = join(this.folder, nameOf(step));
      try {
        const checkpoint = await readCheckpoint(path, options.schema);
        const reason = (await options.reject?.(checkpoint)) ?? null;
        if (reason === null) return checkpoint as Checkpoint<z.output<S>>;
        reasons.push(`${path}: ${reason}`);
      } catch (error) {
        if (!(error instanceof MullError)) throw error;
        reasons.push(error.message);
      }
      options.onSkip?.(reasons.at(-1) as string);
    }
    if (reasons.length === 0) return null;
    throw new MullError("checkpoint", `No checkpoint of this run can be used:\n${reasons.join("\n")}`, {
      hint: "Restore one from a copy, or start over with --fresh.",
    });
  }

  async #remove(steps: readonly number[]): Promise<void> {
    for (const step of steps) await removeDirAtomic(join(this.folder, nameOf(step)));
  }
}

/**
 * Reads and checks one checkpoint: `state.json`, and every file's size and digest. Needs no lock.
 *
 * @throws MullError `checkpoint` that says which file is damaged, missing or new
 */
export async function readCheckpoint<S extends z.ZodType = z.ZodUnknown>(
  path: string,
  schema?: S,
): Promise<Checkpoint<z.output<S>>> {
  const bad = (why: string, cause?: unknown): MullError =>
    new MullError("checkpoint", `${path}: ${why}`, {
      cause,
      hint: "Use an earlier checkpoint, or restore this one from a copy.",
    });
  try {
    const { size } = await stat(join(path, STATE));
    if (size > MAX_STATE_BYTES) throw bad(`${STATE} has ${size} bytes, expected at most ${MAX_STATE_BYTES}`);
    const { files, step, journal, state } = stateSchema.parse(JSON.parse(await readFile(join(path, STATE), "utf8")));
    const found = await digestFolder(path);
    for (const name of new Set([...Object.keys(files), ...Object.keys(found)])) {
      const was = files[name];
      const is = found[name];
      if (is === undefined) throw bad(`${name} is missing`);
      if (was === undefined) throw bad(`${name} is not part of this checkpoint`);
      if (was.bytes !== is.bytes) throw bad(`${name} has ${is.bytes} bytes, expected ${was.bytes}`);
      if (was.sha256 !== is.sha256) throw bad(`${name} is damaged: its SHA-256 is not the one recorded`);
    }
    return { path, step, journal, state: schema === undefined ? state : schema.parse(state) } as Checkpoint<
      z.output<S>
    >;
  } catch (error) {
    if (error instanceof MullError) throw error;
    throw bad(`${error instanceof z.ZodError ? `${STATE} is not what was expected: ` : ""}${reasonOf(error)}`, error);
  }
}

function nameOf(step: number): string {
  if (!Number.isSafeInteger(step) || step < 0) throw new MullError("store", `A step is an integer from 0, got ${step}`);
  return `step-${String(step).padStart(6, "0")}`;
}

async function listSteps(folder: string): Promise<number[]> {
  try {
    const steps = (await readdir(folder)).flatMap((name) => {
      const step = Number(/^step-(\d{6,15})$/.exec(name)?.[1] ?? Number.NaN);
      return Number.isNaN(step) || nameOf(step) !== name ? [] : [step];
    });
    return steps.sort((a, b) => a - b);
  } catch (error) {
    throw storeError(error, "list", folder);
  }
}

/** Size and SHA-256 of every file under `folder` except `state.json` at its top. */
async function digestFolder(folder: string): Promise<Record<string, { bytes: number; sha256: string }>> {
  const digests: Record<string, { bytes: number; sha256: string }> = {};
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  if (entries.length > MAX_FILES) throw new MullError("checkpoint", `${folder}: more than ${MAX_FILES} files`);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    if (name === STATE) continue;
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    digests[name] = { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
  }
  return digests;
}
