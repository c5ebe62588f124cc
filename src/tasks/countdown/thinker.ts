/**
 * The mediocre thinker whose traces the base model is trained on.
 *
 * At every state it takes a legal operation at random. With two numbers left it sometimes sees the operation that hits
 * the target, or sees that none does. At a dead end it gives up, or goes back to a state it passed, most often to the
 * given numbers. It makes a slip of arithmetic now and then and goes on unaware. Most traces are written without
 * memory of what was tried; some remember, and take no tried operation again. How soon a thinker gives up is its
 * patience, drawn once a trace. There is no plan, no ordering and no looking ahead in it.
 */

import type { Rng } from "../../core/rng.ts";
import type { Puzzle } from "./puzzle.ts";
import {
  applyOperation,
  legalOperations,
  MAX_VALUE,
  type Operation,
  operationsOf,
  type State,
  stateOf,
} from "./rules.ts";
import { ID } from "./vocabulary.ts";

export type ThinkerOptions = {
  /** Probability of seeing, with two numbers left, the operation that hits the target. */
  readonly eye: number;
  /** Probability of seeing, with two numbers left, that no operation hits, and leaving at once. */
  readonly foresight: number;
  /** Probability that an operation's result is a little off. */
  readonly slip: number;
  /** Probability that a trace remembers what it tried. */
  readonly memory: number;
  /** Probability that going back goes to the given numbers; else to any state passed, uniformly. */
  readonly restart: number;
  /** Probability of giving up at a dead end, by temper: one is drawn a trace, by weight. */
  readonly patience: readonly { readonly weight: number; readonly giveUp: number }[];
  /** Probability of writing the smaller operand of + or * first. */
  readonly swapped: number;
  /** Most tokens of a trace, prompt and `<bos>` included; a longer one ends by giving up. */
  readonly maxTokens: number;
};

export const MEDIOCRE: ThinkerOptions = {
  eye: 0.45,
  foresight: 0.3,
  slip: 0.007,
  memory: 0.3,
  restart: 0.6,
  patience: [
    { weight: 0.46, giveUp: 0.55 },
    { weight: 0.38, giveUp: 0.25 },
    { weight: 0.16, giveUp: 0.004 },
  ],
  swapped: 0,
  maxTokens: 1000,
};

export type Outcome = "solved" | "false-success" | "gave-up" | "cut";

type Node = {
  readonly state: State;
  /** What may still be tried here. A trace without memory never removes any. */
  open: readonly Operation[];
  /** States that were reached from here; a trace without memory keeps none. */
  readonly children: Map<Operation, Node> | undefined;
  /** The operation that led here; undefined at the root. */
  readonly via: Operation | undefined;
};

/**
 * Appends one search trace for `puzzle` to `tokens`, which already holds the prompt.
 * `slipped` operations on the live path make a hit a false success, as the verifier will find.
 */
export function think(puzzle: Puzzle, rng: Rng, options: ThinkerOptions, tokens: number[]): Outcome {
  const { target } = puzzle;
  const temper = options.patience[rng.weighted(options.patience.map(({ weight }) => weight))] as {
    readonly giveUp: number;
  };
  const remembers = rng.bool(options.memory);
  const root = nodeOf(stateOf(puzzle.numbers), undefined, remembers);
  const attemptTokens = 4 * (puzzle.numbers.length - 1) + 2; // back, the operations, the word that ends
  const path: Node[] = [root];
  const slips: boolean[] = []; // of each operation of the live path
  while (true) {
    const node = path.at(-1) as Node;
    if (node.state.length > 1) {
      const operation = choose(node, target, rng, options);
      if (operation !== null) {
        const slipped = rng.bool(options.slip);
        const result = slipped ? slip(operation.result, rng) : operation.result;
        writeOperation(tokens, operation, result, rng.bool(options.swapped));
        let child = slipped ? undefined : node.children?.get(operation);
        if (child === undefined) {
          child = nodeOf(applyOperation(node.state, operation, result), operation, remembers);
          if (!slipped) node.children?.set(operation, child);
        }
        path.push(child);
        slips.push(slipped);
        continue;
      }
      if (remembers) node.open = []; // it saw that nothing here hits
    } else if (node.state[0] === target) {
      tokens.push(ID.solved);
      return slips.includes(true) ? "false-success" : "solved";
    }
    // A dead end.
    if (remembers) forget(path);
    const cut = tokens.length + attemptTokens > options.maxTokens;
    if (cut || path.length === 1 || root.open.length === 0 || rng.bool(temper.giveUp)) {
      tokens.push(ID.giveUp);
      return cut ? "cut" : "gave-up";
    }
    const back = chooseBack(path, remembers, rng, options);
    tokens.push(ID.back + back);
    path.length = back + 1;
    slips.length = back;
  }
}

function nodeOf(state: State, via: Operation | undefined, remembers: boolean): Node {
  const children = remembers ? new Map<Operation, Node>() : undefined;
  return { state, open: state.length > 1 ? legalOperations(state) : [], children, via };
}

/** The next operation, or null where the thinker sees that nothing hits. */
function choose(node: Node, target: number, rng: Rng, options: ThinkerOptions): Operation | null {
  if (node.state.length === 2) {
    const hits = operationsOf(node.state[0] as number, node.state[1] as number).filter((o) => o.result === target);
    if (hits.length > 0) {
      if (rng.bool(options.eye)) return rng.pick(hits);
    } else if (rng.bool(options.foresight)) return null;
  }
  return rng.pick(node.open);
}

/** Marks the dead end that `path` leads to as tried, and every state above it where nothing is left to try. */
function forget(path: readonly Node[]): void {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const node = path[depth] as Node;
    if (node.open.length > 0) return;
    const parent = path[depth - 1] as Node;
    parent.open = parent.open.filter((operation) => operation !== node.via);
  }
}

/** To which state of the live path the thinker goes back: one with something left to try. */
function chooseBack(path: readonly Node[], remembers: boolean, rng: Rng, options: ThinkerOptions): number {
  if (rng.bool(options.restart)) return 0;
  const levels: number[] = [];
  for (let level = 0; level < path.length - 1; level++) {
    if (!remembers || (path[level] as Node).open.length > 0) levels.push(level);
  }
  return rng.pick(levels);
}

/** A result that is off by one to three or by ten, still within the rules. */
function slip(result: number, rng: Rng): number {
  while (true) {
    const by = rng.bool(0.2) ? 10 : 1 + rng.int(3);
    const off = rng.bool(0.5) ? result + by : result - by;
    if (off >= 1 && off <= MAX_VALUE) return off;
  }
}

/** Appends `a op b =result`, the operands of + and * the other way round if `swapped`. */
export function writeOperation(tokens: number[], { a, op, b }: Operation, result: number, swapped: boolean): void {
  const flip = swapped && (op === "+" || op === "*");
  tokens.push(ID.integer + (flip ? b : a), ID.operator[op], ID.integer + (flip ? a : b), ID.result + result);
}
