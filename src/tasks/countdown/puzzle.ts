/** One puzzle: given numbers and a target; how it is written, read and carried in a `Problem`. */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import { MAX_VALUE, stateOf } from "./rules.ts";
import { MAX_NUMBERS, Solver } from "./solver.ts";

export type Puzzle = { readonly numbers: readonly number[]; readonly target: number };

const value = z.int().min(1).max(MAX_VALUE);
const PUZZLE = z.object({ numbers: z.array(value).min(2).max(MAX_NUMBERS), target: value });

/** Longest text that is read as a puzzle, in characters. */
const MAX_CHARS = 200;

/** The puzzle that a problem of this task carries in `data`, or null where it carries none. */
export function puzzleOf(problem: Problem): Puzzle | null {
  const parsed = PUZZLE.safeParse(problem.data);
  return parsed.success ? parsed.data : null;
}

/**
 * The problem of a puzzle. The id names the multiset, the prompt keeps the order of the numbers.
 *
 * @example
 * problemOf({ numbers: [3, 7, 8, 2], target: 24 }).id; // "cd4:2,3,7,8=24"
 */
export function problemOf({ numbers, target }: Puzzle): Problem {
  return {
    id: `cd${numbers.length}:${stateOf(numbers).join(",")}=${target}`,
    prompt: `${numbers.join(" ")} = ${target}`,
    data: { numbers, target },
    tags: { n: String(numbers.length) },
  };
}

/**
 * Reads a puzzle that a person typed: `3 7 8 2 = 24`, `3,7,8,2=24`, `3 7 8 2 -> 24`.
 *
 * @throws MullError `input` where it is malformed, out of bounds or unsolvable.
 * @example
 * parsePuzzle("3,7,8,2 -> 24"); // { numbers: [3, 7, 8, 2], target: 24 }
 */
export function parsePuzzle(text: string, solver: Solver = new Solver()): Puzzle {
  if (text.length > MAX_CHARS) {
    throw refused(`the puzzle has ${text.length} characters, expected at most ${MAX_CHARS}`);
  }
  const shown = JSON.stringify(text);
  const sides = text.split(/=>|->|→|=/);
  if (sides.length !== 2) {
    throw refused(`${shown} has ${sides.length - 1} equals signs, expected one between the numbers and the target`);
  }
  const [left, right] = sides.map((side) => side.split(/[\s,;]+/).filter((word) => word !== "")) as [
    string[],
    string[],
  ];
  const odd = [...left, ...right].find((word) => !/^\d{1,15}$/.test(word));
  if (odd !== undefined) throw refused(`${shown} holds ${JSON.stringify(odd)}, expected whole numbers only`);
  if (right.length !== 1) throw refused(`${shown} has ${right.length} targets, expected one after the equals sign`);
  const numbers = left.map(Number);
  const target = Number(right[0]);
  if (numbers.length < 2 || numbers.length > MAX_NUMBERS) {
    const given = numbers.length === 1 ? "one number" : `${numbers.length} numbers`;
    throw refused(`${shown} has ${given} before the equals sign, expected 2 to ${MAX_NUMBERS}`);
  }
  for (const each of [...numbers, target]) {
    if (each < 1 || each > MAX_VALUE)
      throw refused(`${shown} holds ${each}, expected numbers and a target from 1 to ${MAX_VALUE}`);
  }
  if (!solver.solvable(numbers, target)) {
    const reached = solver.targets(numbers).sort((x, y) => Math.abs(x - target) - Math.abs(y - target) || x - y);
    throw new MullError(
      "input",
      `${shown} has no solution: no way of using each number exactly once makes ${target} when every result is a whole number from 1 to ${MAX_VALUE}`,
      {
        hint: `${numbers.join(" ")} can make ${reached.slice(0, 3).join(", ")}: try ${numbers.join(" ")} = ${reached[0]}`,
      },
    );
  }
  return { numbers, target };
}

function refused(message: string): MullError {
  return new MullError("input", message, { hint: 'write the numbers, an equals sign and the target: "3 7 8 2 = 24"' });
}
