/** Options that several commands share, and the bounds of their values. */

import { InvalidArgumentError, Option } from "commander";

/**
 * Reads a whole number within bounds, for `Option.argParser`.
 *
 * @example
 * wholeNumber(1, 10)("7"); // 7
 */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Reads a number within bounds. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
  };
}

export const MAX_SEED = 4_294_967_295;

export const jsonOption = (): Option => new Option("--json", "print the result as JSON, for programs");

export const seedOption = (what: string): Option =>
  new Option("--seed <n>", `${what}; the same seed gives the same result`)
    .argParser(wholeNumber(0, MAX_SEED))
    .default(1);

export const portOption = (): Option =>
  new Option("--port <n>", "port of the live page on this machine (default: 4600, or the next that is free)").argParser(
    wholeNumber(0, 65_535),
  );

/** What `--strategy` may be; the first is the default. */
export const STRATEGIES = ["single", "majority", "adaptive-majority", "best-of-n", "forced"] as const;
export type StrategyName = (typeof STRATEGIES)[number];
