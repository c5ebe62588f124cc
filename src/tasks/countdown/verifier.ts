/**
 * The exact verifier of Countdown: any correct solution is accepted, every rejection is explained.
 *
 * A chain is replayed (trace.ts). Only the live path at `solved` counts: a slip in an attempt that was abandoned harms
 * nobody, but a text that cannot be read to its end is wrong, whatever came before. A completion without any chain,
 * such as `(3 + 7) * 2 + 4`, is read as one expression and held to the same rules, step by step as it is written.
 */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { tooLong } from "../../verify/reference.ts";
import { canonical, type Expression, numbersOf, parseExpression } from "./expression.ts";
import { type Puzzle, puzzleOf } from "./puzzle.ts";
import { evaluate, forbidden } from "./rules.ts";
import { type Chain, type OperationEvent, parseChain } from "./trace.ts";

/**
 * @example
 * const problem = { id: "cd2:3,8=24", prompt: "8 3 = 24", data: { numbers: [8, 3], target: 24 } };
 * const verdict = await new CountdownVerifier().verify(problem, "8 + 3 =11 give-up");
 * verdict.reason; // "gave up after 1 attempt"
 */
export class CountdownVerifier implements Verifier {
  readonly name = "countdown";

  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    return judge(problem, completion);
  }
}

/** The verdict at once, for those who replay many chains. */
export function judge(problem: Problem, completion: string): Verdict {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return unscored(`problem ${problem.id} carries no numbers and target to verify against`);
  const refused = tooLong(completion);
  if (refused !== null) return refused;
  const written = readExpression(puzzle, completion);
  return written === null ? judgeChain(puzzle, parseChain(puzzle, completion)) : judgeExpression(puzzle, written);
}

/**
 * The canonical form of the answer that a completion claims, right or wrong, on which votes are counted; null where it
 * claims none or does not use each given number exactly once.
 */
export function extractAnswer(problem: Problem, completion: string): string | null {
  const puzzle = puzzleOf(problem);
  if (puzzle === null || tooLong(completion) !== null) return null;
  const written = readExpression(puzzle, completion);
  if (written !== null) return misuse(puzzle, written.expression) === null ? canonical(written.expression) : null;
  const chain = parseChain(puzzle, completion);
  const answer = chain.end === "solved" ? expressionOf(puzzle, chain.path) : null;
  return answer === null ? null : canonical(answer);
}

function judgeChain({ target }: Puzzle, chain: Chain): Verdict {
  const last = chain.events.at(-1);
  if (last?.kind === "malformed") return wrong(`malformed at word ${last.at}: ${last.text}`);
  if (chain.end === "ran-out") return wrong("ran out before an answer");
  if (chain.end === "give-up") {
    const { attempts } = chain.statistics;
    return wrong(`gave up ${attempts === 0 ? "without an attempt" : `after ${count(attempts, "attempt")}`}`);
  }
  for (const { index, fault } of chain.path) {
    if (fault?.kind === "not-left") return wrong(`operation ${index} ${fault.text}`);
    if (fault?.kind === "forbidden") return wrong(`operation ${index} is not allowed: ${fault.text}`);
    if (fault?.kind === "arithmetic") return wrong(`wrong arithmetic at operation ${index}: ${fault.text}`);
  }
  if (chain.left.length > 1) {
    return wrong(`claims ${target} is reached with ${chain.left.length} numbers left (left: ${chain.left.join(" ")})`);
  }
  if (chain.left[0] !== target) return wrong(`claims ${target} is reached but the live path ends at ${chain.left[0]}`);
  return correct(
    `reaches ${target} with ${count(chain.path.length, "operation")}, after ${count(chain.statistics.attempts, "attempt")}`,
  );
}

/** The answer of a live path as an expression; null where an operand is not there or a number stays unused. */
function expressionOf({ numbers }: Puzzle, path: readonly OperationEvent[]): Expression | null {
  const live: { value: number; expression: Expression }[] = numbers.map((value) => ({
    value,
    expression: { kind: "number", value },
  }));
  // Of equal values the one that was there first is taken.
  const take = (value: number): Expression | null => {
    const at = live.findIndex((each) => each.value === value);
    return at < 0 ? null : (live.splice(at, 1)[0]?.expression ?? null);
  };
  for (const { a, op, b, result } of path) {
    const left = take(a);
    const right = take(b);
    if (left === null || right === null) return null;
    live.push({ value: result, expression: { kind: "operation", op, a: left, b: right } });
  }
  return live.length === 1 ? (live[0]?.expression ?? null) : null;
}

type Written = {
  readonly expression: Expression;
  /** What `= 24` at its end claims. */
  readonly claimed: number | null;
};

/** A completion that is one expression of at least two operations (one, if there are two numbers), with or without `= 24`. */
function readExpression({ numbers }: Puzzle, completion: string): Written | null {
  if (completion.length > 1000) return null;
  const match = /^([-+*/×÷−()\d\s]+)(?:=\s*(\d{1,15})\s*)?$/.exec(completion);
  if (match === null) return null;
  const plain = (match[1] as string).replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-");
  const expression = parseExpression(plain);
  if (expression === null || numbersOf(expression).length <= Math.min(2, numbers.length - 1)) return null;
  return { expression, claimed: match[2] === undefined ? null : Number(match[2]) };
}

function judgeExpression(puzzle: Puzzle, { expression, claimed }: Written): Verdict {
  const misused = misuse(puzzle, expression);
  if (misused !== null) return wrong(misused);
  const value = follow(expression);
  if (typeof value === "string") return wrong(value);
  if (claimed !== null && claimed !== value)
    return wrong(`wrong arithmetic: the expression is ${value}, not ${claimed}`);
  if (value !== puzzle.target) return wrong(`the expression is ${value}, not ${puzzle.target}`);
  return correct(`${canonical(expression)} is ${value}`);
}

/** How an expression fails to use each given number exactly once, or null. */
function misuse({ numbers }: Puzzle, expression: Expression): string | null {
  const left = numbers.slice();
  for (const value of numbersOf(expression)) {
    const at = left.indexOf(value);
    if (at >= 0) left.splice(at, 1);
    else if (numbers.includes(value)) {
      const given = numbers.filter((each) => each === value).length;
      return `number ${value} used ${given === 1 ? "twice" : `more than ${given} times`}`;
    } else return `number ${value} is not among the given ${numbers.join(" ")}`;
  }
  return left.length === 0 ? null : `number ${left[0]} is not used`;
}

/** The value of an expression, or what breaks the rules in it. */
function follow(expression: Expression): number | string {
  if (expression.kind === "number") return expression.value;
  const a = follow(expression.a);
  if (typeof a === "string") return a;
  const b = follow(expression.b);
  if (typeof b === "string") return b;
  const why = forbidden(a, expression.op, b);
  return why === null ? (evaluate(a, expression.op, b) as number) : `not allowed: ${why}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
