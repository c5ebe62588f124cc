/** Options that several commands share, and the bounds of their values. */

import { InvalidArgumentError, Option } from "commander";
import { type Contender, STRATEGIES } from "../strategy-bench/names.ts";

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

/**
 * @example
 * contenders("majority,mcts+verifier").at(-1); // { strategy: "mcts", verified: true }
 */
export function contenders(text: string): Contender[] {
  const list = text.split(",").map((word): Contender => {
    const [name = "", suffix, ...more] = word.trim().split("+");
    const strategy = STRATEGIES.find((each) => each === name);
    if (strategy === undefined) {
      throw new InvalidArgumentError(
        `There is no strategy ${JSON.stringify(name.slice(0, 40))}: expected ${STRATEGIES.join(", ")}.`,
      );
    }
    if (more.length > 0 || (suffix !== undefined && suffix !== "verifier")) {
      throw new InvalidArgumentError("After a strategy only +verifier may stand.");
    }
    return { strategy, verified: suffix === "verifier" };
  });
  const names = list.map(({ strategy, verified }) => `${strategy} ${verified}`);
  return list.filter((_, i) => names.indexOf(names[i] as string) === i);
}

const MOST_BUDGET = 100_000_000;

/**
 * @example
 * budgets("512,1k,4k"); // [512, 1024, 4096]
 */
export function budgets(text: string): number[] {
  const list = text.split(",").map((word) => {
    const [, digits = "", k] = /^(\d{1,9})(k?)$/i.exec(word.trim()) ?? [];
    const tokens = Number(digits || Number.NaN) * (k ? 1024 : 1);
    if (tokens >= 1 && tokens <= MOST_BUDGET) return tokens;
    throw new InvalidArgumentError("Expected whole numbers of tokens, such as 512,1k,4k.");
  });
  return [...new Set(list)].sort((a, b) => a - b);
}

/**
 * Reads seeds, for `Option.argParser`.
 *
 * @example
 * seeds("1,2,3"); // [1, 2, 3]
 */
export function seeds(text: string): number[] {
  const list = text.split(",").map((word) => (/^\s*\d{1,10}\s*$/.test(word) ? Number(word) : Number.NaN));
  if (list.every((seed) => seed <= MAX_SEED)) return [...new Set(list)];
  throw new InvalidArgumentError("Expected whole numbers with commas between them, such as 1,2,3.");
}

/**
 * Reads the shape of a transformer, for `Option.argParser`.
 *
 * @example
 * shape("6x160"); // { layers: 6, width: 160 }
 */
export function shape(text: string): { readonly layers: number; readonly width: number } {
  const [, layers, width] = /^(\d{1,2})x(\d{1,4})$/.exec(text.trim()) ?? [];
  const read = { layers: Number(layers), width: Number(width) };
  if (read.layers >= 1 && read.width >= 8 && read.width % 8 === 0) return read;
  throw new InvalidArgumentError("Expected layers and width, a multiple of 8, such as 6x160.");
}
