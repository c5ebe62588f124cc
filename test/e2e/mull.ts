/** Runs the `mull` command as a person would: another process, its two outputs, its exit code. */

import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Rng } from "../../src/core/rng.ts";
import { writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { initialParameters, type TransformerConfig } from "../../src/engine/transformer.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

export type Result = { readonly out: string; readonly err: string; readonly code: number | null };

export type MullOptions = {
  /** Beside those of this process, without the ones that change what is printed. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio?: SpawnOptions["stdio"];
};

/** A running `mull`, with what it has printed so far. */
export class Mull {
  readonly child: ChildProcessWithoutNullStreams;
  readonly done: Promise<Result>;
  out = "";
  err = "";

  constructor(args: readonly string[], options: MullOptions = {}) {
    const { NO_COLOR: _, FORCE_COLOR: __, MULL_DEBUG: ___, ...env } = process.env;
    this.child = spawn(process.execPath, [join(ROOT, "bin", "mull.js"), ...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...env, ...options.env },
      ...(options.stdio === undefined ? {} : { stdio: options.stdio }),
    }) as ChildProcessWithoutNullStreams;
    for (const name of ["out", "err"] as const) {
      this.child[`std${name}`]?.setEncoding("utf8").on("data", (text: string) => {
        this[name] += text;
      });
    }
    this.done = once(this.child, "close").then(([code]) => ({ out: this.out, err: this.err, code }));
  }

  /** Resolves once it has printed something that matches; rejects when it ends before. */
  async printed(pattern: RegExp): Promise<void> {
    const found = (): boolean => pattern.test(this.out) || pattern.test(this.err);
    const ended = this.done.then(() => assert.ok(found(), `it ended without ${pattern}: ${this.out}${this.err}`));
    while (!found()) {
      const more = [this.child.stdout, this.child.stderr].map((stream) => once(stream, "data"));
      await Promise.race([...more, ended]);
    }
  }
}

export function mull(args: readonly string[], options: MullOptions = {}): Promise<Result> {
  return new Mull(args, options).done;
}

const TINY: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 1,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 16,
  maxPositions: 512,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

/** A model that knows nothing, in `folder`: quick to open, and as good as any for what a command does around it. */
export async function writeTinyModel(folder: string): Promise<string> {
  const parameters = initialParameters(TINY, new Rng(1));
  await writeCheckpoint(folder, { config: TINY, parameters, tokenizer: countdownTokenizer, metadata: {} });
  return folder;
}

/** What every refusal keeps: nothing on standard output, what to do next, and no stack. */
export function assertRefused(result: Result, code: number, error: RegExp, hint: RegExp): void {
  assert.equal(result.out, "");
  assert.match(result.err, error);
  assert.match(result.err, hint);
  assert.match(result.err, /^error: /m);
  assert.match(result.err, /^ hint: /m);
  assert.doesNotMatch(result.err, /^\s+at /m);
  assert.equal(result.code, code);
}
