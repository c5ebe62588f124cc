/**
 * `mull verify`: one answer, or lines of JSON on standard input to verdicts on standard output, in their order, as they come; or
 * what a verifier would wrongly accept. Exit codes: 0 correct (of a stream: it ended), 1 wrong, 3 unscored.
 */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { MullError } from "../../core/errors.ts";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { unscored, type Verdict } from "../../core/verdict.ts";
import { storeError } from "../../store/io-error.ts";
import { makeVerifier } from "../../verify/make-verifier.ts";
import { inOrder } from "../../verify/parallel/in-order.ts";
import { ParallelVerifier } from "../../verify/parallel/parallel-verifier.ts";
import type { VerifierKind } from "../../verify/verifier-spec.ts";
import { counted, fixed } from "../report/format.ts";
import { interruptible } from "./interrupt.ts";
import { StatusLine } from "./status-line.ts";
import type { Terminal } from "./terminal.ts";
import { parsePair, type VerifyPair } from "./verify-pair.ts";
import { selfTestCommand } from "./verify-self-test.ts";

export type VerifyOptions = {
  readonly kind?: VerifierKind;
  readonly gold?: string;
  readonly answer?: string;
  readonly completion?: string;
  readonly completionFile?: string;
  readonly problem?: string;
  readonly data?: string;
  readonly ignoreCase?: boolean;
  readonly workers?: number;
  readonly limit?: number;
  readonly selfTest?: boolean;
  readonly json?: boolean;
};

/** Kinds that need no process of their own: they are verified in threads. */
const THREADED: readonly VerifierKind[] = ["math", "choice", "exact"];
/** Answers under way beyond the threads, so that none of them waits. */
const AHEAD = 16;
const MOST_LINE = 4_000_000;

/** @throws MullError `usage` for options that do not go together, `store` for a file that cannot be read */
export async function verifyCommand(options: VerifyOptions, terminal: Terminal): Promise<void> {
  if (options.selfTest === true) return selfTestCommand(options.kind, options.json ?? false, terminal);
  if (options.kind === undefined) {
    throw new MullError("usage", "which kind of answer is it?", {
      hint: "give --kind math, code, choice, exact or smt",
    });
  }
  const one = await onePair(options);
  if (one !== null) return verifyOne(options.kind, one, options, terminal);
  return verifyStream(options.kind, options, terminal);
}

/** What the command line asks about; null where it asks to read lines. */
async function onePair(options: VerifyOptions): Promise<VerifyPair | null> {
  const { gold, answer, completion, completionFile, problem, data } = options;
  const given = [answer, completion, completionFile].filter((each) => each !== undefined);
  if (given.length > 1) throw new MullError("usage", "--answer, --completion and --completion-file exclude each other");
  if (given.length === 0) return null;
  const text = answer ?? completion ?? (await readText(completionFile as string));
  const posed: Problem = {
    id: "1",
    prompt: problem ?? "",
    ...(gold === undefined ? {} : { answer: gold }),
    ...(data === undefined ? {} : { data: await readData(data) }),
  };
  return { problem: posed, completion: text, bare: answer !== undefined };
}

async function verifyOne(
  kind: VerifierKind,
  pair: VerifyPair,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<void> {
  const { verifier, close } = await makeVerifier({ kind, bare: pair.bare, ignoreCase: options.ignoreCase ?? false });
  const stop = interruptible();
  try {
    const began = performance.now();
    const verdict = await verifier.verify(pair.problem, pair.completion, { signal: stop.signal });
    const told = lineOf(verdict, performance.now() - began);
    if (options.json === true) terminal.print(JSON.stringify(told));
    else {
      const colour = verdict.status === "correct" ? "green" : verdict.status === "wrong" ? "red" : "yellow";
      const score =
        "score" in verdict && verdict.score > 0 && verdict.score < 1 ? ` (score ${fixed(verdict.score, 2)})` : "";
      terminal.print(`${terminal.paint(colour, verdict.status)}${score}: ${verdict.reason}`);
    }
    process.exitCode = { correct: 0, wrong: 1, unscored: 3 }[verdict.status];
  } finally {
    stop.release();
    await close();
  }
}

type Line = {
  readonly verdict: Verdict["status"];
  readonly score: number | null;
  readonly reason: string;
  readonly ms: number;
};

function lineOf(verdict: Verdict, ms: number): Line {
  const score = "score" in verdict ? verdict.score : null;
  return { verdict: verdict.status, score, reason: verdict.reason, ms: Math.round(ms * 100) / 100 };
}

async function verifyStream(kind: VerifierKind, options: VerifyOptions, terminal: Terminal): Promise<void> {
  if (process.stdin.isTTY) {
    const hint = 'give --gold and --answer, or lines such as {"gold": "1/2", "answer": "0.5"} on standard input';
    throw new MullError("usage", "there is nothing to verify", { hint });
  }
  const workers = options.workers ?? availableParallelism();
  const pool = await openPool(kind, workers, options);
  const stop = interruptible();
  const status = new StatusLine(terminal);
  const counts = { correct: 0, wrong: 0, unscored: 0 };
  const began = performance.now();
  try {
    const lines = numbered(stop.signal);
    for await (const { line, id } of inOrder(lines, workers + AHEAD, (each) => judged(pool, each, stop.signal))) {
      if (stop.signal.aborted) break;
      counts[line.verdict]++;
      terminal.print(JSON.stringify(id === undefined ? line : { id, ...line }));
      const done = counts.correct + counts.wrong + counts.unscored;
      if (done % 100 === 0) status.show(`verified: ${counted(done, "answer")}`);
    }
  } finally {
    status.clear();
    stop.release();
    await pool.close();
    const seconds = Math.max(1e-3, (performance.now() - began) / 1000);
    const done = counts.correct + counts.wrong + counts.unscored;
    terminal.note(
      `${counted(done, "answer")}: ${fixed(counts.correct)} correct, ${fixed(counts.wrong)} wrong, ${fixed(counts.unscored)} unscored; ${fixed(done / seconds)} a second`,
    );
  }
  if (stop.signal.aborted) throw new MullError("aborted", "stopped: the lines so far are verified");
}

type Pool = { readonly chains: Verifier; readonly answers: Verifier; close(): Promise<void> };

/** Verifiers of chains and of bare answers; the same where the kind makes no difference. */
async function openPool(kind: VerifierKind, workers: number, options: VerifyOptions): Promise<Pool> {
  const ignoreCase = options.ignoreCase ?? false;
  if (!THREADED.includes(kind)) {
    const { verifier, close } = await makeVerifier({ kind });
    return { chains: verifier, answers: verifier, close };
  }
  const limits = { workers, ...(options.limit === undefined ? {} : { limitMs: options.limit }) };
  const chains = new ParallelVerifier({ kind, ignoreCase }, limits);
  const answers = kind === "math" ? new ParallelVerifier({ kind, bare: true }, limits) : chains;
  return { chains, answers, close: async () => void (await Promise.all([chains.close(), answers.close()])) };
}

type Numbered = { readonly text: string; readonly number: number };

async function* numbered(signal: AbortSignal): AsyncGenerator<Numbered> {
  const reader = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  signal.addEventListener("abort", () => reader.close(), { once: true });
  let number = 0;
  for await (const text of reader) {
    number++;
    if (text.trim() !== "") yield { text, number };
  }
}

/** A line that cannot be read is unscored, and the others go on. */
async function judged(
  pool: Pool,
  { text, number }: Numbered,
  signal: AbortSignal,
): Promise<{ line: Line; id?: string | number }> {
  const began = performance.now();
  const parsed = text.length > MOST_LINE ? `is ${text.length} characters long` : parsePair(text, number);
  if (typeof parsed === "string")
    return { line: lineOf(unscored(`line ${number} ${parsed}`), performance.now() - began) };
  const verifier = parsed.bare ? pool.answers : pool.chains;
  const verdict = await verifier.verify(parsed.problem, parsed.completion, { signal });
  return { line: lineOf(verdict, performance.now() - began), ...(parsed.id === undefined ? {} : { id: parsed.id }) };
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw storeError(error, "read", path);
  });
}

/** JSON, or the path of a file of it. */
async function readData(given: string): Promise<unknown> {
  const text = /^\s*[{[]/.test(given) ? given : await readText(given);
  const parsed = parsedJson(text);
  if (parsed !== undefined) return parsed;
  throw new MullError("input", "--data is no JSON", { hint: "give an object, or the path of a file of one" });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
