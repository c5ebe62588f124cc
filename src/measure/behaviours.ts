/**
 * Behaviours counted in chains: what a chain does, event by event, with nothing but the events to go by.
 *
 * A chain's live path is the list of operations since the last state it went back to. With n given numbers an attempt
 * is complete when the live path holds n - 1 operations. Two paths are the same attempt when they hold the same
 * operations in any order, operands of + and * swapped or not, results aside. Each behaviour is defined below, beside
 * its name; one event may show several. Nothing here says that a behaviour helps, and several happen by chance in
 * random search: that is why they are compared with a base (`behaviour-change.ts`), never read alone.
 */

/** Structurally what `tasks/countdown/trace` yields; fields it has beyond these are ignored. */
export type ChainEvent =
  | {
      readonly kind: "operation";
      readonly a: number;
      readonly op: string;
      readonly b: number;
      readonly result: number;
      /** `arithmetic`: a op b is not `result`; `not-left`: a or b is not live; `forbidden`: the rules do not allow it. */
      readonly fault: { readonly kind: "arithmetic" | "not-left" | "forbidden" } | null;
    }
  /** To the state after the first `to` operations of the live path. */
  | { readonly kind: "back"; readonly to: number }
  | { readonly kind: "solved" }
  | { readonly kind: "give-up" }
  /** Ends the reading: what follows has no agreed meaning. */
  | { readonly kind: "malformed" };

export type ChainEvents = {
  /** Chains of one problem are resampled together. */
  readonly problem: string;
  /** How many numbers the puzzle gives. */
  readonly numbers: number;
  readonly target: number;
  readonly events: readonly ChainEvent[];
};

/** What each behaviour is, in a sentence that a report can print, and the unit its rate is given in. */
export const BEHAVIOURS = {
  verification: {
    per: "100 operations",
    means:
      "an operation made again as if to check it: redone at once after going back that one step, or, where its numbers are not left, a repetition or the inverse of one on the live path",
  },
  backtracking: { per: "100 operations", means: "going back to an earlier state" },
  "early abandonment": { per: "100 operations", means: "going back before the attempt is complete" },
  "error correction": {
    per: "100 operations",
    means:
      "a wrong result discarded by the very next event before the attempt is complete, or redone right at once after going back",
  },
  "sub-goals": {
    per: "100 operations",
    means:
      "a complete attempt that makes a factor of the target and multiplies by it in its last operation, or makes a number that a last + or - completes to the target",
  },
  "independent parts": {
    per: "100 operations",
    means: "a complete attempt whose last operation joins two results, each worked out apart",
  },
  repetition: { per: "100 operations", means: "a complete attempt that the chain had already made" },
  "systematic exploration": {
    per: "100 operations",
    means: "going back one step and then taking an operation not yet tried from there",
  },
  "giving up": { per: "chain", means: "ending without an answer" },
  "false success": {
    per: "chain",
    means: "writing `solved` on a path that is incomplete, faulty or off the target",
  },
} as const satisfies Record<string, { per: "100 operations" | "chain"; means: string }>;

export type Behaviour = keyof typeof BEHAVIOURS;

export const BEHAVIOUR_NAMES = Object.keys(BEHAVIOURS) as Behaviour[];

/** What one chain did. */
export type BehaviourTally = {
  readonly problem: string;
  readonly operations: number;
  readonly counts: Readonly<Record<Behaviour, number>>;
};

/** How far back on the live path a check is looked for: a path of more operations is no attempt, and reading stays linear. */
const RECENT = 16;

type Operation = Extract<ChainEvent, { kind: "operation" }>;

/**
 * Counts the behaviours of one chain.
 *
 * @example
 * countBehaviours({ problem: "p", numbers: 3, target: 20, events: [{ kind: "give-up" }] }).counts["giving up"]; // 1
 */
export function countBehaviours(chain: ChainEvents): BehaviourTally {
  const counts = Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, 0])) as Record<Behaviour, number>;
  const complete = chain.numbers - 1;
  const tried = new Set<string>(); // every path that was live at some time
  const path: Operation[] = []; // live
  let operations = 0;
  let left: { readonly steps: number; readonly discarded: Operation } | null = null; // by the event before, if a back

  for (const [i, event] of chain.events.entries()) {
    if (event.kind === "malformed") break;
    if (event.kind === "operation") {
      operations++;
      const redone = left?.steps === 1 && keyOf(left.discarded) === keyOf(event);
      if (redone || checksInPlace(path, event)) counts.verification++;
      if (left !== null && redoesRight(left.discarded, event)) counts["error correction"]++;
      path.push(event);
      if (path.length <= complete) {
        const key = pathKey(path);
        if (left?.steps === 1 && !tried.has(key)) counts["systematic exploration"]++;
        if (path.length === complete && tried.has(key)) counts.repetition++;
        tried.add(key);
      }
      if (path.length === complete) {
        if (hasSubGoal(path, chain.target)) counts["sub-goals"]++;
        if (joinsParts(path)) counts["independent parts"]++;
      }
      left = null;
    } else if (event.kind === "back" && event.to < path.length) {
      counts.backtracking++;
      const early = path.length < complete;
      if (early) counts["early abandonment"]++;
      const before = chain.events[i - 1];
      const again = redoesRight(path[event.to]!, chain.events[i + 1]); // then it counts once, when it is redone
      if (early && before?.kind === "operation" && isWrong(before) && !again) counts["error correction"]++;
      left = { steps: path.length - event.to, discarded: path[event.to]! };
      path.length = event.to;
    } else {
      if (event.kind === "give-up") counts["giving up"]++;
      if (event.kind === "solved" && !solves(path, complete, chain.target)) counts["false success"]++;
      left = null;
    }
  }
  return { problem: chain.problem, operations, counts };
}

/** A slip of arithmetic, as against an operation that may not be made at all. */
function isWrong({ fault }: Operation): boolean {
  return fault?.kind === "arithmetic";
}

/** The operation without its result, operands of + and * in ascending order. */
function keyOf({ a, op, b }: Operation): string {
  const swap = (op === "+" || op === "*") && b < a;
  return swap ? `${b} ${op} ${a}` : `${a} ${op} ${b}`;
}

function pathKey(path: readonly Operation[]): string {
  return path.map(keyOf).sort().join(", ");
}

/** Whether the next event makes the wrong, discarded operation again, rightly. */
function redoesRight(discarded: Operation, next: ChainEvent | undefined): boolean {
  return next?.kind === "operation" && isWrong(discarded) && next.fault === null && keyOf(next) === keyOf(discarded);
}

/**
 * Whether an operation whose numbers are not left restates one on the live path or inverts it: 3 + 7 = 10, then
 * 10 - 7 = 3. One whose numbers are left may be a step with equal numbers, so it never counts.
 */
function checksInPlace(path: readonly Operation[], event: Operation): boolean {
  if (event.fault?.kind !== "not-left") return false;
  return path.slice(-RECENT).some((made) => keyOf(made) === keyOf(event) || inverts(made, event));
}

function inverts({ a, op, b, result }: Operation, check: Operation): boolean {
  const states = (x: number, sign: string, y: number, z: number): boolean =>
    keyOf(check) === keyOf({ ...check, a: x, op: sign, b: y }) && check.result === z;
  if (op === "+") return states(result, "-", b, a) || states(result, "-", a, b);
  if (op === "*") return states(result, "/", b, a) || states(result, "/", a, b);
  if (op === "-") return states(result, "+", b, a);
  if (op === "/") return states(result, "*", b, a);
  return false;
}

/**
 * Whether an earlier result r is an operand of the last operation, and either that is r * y with r a factor of the
 * target other than 1 and itself (hit or miss: the factor was made), or r + y, r - y or y - r that hits the target.
 */
function hasSubGoal(path: readonly Operation[], target: number): boolean {
  const last = path.at(-1)!;
  return path.slice(0, -1).some(({ result }) => {
    if (result !== last.a && result !== last.b) return false;
    if (last.op === "*") return result > 1 && result < target && target % result === 0;
    return (last.op === "+" || last.op === "-") && !isWrong(last) && last.result === target;
  });
}

/** Whether both operands of the last operation are results of two different operations, neither using the other. */
function joinsParts(path: readonly Operation[]): boolean {
  const last = path.at(-1)!;
  const earlier = path.slice(0, -1);
  return earlier.some((x, i) =>
    earlier.some((y, j) => {
      if (i === j || x.result !== last.a || y.result !== last.b) return false;
      const [first, second] = i < j ? [x, y] : [y, x];
      return second.a !== first.result && second.b !== first.result;
    }),
  );
}

function solves(path: readonly Operation[], complete: number, target: number): boolean {
  return (
    path.length === complete && path.every((operation) => operation.fault === null) && path.at(-1)?.result === target
  );
}
