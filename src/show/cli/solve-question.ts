/** `mull solve` of a question in words: one question, one strategy, one budget, the answer and what it cost. */

import { readFileSync } from "node:fs";
import type { Budget } from "../../core/budget.ts";
import { MullError } from "../../core/errors.ts";
import type { Answer } from "../../core/interfaces.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { openAddress } from "../../model/address.ts";
import { Meter } from "../../model/meter.ts";
import { metered } from "../../model/metered.ts";
import { tally } from "../../search/majority.ts";
import { stepByStep } from "../../search/prompting.ts";
import type { SearchNode } from "../../search/search-tree.ts";
import { recordTree } from "../../search/tree-record.ts";
import { storeError } from "../../store/io-error.ts";
import { extractFinalAnswer, FinalAnswerVerifier } from "../../verify/final-answer-verifier.ts";
import { counted, duration, fixed } from "../report/format.ts";
import { QUESTIONS } from "../strategy-bench/setting.ts";
import { isOneChain, makeStrategy } from "../strategy-bench/strategies.ts";
import { interruptible } from "./interrupt.ts";
import { priceOf } from "./price.ts";
import type { SolveOptions } from "./solve-options.ts";
import { StatusLine } from "./status-line.ts";
import { remark, type Terminal } from "./terminal.ts";

const DEFAULT_N = 8;
const SHOWN_ANSWERS = 5;

/**
 * @throws MullError `usage` for a strategy that needs a verifier, where the right answer is not known; what the model throws
 */
export async function solveQuestion(
  words: readonly string[],
  options: SolveOptions,
  terminal: Terminal,
): Promise<void> {
  const { strategy: name, temperature, seed, json = false } = options;
  if (name === "best-of-n") {
    throw new MullError("usage", "best-of-n lets a verifier choose, and of a question nobody knows the answer", {
      hint: "take --strategy majority, or beam-search, which scores by roll-outs",
    });
  }
  const question = readQuestion(words.join(" "));
  const problem: Problem = { id: "question", prompt: stepByStep(question) };
  const n = isOneChain(name) ? 1 : (options.n ?? DEFAULT_N);
  const tokens = options.budget ?? QUESTIONS.chainTokens * n;
  using meter = new Meter(budgetOf(tokens, options));
  const opened = await openAddress(options.model);
  if (opened.notice !== undefined) remark(terminal, opened.notice);
  const stop = interruptible();
  const status = new StatusLine(terminal);
  try {
    if (!json) terminal.print(terminal.paint("dim", `${opened.name}, ${name}${n > 1 ? ` of ${n}` : ""}, seed ${seed}`));
    const show = (): void => status.show(`thinking: ${counted(pieces, "piece")} of text, ${spentText(meter)}`);
    const streams = name === "single" && !json;
    let pieces = 0;
    let line = "";
    const verifier = new FinalAnswerVerifier();
    let root: SearchNode | null = null;
    const onTree = (_: Problem, searched: SearchNode): void => {
      root = searched;
    };
    const strategy = makeStrategy(name, { n, temperature, setting: QUESTIONS, verified: false, onTree });
    const answer = await strategy.solve(problem, {
      model: metered(opened.model, meter, priceOf(options)),
      verifier,
      extract: (_, text) => extractFinalAnswer(text),
      budget: { maxTokens: tokens },
      rng: new Rng(seed),
      signal: stop.signal,
      onToken: (_, text) => {
        pieces++;
        if (!streams) return show();
        const complete = `${line}${text}`.split("\n");
        line = complete.pop() ?? "";
        for (const each of complete) terminal.print(each);
      },
    });
    status.clear();
    if (line !== "") terminal.print(line);
    if (json) {
      const tree = root === null ? {} : { tree: await recordTree(problem, root, { verifier }) };
      terminal.print(JSON.stringify({ ...asJson(question, opened.name, options, answer, meter), ...tree }));
    } else for (const each of lines(answer, meter, streams, terminal)) terminal.print(each);
  } finally {
    status.clear();
    stop.release();
    await opened.close();
  }
}

/** The words themselves, or with `@` before them what is in a file. */
function readQuestion(words: string): string {
  let question = words;
  if (words.startsWith("@")) {
    try {
      question = readFileSync(words.slice(1), "utf8");
    } catch (error) {
      throw storeError(error, "read", words.slice(1));
    }
  }
  question = question.trim();
  if (question.length > 0 && question.length <= LIMITS.completionChars) return question;
  throw new MullError("input", `a question of ${question.length} characters, expected 1 to ${LIMITS.completionChars}`);
}

function budgetOf(tokens: number, { maxDollars, seconds }: SolveOptions): Budget {
  return {
    tokens,
    ...(maxDollars === undefined ? {} : { dollars: maxDollars }),
    ...(seconds === undefined ? {} : { ms: 1000 * seconds }),
  };
}

/** @param streamed whether the chain was shown as it was written */
function lines(
  { text, answer, chains, warnings = [] }: Answer,
  meter: Meter,
  streamed: boolean,
  { paint }: Terminal,
): string[] {
  const votes = tally(chains.map((chain) => extractFinalAnswer(chain.text)));
  const voted = votes.slice(0, SHOWN_ANSWERS).map((each) => `  ${each.votes}x  ${each.answer}`);
  return [
    "",
    ...(text === "" || streamed ? [] : [text.trim(), ""]),
    ...(chains.length > 1 ? [`${counted(chains.length, "chain")} came to:`, ...voted, ""] : []),
    `answer   ${answer ?? "none"}`,
    `cost     ${spentText(meter)}, ${duration(meter.ms / 1000)}`,
    ...(meter.refused > 0
      ? [`budget   ${counted(meter.refused, "call")} cut short or not made: this is the best so far`]
      : []),
    ...warnings.map((warning) => paint("yellow", `warning  ${warning}`)),
  ];
}

function spentText({ spent, estimated }: Meter): string {
  const dollars = spent.dollars > 0 ? `, $${fixed(spent.dollars, 4)}` : "";
  const guessed = estimated.tokens > 0 ? ` (${fixed(estimated.tokens)} of them estimated)` : "";
  return `${counted(spent.tokens, "token")}${guessed} in ${counted(spent.calls, "call")}${dollars}`;
}

function asJson(question: string, model: string, options: SolveOptions, answer: Answer, meter: Meter): object {
  const { strategy, temperature, seed } = options;
  return {
    question,
    model,
    strategy,
    temperature,
    seed,
    answer: answer.answer,
    text: answer.text,
    spent: meter.spent,
    estimated: meter.estimated,
    cutShort: meter.refused,
    ms: Math.round(meter.ms),
    warnings: answer.warnings ?? [],
    chains: answer.chains.map((chain) => ({
      text: chain.text,
      answer: extractFinalAnswer(chain.text),
      finish: chain.finish,
      tokens: chain.usage.completionTokens,
    })),
  };
}
