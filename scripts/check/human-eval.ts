/**
 * HumanEval (Chen et al. 2021) through the code verifier: every canonical solution must pass, and of one mutant of each the verdict
 * must be CPython's.
 *
 *   npm run check:human-eval -- [--file HumanEval.jsonl.gz] [--backend pyodide|bubblewrap] [--only N]
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { Rng } from "../../src/core/rng.ts";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import { bubblewrapSandbox } from "../../src/verify/code/native/bubblewrap-sandbox.ts";
import { pyodideSandbox } from "../../src/verify/code/python/pyodide-sandbox.ts";

type Task = {
  readonly task_id: string;
  readonly prompt: string;
  readonly canonical_solution: string;
  readonly test: string;
  readonly entry_point: string;
};

const { values } = parseArgs({
  options: {
    file: { type: "string", default: join(import.meta.dirname, "../../../shared/data/HumanEval.jsonl.gz") },
    backend: { type: "string", default: "pyodide" },
    only: { type: "string", default: "1000" },
  },
});
if (!existsSync(values.file)) {
  console.error(`${values.file} is missing: give the path of HumanEval.jsonl.gz with --file`);
  process.exit(2);
}
const sandbox = values.backend === "bubblewrap" ? bubblewrapSandbox() : pyodideSandbox();
if (sandbox === null) {
  console.error("there is no bubblewrap with Python here");
  process.exit(2);
}
const tasks = gunzipSync(readFileSync(values.file))
  .toString()
  .trim()
  .split("\n")
  .slice(0, Number(values.only))
  .map((line) => JSON.parse(line) as Task);
const verifier = new CodeVerifier({ sandboxFor: async () => sandbox });
const python = spawnSync("python3", ["--version"]).status === 0;
if (!python) console.error("python3 is missing: mutants are not compared");

/** One change that a careless person would make; null where there is nothing to change. */
function mutant(source: string, rng: Rng): string | null {
  const swaps: readonly (readonly [RegExp, string])[] = [
    [/==/g, "!="],
    [/<=/g, "<"],
    [/>=/g, ">"],
    [/(?<![<>=!-])<(?![<=])/g, ">="],
    [/(?<![<>=!-])>(?![>=])/g, "<="],
    [/\band\b/g, "or"],
    [/\bor\b/g, "and"],
    [/\bnot /g, ""],
    [/ \+ /g, " - "],
    [/ - /g, " + "],
    [/ \* /g, " + "],
    [/\bTrue\b/g, "False"],
    [/\bFalse\b/g, "True"],
    [/\b0\b/g, "1"],
    [/\b1\b/g, "2"],
    [/\b2\b/g, "3"],
    [/ % /g, " // "],
    [/\breturn /g, "return not "],
    [/\bmax\(/g, "min("],
    [/\bmin\(/g, "max("],
    [/\[::-1\]/g, ""],
  ];
  const places = swaps.flatMap(([pattern, to]) =>
    [...source.matchAll(pattern)].map((match) => ({ index: match.index, from: match[0], to })),
  );
  if (places.length === 0) return null;
  const place = rng.pick(places);
  return `${source.slice(0, place.index)}${place.to}${source.slice(place.index + place.from.length)}`;
}

function byCPython(task: Task, body: string): "correct" | "wrong" {
  const program = `${task.prompt}${body}\n${task.test}\ncheck(${task.entry_point})\n`;
  return spawnSync("python3", ["-I", "-c", program], { timeout: 10_000 }).status === 0 ? "correct" : "wrong";
}

const began = performance.now();
let passed = 0;
let agreed = 0;
let mutants = 0;
let survived = 0;
for (const [i, task] of tasks.entries()) {
  const problem = {
    id: task.task_id,
    prompt: task.prompt,
    data: {
      language: "python",
      entry: task.entry_point,
      prelude: task.prompt,
      tests: { kind: "asserts", source: task.test },
    },
  };
  const verdict = await verifier.verify(problem, task.canonical_solution);
  if (verdict.status === "correct") passed++;
  else console.log(`${task.task_id}: the canonical solution is ${verdict.status}: ${verdict.reason}`);
  const changed = python ? mutant(task.canonical_solution, new Rng(1).split(task.task_id)) : null;
  if (changed !== null) {
    mutants++;
    const [ours, theirs] = [await verifier.verify(problem, changed), byCPython(task, changed)];
    if (ours.status === theirs) agreed++;
    else
      console.log(`${task.task_id}: a mutant is ${ours.status} here, ${theirs} in CPython: ${ours.reason}\n${changed}`);
    if (theirs === "correct") survived++;
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} of ${tasks.length}`);
}
await verifier.close();
const seconds = (performance.now() - began) / 1000;
console.log(`canonical solutions: ${passed} of ${tasks.length} pass`);
console.log(`mutants: ${agreed} of ${mutants} verdicts as CPython's (${survived} mutants survive their tests)`);
console.log(`${((tasks.length + mutants) / seconds).toFixed(2)} programs a second by ${sandbox.name}, one at a time`);
process.exitCode = passed === tasks.length && agreed === mutants ? 0 : 1;
