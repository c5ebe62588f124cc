/** What a step of a Countdown chain is, for searches that write chains a step at a time. */

import type { Problem } from "../../core/problem.ts";
import { MAX_VALUE } from "./rules.ts";
import { COUNTDOWN_WORDS } from "./vocabulary.ts";

/** An operation, `3 + 7 =10`, after a return to an earlier state where there is one; the chain's end is part of the last. */
export const COUNTDOWN_STEPS = {
  stop: Array.from({ length: MAX_VALUE }, (_, i) => `=${i + 1}`).filter((word) => COUNTDOWN_WORDS.includes(word)),
  maxTokens: 8,
  separator: " ",
} as const;

/**
 * Whether a chain has come to its end.
 *
 * @example
 * hasEnded("3 + 7 =10 give-up"); // true
 */
export function hasEnded(chain: string): boolean {
  return /(?:^|\s)(?:solved|give-up)\s*$/.test(chain);
}

/**
 * How a chain is revised: it does not end where it did, but goes back to all numbers and tries again.
 *
 * @example
 * tryAgain({ id: "p", prompt: "3 7 = 21" }, "3 + 7 =10 give-up"); // { prompt: "3 7 = 21", prefix: "3 + 7 =10 back:0 " }
 */
export function tryAgain({ prompt }: Problem, chain: string): { readonly prompt: string; readonly prefix: string } {
  const open = chain.replace(/\s*(?:solved|give-up)\s*$/, "");
  return { prompt, prefix: `${open === "" ? "" : `${open} `}back:0 ` };
}
