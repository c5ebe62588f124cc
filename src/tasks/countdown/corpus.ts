/**
 * The base corpus: what a model reads before any reinforcement.
 *
 * Four kinds of text: search traces of the mediocre thinker (thinker.ts), direct solutions without a dead end, pairs,
 * which are the same thinker's traces of puzzles of two numbers, and drills, runs of unrelated right operations.
 * Arithmetic is learnt from drills; to see the last operation, and to tell a hit from a miss, from pairs. Puzzles come
 * from the training split alone. Nothing in it is named a strategy and no behaviour is injected that the thinker does
 * not show by chance.
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { type Puzzle, problemOf } from "./puzzle.ts";
import { CD34, type Sizes, trainingPuzzles } from "./puzzles.ts";
import { MAX_VALUE, OPERATORS, type Operation, type Operator, operationsOf } from "./rules.ts";
import { Solver } from "./solver.ts";
import { isHeldOutTarget, MIN_TARGET } from "./splits.ts";
import { MEDIOCRE, type Outcome, type ThinkerOptions, think, writeOperation } from "./thinker.ts";
import { countdownTokenizer, ID } from "./vocabulary.ts";

export const CORPUS_KINDS = ["search", "direct", "pair", "drill"] as const;
export type CorpusKind = (typeof CORPUS_KINDS)[number];

export type CorpusOptions = {
  /** Probability of each kind of text. */
  readonly kinds: Readonly<Record<CorpusKind, number>>;
  readonly sizes: Sizes;
  readonly thinker: ThinkerOptions;
  /** Fewest and most operations of a drill. */
  readonly drill: readonly [min: number, max: number];
  /** Share of each operator among the operations of drills and pairs; within one, all operands are equally likely. */
  readonly drillOperators: Readonly<Record<Operator, number>>;
};

export const BASE_CORPUS: CorpusOptions = {
  kinds: { search: 0.74, direct: 0.08, pair: 0.08, drill: 0.1 },
  sizes: CD34,
  thinker: MEDIOCRE,
  drill: [8, 40],
  drillOperators: { "+": 0.25, "-": 0.35, "*": 0.2, "/": 0.2 },
};

export type CorpusItem = {
  readonly kind: CorpusKind;
  /** Ids of the whole text, from `<bos>` to `solved` or `give-up`. */
  readonly tokens: number[];
  /** How many of them are `<bos>` and the prompt. */
  readonly promptTokens: number;
  /** Absent for a pair, which is no puzzle of the task, and for a drill. */
  readonly puzzle?: Puzzle;
  /** How a search trace ended. */
  readonly outcome?: Outcome;
};

/** One text after another, without end, as tokens. */
export function* corpusItems(rng: Rng, options: CorpusOptions = BASE_CORPUS): Generator<CorpusItem, never> {
  const solver = new Solver();
  const puzzles = trainingPuzzles(rng.split("puzzles"), solver, options.sizes);
  const draw = rng.split("texts");
  const weights = CORPUS_KINDS.map((kind) => options.kinds[kind]);
  while (true) {
    const kind = CORPUS_KINDS[draw.weighted(weights)] as CorpusKind;
    if (kind === "drill") {
      yield { kind, tokens: writeDrill(draw, options), promptTokens: 2 };
      continue;
    }
    if (kind === "pair") {
      yield { kind, tokens: writePair(draw, options), promptTokens: 5 };
      continue;
    }
    const puzzle = puzzles.next().value;
    const tokens = promptTokens(puzzle);
    const promptLength = tokens.length;
    if (kind === "search") {
      const outcome = think(puzzle, draw, options.thinker, tokens);
      yield { kind, tokens, promptTokens: promptLength, puzzle, outcome };
    } else {
      for (const operation of solver.solve(puzzle.numbers, puzzle.target, draw) as Operation[]) {
        writeOperation(tokens, operation, operation.result, draw.bool(options.thinker.swapped));
      }
      tokens.push(ID.solved);
      yield { kind, tokens, promptTokens: promptLength, puzzle };
    }
  }
}

/**
 * Token ids of one text after another, without end: what pretraining reads.
 *
 * @example
 * const [first] = corpusTokens(new Rng(1)).take(1); // from <bos> (1) to `solved` (8) or `give-up` (9)
 */
export function* corpusTokens(rng: Rng, options: CorpusOptions = BASE_CORPUS): Generator<number[]> {
  for (const item of corpusItems(rng, options)) yield item.tokens;
}

/** The same texts for people and for export: without `<bos>`, the problem beside each (pairs and drills have none). */
export function* corpus(
  rng: Rng,
  options: CorpusOptions = BASE_CORPUS,
): Generator<{ readonly kind: CorpusKind; readonly text: string; readonly problem: Problem | null }> {
  for (const { kind, tokens, puzzle } of corpusItems(rng, options)) {
    const text = countdownTokenizer.decode(tokens.slice(1));
    yield { kind, text, problem: puzzle === undefined ? null : problemOf(puzzle) };
  }
}

/** `<bos>` and the prompt of a puzzle. */
export function promptTokens({ numbers, target }: Puzzle): number[] {
  return [ID.bos, ...numbers.map((value) => ID.integer + value), ID.equals, ID.integer + target];
}

/** Every operation of an operator that the rules allow. */
const OPERATIONS_BY: Readonly<Record<Operator, readonly Operation[]>> = (() => {
  const by: Record<Operator, Operation[]> = { "+": [], "-": [], "*": [], "/": [] };
  for (let a = 1; a <= MAX_VALUE; a++) {
    for (let b = 1; b <= a; b++) for (const operation of operationsOf(a, b)) by[operation.op].push(operation);
  }
  return by;
})();

/** The operations of OPERATIONS_BY whose result training may see as a target. */
const PAIRS_BY: Readonly<Record<Operator, readonly Operation[]>> = (() => {
  const asked = (op: Operator): Operation[] =>
    OPERATIONS_BY[op].filter(({ result }) => result >= MIN_TARGET && !isHeldOutTarget(result));
  return { "+": asked("+"), "-": asked("-"), "*": asked("*"), "/": asked("/") };
})();

/** `8 3 = 24 8 + 3 =11 back:0 8 * 3 =24 solved`: two numbers, in either order, that one operation takes to the target. */
function writePair(rng: Rng, { drillOperators, thinker }: CorpusOptions): number[] {
  const op = OPERATORS[rng.weighted(OPERATORS.map((each) => drillOperators[each]))] as Operator;
  const { a, b, result } = rng.pick(PAIRS_BY[op]);
  const puzzle = { numbers: rng.shuffle([a, b]), target: result };
  const tokens = promptTokens(puzzle);
  think(puzzle, rng, thinker, tokens);
  return tokens;
}

function writeDrill(rng: Rng, { drill: [min, max], drillOperators, thinker }: CorpusOptions): number[] {
  const tokens: number[] = [ID.bos, ID.drill];
  const count = min + rng.int(max - min + 1);
  const weights = OPERATORS.map((op) => drillOperators[op]);
  for (let i = 0; i < count; i++) {
    const op = OPERATORS[rng.weighted(weights)] as Operator;
    const operation = rng.pick(OPERATIONS_BY[op]);
    writeOperation(tokens, operation, operation.result, rng.bool(thinker.swapped));
  }
  tokens.push(ID.solved);
  return tokens;
}
