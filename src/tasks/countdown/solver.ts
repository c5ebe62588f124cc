/**
 * Exact solvability of every partial state, by dynamic programming over multisets.
 *
 * For each state of three or more live numbers the set of targets it can reach (using all of them) is computed once
 * and kept as a bit set of 128 bits. A state of two numbers is read off the table of rules. Every solution has the
 * same length, one operation fewer than numbers, so a solution is also a shortest one.
 */

import { MullError } from "../../core/errors.ts";
import type { Rng } from "../../core/rng.ts";
import {
  applyOperation,
  legalOperations,
  MAX_VALUE,
  type Operation,
  operationsOf,
  type State,
  stateOf,
} from "./rules.ts";

export const MAX_NUMBERS = 5;
const WORDS = 4; // 32 bits each: targets 0 .. 127
/** The memo is emptied when it holds this many states (16 bytes and a map entry each). */
const MAX_STATES = 1_000_000;

export class Solver {
  /** State -> offset of its bit set in the pool. */
  readonly #offsets = new Map<number, number>();
  #pool = new Uint32Array(WORDS * 4096);
  #used = 0;

  /**
   * Whether `target` can be made from all of `numbers`.
   *
   * @example
   * new Solver().solvable([3, 7, 8, 2], 24); // true
   */
  solvable(numbers: readonly number[], target: number): boolean {
    return this.canReach(stateOf(checked(numbers)), target);
  }

  /** As `solvable`, for a state that is already ascending and within the rules: what search calls in its inner loop. */
  canReach(state: State, target: number): boolean {
    if (!(target >= 1 && target <= MAX_VALUE && Number.isInteger(target))) return false;
    if (state.length === 1) return state[0] === target;
    if (state.length === 2) {
      return operationsOf(state[0] as number, state[1] as number).some((o) => o.result === target);
    }
    const offset = this.#reach(state);
    return (((this.#pool[offset + (target >> 5)] as number) >>> (target & 31)) & 1) === 1;
  }

  /** Every target that all of `numbers` can make, ascending. */
  targets(numbers: readonly number[]): number[] {
    const state = stateOf(checked(numbers));
    const reached: number[] = [];
    for (let target = 1; target <= MAX_VALUE; target++) if (this.canReach(state, target)) reached.push(target);
    return reached;
  }

  /** The operations that keep `target` within reach: the good moves of a state. */
  solvingOperations(state: State, target: number): Operation[] {
    return legalOperations(state).filter((o) =>
      state.length === 2 ? o.result === target : this.canReach(applyOperation(state, o), target),
    );
  }

  /**
   * One solution, or null: the first in the order of the rules, or with `rng` one drawn move by move.
   *
   * @example
   * new Solver().solve([8, 3], 24); // [{ a: 8, op: "*", b: 3, result: 24 }]
   */
  solve(numbers: readonly number[], target: number, rng?: Rng): Operation[] | null {
    let state = stateOf(checked(numbers));
    if (!this.canReach(state, target)) return null;
    const path: Operation[] = [];
    while (state.length > 1) {
      const good = this.solvingOperations(state, target);
      const operation = (rng === undefined ? good[0] : rng.pick(good)) as Operation;
      path.push(operation);
      state = applyOperation(state, operation);
    }
    return path;
  }

  /** The number of solutions, counted as sequences of operations on values. */
  countSolutions(numbers: readonly number[], target: number): number {
    const counts = new Map<number, number>();
    const count = (state: State): number => {
      if (state.length === 1) return state[0] === target ? 1 : 0;
      if (!this.canReach(state, target)) return 0;
      const key = keyOf(state);
      const known = counts.get(key);
      if (known !== undefined) return known;
      let sum = 0;
      for (const operation of legalOperations(state)) sum += count(applyOperation(state, operation));
      counts.set(key, sum);
      return sum;
    };
    return count(stateOf(checked(numbers)));
  }

  /** The offset of the bit set of a state of three or more numbers. */
  #reach(state: State): number {
    const key = keyOf(state);
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    if (this.#offsets.size >= MAX_STATES) {
      this.#offsets.clear();
      this.#used = 0;
    }
    let w0 = 0;
    let w1 = 0;
    let w2 = 0;
    let w3 = 0;
    for (const operation of legalOperations(state)) {
      const next = applyOperation(state, operation);
      if (next.length === 2) {
        for (const { result } of operationsOf(next[0] as number, next[1] as number)) {
          const bit = 1 << (result & 31);
          if (result < 32) w0 |= bit;
          else if (result < 64) w1 |= bit;
          else if (result < 96) w2 |= bit;
          else w3 |= bit;
        }
      } else {
        const offset = this.#reach(next);
        w0 |= this.#pool[offset] as number;
        w1 |= this.#pool[offset + 1] as number;
        w2 |= this.#pool[offset + 2] as number;
        w3 |= this.#pool[offset + 3] as number;
      }
    }
    if (this.#used + WORDS > this.#pool.length) {
      const wider = new Uint32Array(this.#pool.length * 2);
      wider.set(this.#pool);
      this.#pool = wider;
    }
    const offset = this.#used;
    this.#used += WORDS;
    this.#pool.set([w0, w1, w2, w3], offset);
    this.#offsets.set(key, offset);
    return offset;
  }
}

/** Values are 1 .. 99, so base 100 tells states apart, those of other lengths too; five numbers stay below 2^53. */
function keyOf(state: State): number {
  let key = 0;
  for (const value of state) key = key * 100 + value;
  return key;
}

function checked(numbers: readonly number[]): readonly number[] {
  const fits = (value: number) => Number.isInteger(value) && value >= 1 && value <= MAX_VALUE;
  if (numbers.length < 1 || numbers.length > MAX_NUMBERS || !numbers.every(fits)) {
    throw new MullError(
      "input",
      `cannot solve for the numbers ${numbers.slice(0, 10).join(" ")}: expected 1 to ${MAX_NUMBERS} whole numbers from 1 to ${MAX_VALUE}`,
    );
  }
  return numbers;
}
