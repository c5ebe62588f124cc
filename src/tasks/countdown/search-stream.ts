/**
 * A systematic search over a puzzle, written out as one chain: what a model reads that is to learn to search ("stream of search",
 * Gandhi et al. 2024). Most of what it writes leads nowhere, and it goes back; no attempt is made twice.
 *
 *   depth first:  try(state): for each way on from here, in order: write it, try where it leads; then `back:k` to here
 *   best first:   write the way that leads to the most promising state not seen yet, and how its beginning is reached
 *
 * With two numbers left only operations that come within `tolerance` of the target are written; a state that has none is left at once.
 * A hit need not be seen for that, only that what is skipped is far off.
 *
 * What a small model can follow of this was tried (docs/log.md): attempts written whole, from the given numbers (`restart`), and only those that come near
 * the target (`lookAhead`). Then a tolerance of 0 writes right attempts alone, and a wide one all there are.
 *
 * A state is a list, newest first: the last result, then what was there before in its order. `listed` takes the pairs in the order
 * of that list, and for each + - * / in turn. So the next operation can be read off the one last tried in the same state, and
 * nothing else that was tried need be remembered. `nearest` takes those first whose state holds a number near the target.
 *
 * Two operations that share no number lead to the same state in either order, and only one order is written (sleep sets, Godefroid
 * 1996). Dividing by 1 is left out, as multiplying by it does the same. Deviation from the source: one searcher and no random errors.
 */

import type { Puzzle } from "./puzzle.ts";
import { type Operation, operationsOf } from "./rules.ts";

export const SEARCH_ORDERS = ["listed", "nearest", "best-first"] as const;

export type SearchStreamOptions = {
  readonly order: (typeof SEARCH_ORDERS)[number];
  /** How far from the target a last operation may end and still be written. */
  readonly tolerance: number;
  /** Only operations are written that begin an attempt which comes within `tolerance`: every attempt is then gone through with. */
  readonly lookAhead: boolean;
  /** Every attempt is written from the given numbers: `back:0` and how the state is reached, instead of `back:k`. */
  readonly restart: boolean;
  /** A chain that would be longer stops before, without an end word. */
  readonly maxTokens: number;
};

export type SearchStream = {
  /** The chain's words, one token each. */
  readonly text: string;
  readonly tokens: number;
  /** `cut` at maxTokens; `exhausted` where there is no solution: the text then ends without an end word. */
  readonly outcome: "solved" | "cut" | "exhausted";
};

/**
 * The chain of a search.
 *
 * @example
 * const near = { order: "listed", tolerance: 3, lookAhead: true, restart: true, maxTokens: 1024 } as const;
 * searchStream({ numbers: [4, 6, 5], target: 26 }, near).text; // "6 * 4 =24 24 + 5 =29 back:0 5 * 4 =20 20 + 6 =26 solved"
 */
export function searchStream(puzzle: Puzzle, options: SearchStreamOptions): SearchStream {
  const { order, restart, maxTokens } = options;
  const root: State = { items: puzzle.numbers.map((value, id) => ({ value, id })), asleep: new Set() };
  const ways = (state: State): Way[] => waysOn(state, puzzle.target, options);
  const moves = order === "best-first" ? bestFirst(root, ways) : depthFirst(root, ways);
  const words: string[] = [];
  const path: Way[] = []; // live
  for (const { depth, way } of moves) {
    const backs = depth < path.length;
    path.length = depth;
    const again = backs && restart ? path.flatMap(wordsOf) : [];
    const written = [...(backs ? [`back:${restart ? 0 : depth}`] : []), ...again, ...wordsOf(way)];
    const hit = way.to.items.length === 1 && way.operation.result === puzzle.target;
    if (hit) written.push("solved");
    if (words.length + written.length > maxTokens)
      return { text: words.join(" "), tokens: words.length, outcome: "cut" };
    words.push(...written);
    if (hit) return { text: words.join(" "), tokens: words.length, outcome: "solved" };
    path.push(way);
  }
  return { text: words.join(" "), tokens: words.length, outcome: "exhausted" };
}

function wordsOf({ operation: { a, op, b, result } }: Way): string[] {
  return [`${a}`, op, `${b}`, `=${result}`];
}

/** A live number, told from others of its value. */
type Item = { readonly value: number; readonly id: number };

type State = {
  /** Newest first. */
  readonly items: readonly Item[];
  /** Pairs of items that need not be combined next, as the search has been, or will be, where that leads. */
  readonly asleep: ReadonlySet<string>;
};

type Way = {
  readonly operation: Operation;
  readonly to: State;
  /** How far from the target the nearest number of `to` is. */
  readonly distance: number;
};

/** Take `way` from the state after the first `depth` operations of the live path. */
type Move = { readonly depth: number; readonly way: Way };

function* depthFirst(state: State, ways: (state: State) => Way[], depth = 0): Generator<Move> {
  for (const way of ways(state)) {
    yield { depth, way };
    yield* depthFirst(way.to, ways, depth + 1);
  }
}

function* bestFirst(root: State, ways: (state: State) => Way[]): Generator<Move> {
  const open: Way[][] = ways(root).map((way) => [way]); // paths
  let live: readonly Way[] = [];
  while (open.length > 0) {
    let best = 0; // the nearest; of equal ones the deepest, then the first
    for (const [i, path] of open.entries()) if (isBetter(path, open[best] as Way[])) best = i;
    const [path] = open.splice(best, 1) as [Way[]];
    let depth = 0;
    while (depth < path.length - 1 && path[depth] === live[depth]) depth++;
    for (; depth < path.length; depth++) yield { depth, way: path[depth] as Way };
    live = path;
    for (const way of ways((path.at(-1) as Way).to)) open.push([...path, way]);
  }
}

function isBetter(path: readonly Way[], than: readonly Way[]): boolean {
  const by = (than.at(-1) as Way).distance - (path.at(-1) as Way).distance;
  return by > 0 || (by === 0 && path.length > than.length);
}

/** The ways on from a state, in the order in which they are taken. */
function waysOn({ items, asleep }: State, target: number, options: SearchStreamOptions): Way[] {
  const { order, tolerance, lookAhead } = options;
  const ways: Way[] = [];
  const seen = new Set<Operation>(); // of equal numbers, equal operations are one
  const taken: Pair[] = [];
  const near = (value: number): boolean => Math.abs(value - target) <= tolerance;
  for (const pair of pairsOf(items)) {
    if (asleep.has(nameOf(pair))) continue;
    for (const operation of operationsOf(pair[0].value, pair[1].value)) {
      const { op, b, result } = operation;
      if (seen.has(operation) || (op === "/" && b === 1)) continue;
      if (items.length === 2 && !near(result)) continue;
      seen.add(operation);
      const to = after(items, pair, result, asleep, taken);
      if (lookAhead && to.items.length > 1 && waysOn(to, target, options).length === 0) continue;
      ways.push({ operation, to, distance: Math.min(...to.items.map(({ value }) => Math.abs(value - target))) });
    }
    taken.push(pair);
  }
  return order === "listed" ? ways : ways.sort((x, y) => x.distance - y.distance); // stable
}

type Pair = readonly [Item, Item];

function pairsOf(items: readonly Item[]): Pair[] {
  return items.flatMap((first, i) => items.slice(i + 1).map((second): Pair => [first, second]));
}

function nameOf([{ id: x }, { id: y }]: Pair): string {
  return x < y ? `${x},${y}` : `${y},${x}`;
}

/** Pairs that were taken before `pair` in the same state sleep on where `pair` leads, unless they share a number with it. */
function after(
  items: readonly Item[],
  pair: Pair,
  value: number,
  asleep: State["asleep"],
  taken: readonly Pair[],
): State {
  const rest = items.filter((item) => !pair.includes(item));
  const id = Math.max(...items.map((item) => item.id)) + 1;
  const names = new Set([...asleep, ...taken.map(nameOf)]);
  return {
    items: [{ value, id }, ...rest],
    asleep: new Set(
      pairsOf(rest)
        .map(nameOf)
        .filter((name) => names.has(name)),
    ),
  };
}
