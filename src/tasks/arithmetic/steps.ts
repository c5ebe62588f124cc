/** What a step of a chain of arithmetic is, and how a chain is made to answer at once or to show its work. */

import type { Mode } from "./vocabulary.ts";

/** One place, up to its carry; the chain's end is part of the last. */
export const ARITHMETIC_STEPS = {
  stop: Array.from({ length: 10 }, (_, carry) => `^${carry}`),
  maxTokens: 8,
  separator: " ",
} as const;

/** Whether a chain has come to its end. */
export function hasEnded(chain: string): boolean {
  return /(?:^|\s)end\s*$/.test(chain);
}

/** What a chain is begun with so that it answers at once, or shows its work. */
export const PREFIX = { direct: "direct ", steps: "steps " } as const satisfies Record<Mode, string>;

/**
 * Tokens that the longest right chain for n digits takes.
 *
 * @example
 * longestChain(3); // 21
 */
export function longestChain(digits: number): number {
  return 6 * digits + 3;
}
