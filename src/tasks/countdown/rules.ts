/**
 * The rules of Countdown as Mull plays it: two live numbers are combined into one by + - * or /, every value stays a
 * whole number from 1 to 99, division is exact, and every given number is used exactly once.
 *
 * A state is the multiset of live numbers, kept as an ascending array. The operations of every pair are made once and
 * shared, so an operation can be compared by identity.
 */

export const OPERATORS = ["+", "-", "*", "/"] as const;
export type Operator = (typeof OPERATORS)[number];

/** Every number and every intermediate lies in 1 .. MAX_VALUE. */
export const MAX_VALUE = 99;

/** `a op b = result`. The larger operand is written first, so a commutative pair is one operation. */
export type Operation = { readonly a: number; readonly op: Operator; readonly b: number; readonly result: number };

/** Live numbers, ascending. */
export type State = readonly number[];

/** The exact value of `a op b`, whether or not the rules allow it; null for a division that leaves a rest. */
export function evaluate(a: number, op: Operator, b: number): number | null {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b !== 0 && a % b === 0 ? a / b : null;
  }
}

const inRange = (value: number): boolean => value >= 1 && value <= MAX_VALUE;

/** Why the rules forbid `a op b`, as words that follow "operation 2: ", or null where they allow it. */
export function forbidden(a: number, op: Operator, b: number): string | null {
  const value = evaluate(a, op, b);
  if (value === null) return `${a} / ${b} is not a whole number`;
  if (value < 1) return `${a} ${op} ${b} is ${value}, and every result must be at least 1`;
  if (value > MAX_VALUE) return `${a} ${op} ${b} is ${value}, and every result must be at most ${MAX_VALUE}`;
  return null;
}

const NONE: readonly Operation[] = [];

/** Operations of the pair (a, b), a >= b, at index a * 100 + b. */
const OF_PAIR: readonly (readonly Operation[])[] = (() => {
  const table: (readonly Operation[])[] = new Array((MAX_VALUE + 1) * 100).fill(NONE);
  for (let a = 1; a <= MAX_VALUE; a++) {
    for (let b = 1; b <= a; b++) {
      const operations: Operation[] = [];
      for (const op of OPERATORS) {
        const result = evaluate(a, op, b);
        if (result !== null && inRange(result)) operations.push({ a, op, b, result });
      }
      table[a * 100 + b] = operations;
    }
  }
  return table;
})();

/** Every legal operation on two numbers, in either order of the arguments: one to four of them. */
export function operationsOf(x: number, y: number): readonly Operation[] {
  return OF_PAIR[x >= y ? x * 100 + y : y * 100 + x] ?? NONE;
}

/**
 * Every legal operation of a state, equal ones once.
 *
 * @example
 * legalOperations([2, 8]).map((o) => `${o.a} ${o.op} ${o.b}`); // ["8 + 2", "8 - 2", "8 * 2", "8 / 2"]
 */
export function legalOperations(state: State): readonly Operation[] {
  if (state.length === 2) return operationsOf(state[0] as number, state[1] as number);
  const all: Operation[] = [];
  for (let i = 0; i < state.length; i++) {
    const x = state[i] as number;
    if (i > 0 && state[i - 1] === x) continue; // the earlier one met every partner
    for (let j = i + 1; j < state.length; j++) {
      const y = state[j] as number;
      if (j > i + 1 && state[j - 1] === y) continue;
      for (const operation of OF_PAIR[y * 100 + x] as readonly Operation[]) all.push(operation);
    }
  }
  return all;
}

/** An ascending copy. */
export function stateOf(numbers: readonly number[]): State {
  return numbers.toSorted((x, y) => x - y);
}

/**
 * The state after an operation: one `a` and one `b` leave, `result` joins (a thinker's result may be wrong).
 * The state must hold both operands; `result` defaults to the true one.
 */
export function applyOperation(state: State, operation: Operation, result = operation.result): State {
  const next: number[] = [];
  let { a, b } = operation;
  let pending = true;
  for (const value of state) {
    if (value === a) {
      a = 0; // values are at least 1: 0 matches none
      continue;
    }
    if (value === b) {
      b = 0;
      continue;
    }
    if (pending && result < value) {
      next.push(result);
      pending = false;
    }
    next.push(value);
  }
  if (pending) next.push(result);
  return next;
}
