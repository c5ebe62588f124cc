/**
 * `run.json`: what a run is, so that the same command can go on with it and anyone can repeat it: the full
 * configuration, the seed and the versions of what computed it. Written once, when the run begins.
 */

import { readFile, stat } from "node:fs/promises";
import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { writeFileAtomic } from "./atomic.ts";
import { errnoCode, reasonOf, storeError } from "./io-error.ts";

const MAX_BYTES = 16_000_000;

const recordSchema = z.object({
  format: z.literal(1),
  /** When the run began, ISO 8601. */
  created: z.iso.datetime(),
  seed: z.int(),
  versions: z.record(z.string(), z.string()),
  config: z.record(z.string(), z.json()),
});

export type RunRecord = z.infer<typeof recordSchema>;

export type RunIdentity = {
  /** Everything that decides what the run computes, as plain JSON; undefined fields are as good as absent. */
  readonly config: object;
  readonly seed: number;
  /** Names and versions of what computes it, such as `{ mull: "0.1.0", node: "24.21.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
};

/**
 * The record of a run that begins now.
 *
 * @throws MullError `store` where the configuration holds what JSON cannot say (NaN, infinity, bigint, a cycle)
 */
export function makeRecord(identity: RunIdentity, created: Date): RunRecord {
  try {
    const { config, seed, versions } = identity;
    const record = { format: 1, created: created.toISOString(), seed, versions, config };
    return recordSchema.parse(JSON.parse(JSON.stringify(record, finite)));
  } catch (cause) {
    if (cause instanceof MullError) throw cause;
    throw unwritable(cause);
  }
}

function unwritable(cause: unknown): MullError {
  return new MullError("store", `The configuration of the run cannot be written: ${reasonOf(cause)}`, { cause });
}

function finite(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new MullError("store", `The configuration's "${key}" is ${value}, which JSON cannot say`, {
      hint: "Use a finite number, or leave the field out.",
    });
  }
  return value;
}

export async function writeRecord(path: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Reads a run's record; null where there is none.
 *
 * @throws MullError `store` where it cannot be read or is not a record
 */
export async function readRecord(path: string): Promise<RunRecord | null> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, expected at most ${MAX_BYTES}`);
    return recordSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const code = errnoCode(error);
    if (code === "ENOENT") return null;
    if (code !== undefined) throw storeError(error, "read", path);
    throw notARecord(path, error);
  }
}

function notARecord(path: string, cause: unknown): MullError {
  return new MullError("store", `${path} does not describe a run: ${reasonOf(cause)}`, {
    cause,
    hint: "Restore it from a copy, choose another --out, or start over in this folder with --fresh.",
  });
}

/**
 * Checks that a command goes on with the run it means.
 *
 * @throws MullError `usage` that names each key that differs, and both values
 */
export function checkSameRun(path: string, was: RunRecord, now: RunRecord): void {
  const found = [...differences(was.seed, now.seed, "seed"), ...differences(was.config, now.config, "config")];
  if (found.length === 0) return;
  const shown = found
    .slice(0, 8)
    .map((d) => `  ${d.key}: the run has ${show(d.was)}, this command asks for ${show(d.now)}`);
  if (found.length > shown.length) shown.push(`  and ${found.length - shown.length} more`);
  throw new MullError("usage", `${path} holds a run of another configuration:\n${shown.join("\n")}`, {
    hint: "Repeat the run's own options to go on with it, choose another --out for a new run, or start over here with --fresh (this deletes the run).",
  });
}

/** Versions that changed since the run began, one sentence each: no error, but a reason why figures may differ. */
export function changedVersions(was: RunRecord, now: RunRecord): string[] {
  return differences(was.versions, now.versions, "").map(
    (d) =>
      `The run began with ${d.key} ${d.was === undefined ? "absent" : d.was}; it goes on with ${d.now === undefined ? "none" : d.now}`,
  );
}

type Difference = { readonly key: string; readonly was: unknown; readonly now: unknown };

/** Where two JSON values differ, by path: objects key by key, in any order; arrays and everything else as a whole. */
function differences(was: unknown, now: unknown, key: string): Difference[] {
  if (isObject(was) && isObject(now)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])];
    return keys.flatMap((k) => differences(was[k], now[k], key === "" ? k : `${key}.${k}`));
  }
  return stable(was) === stable(now) ? [] : [{ key, was, now }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON with the keys of every object sorted, so that equal values have equal text. */
function stable(value: unknown): string {
  const sorted = (_: string, v: unknown): unknown =>
    isObject(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v;
  return JSON.stringify(value, sorted) ?? "nothing";
}

function show(value: unknown): string {
  const text = stable(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
