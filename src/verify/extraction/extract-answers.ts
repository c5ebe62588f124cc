/**
 * Where a completion states its answer. What is said after a thinking part is read first, then the thinking; in each, the
 * kinds of statement are tried in an order, and of one kind the last statement comes first. What only repeats the problem is
 * no candidate. The work is linear in the text, whatever the text is.
 */

import { LIMITS } from "../../core/limits.ts";
import { boxed } from "./boxed.ts";
import type { AnswerKind, Candidate, Finder } from "./candidate.ts";
import { choiceLetters } from "./choice-letters.ts";
import { echoes, liesWithin } from "./echo.ts";
import { expressions } from "./expression.ts";
import { hashes } from "./hashes.ts";
import { jsonField } from "./json.ts";
import { numbers } from "./number.ts";
import { phrased } from "./phrase.ts";
import { tagged } from "./tag.ts";
import { type Part, partsOf } from "./thinking.ts";
import { toolCalls } from "./tool-call.ts";

export type ExtractionOptions = {
  /** The kinds that are looked for, the preferred one first. Default `DEFAULT_ORDER`. */
  readonly order?: readonly AnswerKind[];
  /** The problem as the model saw it: what only repeats it is no candidate. */
  readonly problem?: string;
  /** Whether the thinking part is read where nothing is found after it. Default true. */
  readonly inThinking?: boolean;
  /** The field of JSON and of tool calls that holds the answer. Default "answer". */
  readonly field?: string;
  /** Candidates at most. Default 32. */
  readonly most?: number;
};

/** What a program reads, then what was asked for in words, then prose, and at last any number. */
export const DEFAULT_ORDER: readonly AnswerKind[] = ["tool call", "json", "boxed", "hashes", "tag", "phrase", "number"];

/** The same, and where prose ends in a formula, the formula instead of the last number in it. */
export const FORMULA_ORDER: readonly AnswerKind[] = [...DEFAULT_ORDER.slice(0, -1), "expression", "number"];

const FINDERS = {
  "tool call": toolCalls,
  json: jsonField,
  boxed,
  hashes,
  tag: tagged,
  phrase: phrased,
  expression: expressions,
  number: numbers,
  choice: choiceLetters,
} as const satisfies Record<AnswerKind, Finder>;

/** Kinds that no word or mark makes an answer. */
const BARE: ReadonlySet<AnswerKind> = new Set(["expression", "number", "choice"]);
const MOST = 32;

/**
 * The candidates for the answer, the best first; none of a text that is longer than is read. A candidate inside a better
 * one is left out.
 *
 * @example
 * const found = extractAnswers("First \\boxed{3}; no, it is \\boxed{\\frac{1}{2}}.");
 * found.map(({ text }) => text); // ["\\frac{1}{2}", "3"]
 * extractAnswers("It is (B), I think.", { order: ["choice"] }); // [{ text: "B", kind: "choice", start: 7, end: 8 }]
 */
export function extractAnswers(completion: string, options: ExtractionOptions = {}): Candidate[] {
  return [...candidates(completion, options).take(options.most ?? MOST)];
}

/**
 * The best candidate; null where there is none.
 *
 * @example
 * extractAnswer("<think>Is it 3?</think>The answer is **4**.")?.text; // "4"
 * extractAnswer("What is 2 + 2?", { problem: "What is 2 + 2?" }); // null
 */
export function extractAnswer(completion: string, options: ExtractionOptions = {}): Candidate | null {
  for (const candidate of candidates(completion, options)) return candidate;
  return null;
}

function* candidates(completion: string, options: ExtractionOptions): Generator<Candidate, undefined> {
  if (completion.length > LIMITS.completionChars) return;
  const { problem, field = "answer" } = options;
  const repeated = problem === undefined ? [] : echoes(problem, completion);
  const given: Candidate[] = [];
  for (const { part, kinds, bareFrom } of passes(completion, options)) {
    const words = completion.slice(part.start, part.end);
    for (const kind of kinds) {
      for (const { text, from, start: first, end: last } of FINDERS[kind](words, { field })) {
        const [start, end] = [part.start + first, part.start + last];
        if (BARE.has(kind) && start < bareFrom) break;
        if (liesWithin(repeated, part.start + from, end)) continue;
        if (given.some((better) => better.start <= start && end <= better.end)) continue;
        const candidate = { text, kind, start, end };
        given.push(candidate);
        yield candidate;
      }
    }
  }
}

type Pass = { readonly part: Part; readonly kinds: readonly AnswerKind[]; readonly bareFrom: number };

/**
 * What is read in which order. After thinking, a bare number counts before what the thinking states only where it is on the
 * last line: elsewhere it is what a text that was cut off happens to hold.
 */
function passes(completion: string, { order = DEFAULT_ORDER, inThinking = true }: ExtractionOptions): Pass[] {
  const [said, ...thinking] = partsOf(completion);
  if (said === undefined) return [];
  if (thinking.length === 0 || !inThinking) return [{ part: said, kinds: order, bareFrom: said.start }];
  const lastLine = completion.lastIndexOf(
    "\n",
    said.start + completion.slice(said.start, said.end).trimEnd().length - 1,
  );
  const stated = order.filter((kind) => !BARE.has(kind));
  const bare = order.filter((kind) => BARE.has(kind));
  return [
    { part: said, kinds: order, bareFrom: lastLine },
    ...thinking.map((part) => ({ part, kinds: stated, bareFrom: part.start })),
    ...[said, ...thinking].map((part) => ({ part, kinds: bare, bareFrom: part.start })),
  ];
}
