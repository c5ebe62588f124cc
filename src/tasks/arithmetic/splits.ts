/**
 * Problems of a split. The split of a calculation is a function of its operation and its two numbers, in either order, so
 * the splits are disjoint whatever the seed: one in ten is held out, by its hash.
 *
 * Training draws with replacement: the number of digits by its weight, the operation evenly, the numbers uniformly.
 * Held-out calculations come each once; the number of digits that is furthest behind its share goes next.
 */

import { MullError } from "../../core/errors.ts";
import { deriveSeed, type Rng } from "../../core/rng.ts";
import type { Calculation } from "./calculation.ts";
import { MAX_DIGITS, OPERATORS } from "./vocabulary.ts";

export const SPLITS = ["train", "heldout"] as const;
export type Split = (typeof SPLITS)[number];

/** How many digits, and the weight of each. */
export type Digits = Readonly<Record<number, number>>;

/** What the base corpus holds; anything longer is new to the base model. */
export const BASE_DIGITS: Digits = { 1: 0.2, 2: 0.4, 3: 0.4 };

/** Any change makes other splits, and so other models. */
const SPLIT_SEED = 17;

/** @example splitOf({ op: "+", a: "5", b: "3" }) === splitOf({ op: "+", a: "3", b: "5" }); // true */
export function splitOf({ op, a, b }: Calculation): Split {
  const [low, high] = op === "+" && b < a ? [b, a] : [a, b];
  return deriveSeed(SPLIT_SEED, `${low}${op}${high}`) % 10 === 0 ? "heldout" : "train";
}

/** Calculations to practise on, without end. */
export function* trainingCalculations(rng: Rng, digits: Digits = BASE_DIGITS): Generator<Calculation, never> {
  const entries = checked(digits);
  const weights = entries.map(([, weight]) => weight);
  while (true) {
    const [n] = entries[rng.weighted(weights)] as [number, number];
    let drawn = draw(n, rng);
    while (splitOf(drawn) !== "train") drawn = draw(n, rng);
    yield drawn;
  }
}

/** A length is used up when so many draws in a row bring nothing new. */
const FRUITLESS = 5000;

/** Held-out calculations, each once. */
export function* heldOutCalculations(rng: Rng, digits: Digits = BASE_DIGITS): Generator<Calculation> {
  let pools = checked(digits).map(([n, weight]) => ({ weight, taken: 0, source: distinct(n, rng.split("digits", n)) }));
  while (true) {
    const [first, ...others] = pools;
    if (first === undefined) return;
    const behind = (pool: (typeof pools)[number]): number => (pool.taken + 1) / pool.weight;
    const next = others.reduce((best, pool) => (behind(pool) < behind(best) ? pool : best), first);
    const { value, done } = next.source.next();
    if (done === true) {
      pools = pools.filter((pool) => pool !== next);
      continue;
    }
    next.taken++;
    yield value;
  }
}

function* distinct(n: number, rng: Rng): Generator<Calculation, void> {
  const seen = new Set<string>();
  for (let fruitless = 0; fruitless < FRUITLESS; fruitless++) {
    const drawn = draw(n, rng);
    const key = `${drawn.a}${drawn.op}${drawn.b}`;
    if (splitOf(drawn) !== "heldout" || seen.has(key)) continue;
    seen.add(key);
    fruitless = -1;
    yield drawn;
  }
}

function draw(n: number, rng: Rng): Calculation {
  const op = rng.pick(OPERATORS);
  const a = drawNumber(n, rng);
  return { op, a, b: op === "+" ? drawNumber(n, rng) : String(2 + rng.int(8)) };
}

function drawNumber(n: number, rng: Rng): string {
  return Array.from({ length: n }, (_, i) => (i === 0 ? 1 + rng.int(9) : rng.int(10))).join("");
}

function checked(digits: Digits): [number, number][] {
  const entries = Object.entries(digits).map(([n, weight]): [number, number] => [Number(n), weight]);
  const sound = entries.every(([n, weight]) => Number.isInteger(n) && n >= 1 && n <= MAX_DIGITS && weight >= 0);
  const kept = entries.filter(([, weight]) => weight > 0);
  if (sound && kept.length > 0) return kept;
  throw new MullError(
    "input",
    `arithmetic: digits are ${JSON.stringify(digits)}, expected weights for 1 to ${MAX_DIGITS}, not all zero`,
  );
}
