/** `mull solve` of a puzzle: one strategy, the chain as it is written, the verdict, and what it cost. */

import { MullError } from "../../core/errors.ts";
import type { Answer } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { type Verdict, wrong } from "../../core/verdict.ts";
import { findModel, openModel, threadsFor } from "../../model/open.ts";
import { tally } from "../../search/majority.ts";
import type { SearchNode } from "../../search/search-tree.ts";
import { parsePuzzle, problemOf } from "../../tasks/countdown/puzzle.ts";
import { isPractised } from "../../tasks/countdown/puzzles.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import { counted, duration, fixed, powerOfTenPlain } from "../report/format.ts";
import type { StrategyName } from "../strategy-bench/names.ts";
import { COUNTDOWN } from "../strategy-bench/setting.ts";
import { defaultBudget, isOneChain, makeStrategy } from "../strategy-bench/strategies.ts";
import { chainPrinter } from "./chain-printer.ts";
import { interruptible } from "./interrupt.ts";
import { puzzleTree } from "./puzzle-tree.ts";
import type { SolveOptions } from "./solve-options.ts";
import { StatusLine } from "./status-line.ts";
import { remark, type Terminal } from "./terminal.ts";

const DEFAULT_N = 16;
const UNPRACTISED =
  "models practise on three or four numbers from 1 to 20 and targets from 10 to 99; this puzzle is outside that";
/** Of the answers that several chains came to. */
const SHOWN_ANSWERS = 5;

/** @throws MullError `input` for a puzzle that is malformed or has no solution, `checkpoint` for a model that is none */
export async function solvePuzzle(words: readonly string[], options: SolveOptions, terminal: Terminal): Promise<void> {
  const { strategy: name, seed, temperature, json = false } = options;
  const task = new CountdownTask();
  const puzzle = parsePuzzle(words.join(" "), task.solver);
  const problem = problemOf(puzzle);
  const n = chainsOf(options);
  const budget = { maxTokens: options.budget ?? defaultBudget(n) };
  const found = findModel(options.model);
  if (found.notice !== undefined) remark(terminal, found.notice);
  if (!isPractised(puzzle)) remark(terminal, UNPRACTISED);

  const model = await openModel(options.model, { threads: threadsFor(n) });
  const stop = interruptible();
  const status = new StatusLine(terminal);
  try {
    const title = `${model.name} model, ${name}${n > 1 ? ` of ${n}` : ""}, seed ${seed}`;
    if (!json) terminal.print(`${terminal.paint("bold", written(problem))}   ${terminal.paint("dim", title)}\n`);
    const writer = chainPrinter(problem.prompt, terminal);
    let tokens = 0;
    const onToken = (_: number, text: string): void => {
      tokens++;
      if (json) return;
      if (isOneChain(name)) writer.write(text);
      else status.show(`thinking: ${counted(n, "chain")}, ${counted(tokens, "token")}`);
    };
    const { verifier, extract } = task;
    const rng = new Rng(seed);
    const context = { model, verifier, extract, budget, rng, signal: stop.signal, onToken };
    let root: SearchNode | null = null;
    const onTree = (_: Problem, searched: SearchNode): void => {
      root = searched;
    };
    const began = performance.now();
    const answer = await makeStrategy(name, { n, temperature, setting: COUNTDOWN, verified: false, onTree }).solve(
      problem,
      context,
    );
    const ms = performance.now() - began;
    status.clear();
    const verdict = await verdictOf(answer, problem, task);
    if (json) {
      const asked = { ...options, n, ...budget };
      const tree = root === null ? {} : { tree: await puzzleTree(problem, root, task) };
      terminal.print(JSON.stringify({ ...asJson(problem, asked, model.name, answer, verdict, ms, task), ...tree }));
      return;
    }
    if (isOneChain(name)) writer.end();
    else showSearch(name, problem, answer, task, terminal);
    showOutcome(problem, answer, verdict, ms, terminal);
  } finally {
    status.clear();
    stop.release();
    await model.engine.close();
  }
}

function showOutcome(
  problem: Problem,
  { answer, usage }: Answer,
  verdict: Verdict,
  ms: number,
  terminal: Terminal,
): void {
  const colour = verdict.status === "correct" ? "green" : verdict.status === "wrong" ? "red" : "yellow";
  terminal.print();
  const target = targetOf(problem);
  const claim = verdict.status === "correct" ? ` = ${target}` : `, claimed to be ${target}`;
  terminal.print(`answer   ${answer === null ? "none" : `${spaced(answer)}${claim}`}`);
  terminal.print(`verdict  ${terminal.paint(colour, verdict.status)}: ${verdict.reason}`);
  terminal.print(
    `cost     ${counted(usage.tokens, "token")}, ${powerOfTenPlain(usage.flops)} FLOPs, ${milliseconds(ms)}`,
  );
}

function chainsOf({ strategy, n }: SolveOptions): number {
  if (!isOneChain(strategy)) return n ?? DEFAULT_N;
  if (n === undefined || n === 1) return 1;
  throw new MullError("usage", `--n ${n}: the strategy ${strategy} writes one chain`, {
    hint: "sample more with --strategy majority or --strategy best-of-n, or let one chain be longer with --budget",
  });
}

async function verdictOf(answer: Answer, problem: Problem, task: CountdownTask): Promise<Verdict> {
  if (answer.verdict !== undefined) return answer.verdict;
  return answer.text === "" ? wrong("no chain came to an answer") : task.verifier.verify(problem, answer.text);
}

/** What several chains came to, and the one that was chosen. */
function showSearch(
  name: StrategyName,
  problem: Problem,
  answer: Answer,
  task: CountdownTask,
  { print, paint }: Terminal,
): void {
  const texts = answer.chains.map(({ text }) => text);
  const votes = tally(texts.map((text) => task.extract(problem, text)));
  const voters = votes.reduce((sum, each) => sum + each.votes, 0);
  print(`${counted(texts.length, "chain")}, of which ${fixed(voters)} came to an answer${voters > 0 ? ":" : ""}`);
  const width = String(votes[0]?.votes ?? 0).length;
  for (const each of votes.slice(0, SHOWN_ANSWERS)) {
    print(`  ${String(each.votes).padStart(width)}x  ${spaced(each.answer)}`);
  }
  if (votes.length > SHOWN_ANSWERS) print(`  and ${counted(votes.length - SHOWN_ANSWERS, "other answer")}`);
  if (name === "best-of-n") {
    const right = texts.filter((text) => judge(problem, text).status === "correct").length;
    print(`${fixed(right)} of ${texts.length} chains ${right === 1 ? "is" : "are"} right`);
    print(paint("dim", "the verifier is exact, so this is pass@n: it finds what is right wherever any chain is"));
  }
  if (answer.text === "") return;
  print("\nthe chosen chain:");
  const writer = chainPrinter(problem.prompt, { print, paint });
  writer.write(answer.text);
  writer.end();
}

function asJson(
  problem: Problem,
  asked: SolveOptions & { readonly maxTokens: number },
  model: string,
  { text, answer, usage, chains }: Answer,
  verdict: Verdict,
  ms: number,
  task: CountdownTask,
): object {
  const { strategy, n, maxTokens, temperature, seed } = asked;
  return {
    puzzle: written(problem),
    model,
    strategy,
    n,
    budget: maxTokens,
    temperature,
    seed,
    answer,
    correct: verdict.status === "correct",
    verdict,
    chain: text,
    usage,
    ms: Math.round(ms),
    chains: chains.map((chain) => ({
      text: chain.text,
      answer: task.extract(problem, chain.text),
      finish: chain.finish,
      tokens: chain.usage.completionTokens,
    })),
  };
}

/** `(7-3)*(8-2)` as people write it. */
function spaced(expression: string): string {
  return expression.replace(/[-+*/]/g, " $& ");
}

/** The puzzle as people write it; the model's own spelling is the prompt. */
function written({ prompt }: Problem): string {
  return prompt.replace(/\s*=\s*/, " = ");
}

function targetOf({ prompt }: Problem): string {
  return prompt.split("=").at(-1)?.trim() ?? "";
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${fixed(ms)} ms` : duration(ms / 1000);
}
