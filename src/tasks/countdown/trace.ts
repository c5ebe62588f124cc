/**
 * Reads a chain into events by replaying it on the given numbers.
 *
 *   chain     = { operation | "back:k" } [ "solved" | "give-up" ]
 *   operation = number op number "=" number        `3 + 7 =10`, or `3 + 7 = 10` as printed for people
 *
 * The live path is the list of operations since the given numbers, less those undone by `back:k`. A faulty operation
 * stays on the live path with the result it claims, as the thinker goes on with it. Text may come from anywhere: the
 * work is linear in its length, a word that fits nowhere ends the reading, and nothing throws.
 */

import { LIMITS } from "../../core/limits.ts";
import type { Puzzle } from "./puzzle.ts";
import { evaluate, forbidden, type Operator } from "./rules.ts";
import { quote, WordReader } from "./words.ts";

/** What is wrong with an operation; `text` completes the sentence "operation 2: ...". */
export type Fault = { readonly kind: "not-left" | "forbidden" | "arithmetic"; readonly text: string };

export type OperationEvent = {
  readonly kind: "operation";
  /** Counted from 1 over the whole chain. */
  readonly index: number;
  readonly a: number;
  readonly op: Operator;
  readonly b: number;
  /** As claimed. */
  readonly result: number;
  readonly fault: Fault | null;
};

export type ChainEvent =
  | OperationEvent
  | { readonly kind: "back"; readonly to: number }
  | { readonly kind: "solved" }
  | { readonly kind: "give-up" }
  /** Reading ends here. `at` counts the words of the text from 1. */
  | { readonly kind: "malformed"; readonly at: number; readonly text: string };

export type ChainStatistics = {
  readonly operations: number;
  /** Operations without any fault. */
  readonly right: number;
  readonly faults: Readonly<Record<Fault["kind"], number>>;
  readonly backs: number;
  /** Stretches of operations between two backs, or between a back and an end. */
  readonly attempts: number;
  /** Attempts whose live path an earlier attempt of the chain had already ended with. */
  readonly repeats: number;
};

export type Chain = {
  readonly events: readonly ChainEvent[];
  /** `ran-out`: the text stops without a terminal word, in mid-operation perhaps. */
  readonly end: "solved" | "give-up" | "ran-out" | "malformed";
  /** The live path where the reading ended. */
  readonly path: readonly OperationEvent[];
  /** The live numbers there, ascending. */
  readonly left: readonly number[];
  readonly statistics: ChainStatistics;
};

type Level = { readonly operation: OperationEvent | null; readonly left: readonly number[]; readonly id: number };

/**
 * @example
 * parseChain({ numbers: [8, 3], target: 24 }, "8 + 3 =11 back:0 8 * 3 =24 solved").statistics.attempts; // 2
 */
export function parseChain(puzzle: Puzzle, text: string): Chain {
  const words = new WordReader(text.slice(0, LIMITS.completionChars));
  const events: ChainEvent[] = [];
  const faults = { "not-left": 0, forbidden: 0, arithmetic: 0 };
  const levels: Level[] = [{ operation: null, left: puzzle.numbers.toSorted((x, y) => x - y), id: 0 }];
  const paths = new PathIds();
  let operations = 0;
  let backs = 0;
  let attempts = 0;
  let repeats = 0;
  let fresh = false; // operations were written since the last back

  const closeAttempt = (): void => {
    if (!fresh) return;
    attempts++;
    if (paths.endsAgain((levels.at(-1) as Level).id)) repeats++;
    fresh = false;
  };
  const finish = (end: Chain["end"]): Chain => {
    closeAttempt();
    return {
      events,
      end,
      path: levels.slice(1).map((level) => level.operation as OperationEvent),
      left: (levels.at(-1) as Level).left,
      statistics: {
        operations,
        right: operations - faults["not-left"] - faults.forbidden - faults.arithmetic,
        faults,
        backs,
        attempts,
        repeats,
      },
    };
  };
  const malformed = (what: string): Chain => {
    events.push({ kind: "malformed", at: words.position(), text: what });
    return finish("malformed");
  };

  while (true) {
    const word = words.next();
    if (word === null) return finish("ran-out");
    if (word === "solved" || word === "give-up") {
      const after = words.next();
      if (after !== null) return malformed(`${quote(after)} follows ${word}, which ends a chain`);
      events.push({ kind: word });
      return finish(word);
    }
    if (/^back:\d{1,9}$/.test(word)) {
      const to = Number(word.slice("back:".length));
      if (!(to < levels.length))
        return malformed(
          `${word} goes back to a state that is not on the live path of ${levels.length - 1} operations`,
        );
      closeAttempt();
      levels.length = to + 1;
      backs++;
      events.push({ kind: "back", to });
      continue;
    }
    const read = readOperation(word, words);
    if (read === "ran-out") return finish("ran-out");
    if ("expected" in read) return malformed(`${quote(read.word)} stands where ${read.expected} was expected`);
    const level = levels.at(-1) as Level;
    const { left, missing } = without(level.left, read);
    const fault = faultOf(read, level.left, missing);
    if (fault !== null) faults[fault.kind]++;
    operations++;
    const operation: OperationEvent = { kind: "operation", index: operations, ...read, fault };
    events.push(operation);
    levels.push({ operation, left, id: paths.after(level.id, read) });
    fresh = true;
  }
}

type Read = { readonly a: number; readonly op: Operator; readonly b: number; readonly result: number };

function readOperation(first: string, words: WordReader): Read | "ran-out" | { word: string; expected: string } {
  const got = [first];
  for (let i = 0; ; i++) {
    const word = got[i] as string;
    const expected = EXPECTED[i] as (typeof EXPECTED)[number];
    if (!expected.pattern.test(word)) return { word, expected: expected.name };
    if (i === EXPECTED.length - 1) break;
    const next = words.next();
    if (next === null) return "ran-out";
    got.push(next);
  }
  return { a: Number(got[0]), op: got[1] as Operator, b: Number(got[2]), result: Number(got[4]) };
}

/** At most 15 digits, so that arithmetic on them is exact enough to judge. */
const NUMBER = /^\d{1,15}$/;
const EXPECTED = [
  { name: "an operation, back:k, solved or give-up", pattern: NUMBER },
  { name: "an operator", pattern: /^[-+*/]$/ },
  { name: "a number", pattern: NUMBER },
  { name: '"="', pattern: /^=$/ },
  { name: "a result", pattern: NUMBER },
] as const;

/** The live numbers after an operation; `missing` are its operands that were not there. */
function without(left: readonly number[], { a, b, result }: Read): { left: readonly number[]; missing: number[] } {
  const rest = left.slice();
  const missing: number[] = [];
  for (const operand of [a, b]) {
    const at = rest.indexOf(operand);
    if (at >= 0) rest.splice(at, 1);
    else missing.push(operand);
  }
  if (missing.length < 2) rest.push(result); // with neither operand there, nothing was combined: the numbers stay
  return { left: rest.sort((x, y) => x - y), missing };
}

function faultOf({ a, op, b, result }: Read, left: readonly number[], missing: readonly number[]): Fault | null {
  const [absent] = missing;
  if (absent !== undefined) {
    const twice = missing.length === 1 && a === b;
    const text = twice ? `uses ${absent} twice, and only one is left` : `uses ${absent}, which is not left`;
    return { kind: "not-left", text: `${text} (left: ${left.join(" ")})` };
  }
  const why = forbidden(a, op, b);
  if (why !== null) return { kind: "forbidden", text: why };
  const value = evaluate(a, op, b);
  return value === result ? null : { kind: "arithmetic", text: `${a} ${op} ${b} is ${value}, not ${result}` };
}

/** Numbers every live path once, so that two attempts are compared by their last number. */
class PathIds {
  readonly #ids = new Map<string, number>();
  readonly #ended = new Set<number>();

  after(id: number, { a, op, b, result }: Read): number {
    const [x, y] = (op === "+" || op === "*") && a < b ? [b, a] : [a, b];
    const key = `${id} ${x}${op}${y}=${result}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#ids.size + 1);
    return this.#ids.size;
  }

  /** Notes that an attempt ended with this path, and says whether one had before. */
  endsAgain(id: number): boolean {
    const again = this.#ended.has(id);
    this.#ended.add(id);
    return again;
  }
}
