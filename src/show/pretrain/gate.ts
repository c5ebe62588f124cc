/**
 * The gate: what a base model must be before any reinforcement. One that cannot keep to the format or calculate would
 * gain by repair rather than by better thinking, one that hardly ever succeeds has nothing to learn from, and one that
 * mostly does has little left to gain.
 */

import { type Puzzle, puzzleOf } from "../../tasks/countdown/puzzle.ts";
import { parseChain } from "../../tasks/countdown/trace.ts";
import type { SampledChain } from "../job/measuring.ts";

/** How far a model keeps to the format and to arithmetic. */
export type Gate = {
  /** Share of chains that can be read to their end. */
  readonly format: number;
  /** Share of operations without any fault: operands live, rules kept, arithmetic right. */
  readonly operations: number;
};

/** All that the gate looks at. */
export type GateMeasurement = Gate & { readonly passAt1: number };

/** A range of shares, its ends included. */
export type Threshold = { readonly min: number; readonly max?: number };

export type Thresholds = Readonly<Record<keyof GateMeasurement, Threshold>>;

/** Of Countdown. */
export const GATE_THRESHOLDS: Thresholds = {
  format: { min: 0.98 },
  operations: { min: 0.97 },
  passAt1: { min: 0.15, max: 0.4 },
};

/** Whether a value lies within a threshold. */
export function within(value: number, { min, max = 1 }: Threshold): boolean {
  return value >= min && value <= max;
}

/**
 * Whether a base model is a fair place to start from.
 *
 * @example
 * passesGate({ format: 0.99, operations: 0.98, passAt1: 0.2 }); // true
 * passesGate({ format: 0.99, operations: 0.98, passAt1: 0.5 }); // false
 */
export function passesGate(
  { format, operations, passAt1 }: GateMeasurement,
  thresholds: Thresholds = GATE_THRESHOLDS,
): boolean {
  return (
    within(format, thresholds.format) &&
    within(operations, thresholds.operations) &&
    within(passAt1, thresholds.passAt1)
  );
}

/** Measures the gate; 0 where there are no chains or no operations. */
export function gateOf(chains: readonly SampledChain[]): Gate {
  let readable = 0;
  let operations = 0;
  let right = 0;
  for (const { problem, completion } of chains) {
    const chain = parseChain(puzzleOf(problem) as Puzzle, completion.text);
    if (chain.end !== "malformed") readable++;
    operations += chain.statistics.operations;
    right += chain.statistics.right;
  }
  return { format: readable / Math.max(1, chains.length), operations: right / Math.max(1, operations) };
}
