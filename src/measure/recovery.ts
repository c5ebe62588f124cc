/**
 * Recovery: of the chains whose first attempt missed, how many still come out right, and what they wrote for it.
 *
 * An attempt is complete when the live path holds one operation fewer than the puzzle has numbers (`behaviours.ts`). The
 * first one counts, whatever was left before it was complete; it hits where it is without fault and ends at the target. A
 * chain that never completes an attempt says nothing of recovery. Sums are kept problem by problem, since problems are
 * what intervals resample.
 */

import type { Behaviour, ChainEvents } from "./behaviours.ts";

/** Behaviours by which a chain corrects itself. */
export const CORRECTIONS = [
  "backtracking",
  "early abandonment",
  "error correction",
  "verification",
] as const satisfies readonly Behaviour[];

export type Correction = (typeof CORRECTIONS)[number];

export type JudgedChain = ChainEvents & {
  /** Whether the chain as a whole is right; null where nobody could tell, and then it counts for nothing. */
  readonly right: boolean | null;
  /** Tokens written. */
  readonly tokens: number;
};

/** Counts of one problem's chains. */
export type Recovery = {
  /** Chains that completed an attempt. */
  readonly attempted: number;
  /** Of these, chains whose first complete attempt missed. */
  readonly missed: number;
  /** Of the missed, chains that are right in the end. */
  readonly recovered: number;
  /** Tokens of the missed, whole chains. */
  readonly tokens: number;
};

/**
 * What the first complete attempt of a chain came to.
 *
 * @example
 * const sum = { kind: "operation", a: 8, op: "+", b: 3, result: 11, fault: null } as const;
 * firstComplete({ problem: "p", numbers: 2, target: 24, events: [sum, { kind: "back", to: 0 }] }); // "missed"
 */
export function firstComplete({ numbers, target, events }: ChainEvents): "hit" | "missed" | "none" {
  const faults: boolean[] = []; // of the live path's operations
  for (const event of events) {
    if (event.kind === "malformed") break;
    if (event.kind === "back") faults.length = Math.min(faults.length, event.to);
    if (event.kind !== "operation") continue;
    faults.push(event.fault !== null);
    if (faults.length === numbers - 1) return !faults.includes(true) && event.result === target ? "hit" : "missed";
  }
  return "none";
}

/**
 * The counts of each problem, in the order in which problems first occur.
 *
 * @example
 * const sum = { kind: "operation", a: 8, op: "+", b: 3, result: 11, fault: null } as const;
 * const product = { kind: "operation", a: 8, op: "*", b: 3, result: 24, fault: null } as const;
 * const events = [sum, { kind: "back", to: 0 }, product, { kind: "solved" }] as const;
 * recoveries([{ problem: "p", numbers: 2, target: 24, events, right: true, tokens: 10 }]); // [{ attempted: 1, missed: 1, recovered: 1, tokens: 10 }]
 */
export function recoveries(chains: Iterable<JudgedChain>): Recovery[] {
  const sums = new Map<string, { attempted: number; missed: number; recovered: number; tokens: number }>();
  for (const chain of chains) {
    const sum = sums.get(chain.problem) ?? { attempted: 0, missed: 0, recovered: 0, tokens: 0 };
    sums.set(chain.problem, sum);
    const first = chain.right === null ? "none" : firstComplete(chain);
    if (first === "none") continue;
    sum.attempted++;
    if (first === "hit") continue;
    sum.missed++;
    if (chain.right === true) sum.recovered++;
    sum.tokens += chain.tokens;
  }
  return [...sums.values()];
}
