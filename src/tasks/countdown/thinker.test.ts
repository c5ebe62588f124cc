import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { promptTokens } from "./corpus.ts";
import type { Puzzle } from "./puzzle.ts";
import { trainingPuzzles } from "./puzzles.ts";
import { Solver } from "./solver.ts";
import { MEDIOCRE, type Outcome, type ThinkerOptions, think } from "./thinker.ts";
import { type Chain, parseChain } from "./trace.ts";
import { countdownTokenizer } from "./vocabulary.ts";

const solver = new Solver();

type Trace = { puzzle: Puzzle; chain: Chain; text: string; outcome: Outcome; length: number };

function traces(count: number, changes: Partial<ThinkerOptions> = {}, sizes = { 3: 1, 4: 1 }): Trace[] {
  const options = { ...MEDIOCRE, ...changes };
  const rng = new Rng(5);
  return trainingPuzzles(new Rng(6), solver, sizes)
    .take(count)
    .map((puzzle) => {
      const tokens = promptTokens(puzzle);
      const start = tokens.length;
      const outcome = think(puzzle, rng, options, tokens);
      const text = countdownTokenizer.decode(tokens.slice(start));
      return { puzzle, chain: parseChain(puzzle, text), text, outcome, length: tokens.length };
    })
    .toArray();
}

const endless = { patience: [{ weight: 1, giveUp: 0 }] };
const shareOf = (list: Trace[], outcome: Outcome) =>
  list.filter((trace) => trace.outcome === outcome).length / list.length;

test("every trace can be read, stays within its length, and is legal but for its slips", () => {
  let operations = 0;
  let slips = 0;
  for (const { chain, outcome, text, length } of traces(3000)) {
    assert.equal(chain.end, outcome === "solved" || outcome === "false-success" ? "solved" : "give-up", text);
    assert.equal(chain.statistics.faults["not-left"] + chain.statistics.faults.forbidden, 0, text);
    assert.ok(length <= MEDIOCRE.maxTokens);
    operations += chain.statistics.operations;
    slips += chain.statistics.faults.arithmetic;
  }
  // A binomial share of .007 among some 30,000 operations has a standard error below .0005.
  assert.ok(Math.abs(slips / operations - MEDIOCRE.slip) < 0.002, `${slips} of ${operations}`);
});

test("the larger operand is written first, unless asked", () => {
  const first = (list: Trace[]) =>
    list.flatMap(({ chain }) =>
      chain.events.flatMap((e) => (e.kind === "operation" && e.op === "+" ? [e.a >= e.b] : [])),
    );
  assert.ok(first(traces(200)).every(Boolean));
  const swapped = first(traces(200, { swapped: 1 }));
  assert.ok(swapped.filter(Boolean).length < swapped.length / 2); // true for equal operands alone
});

test("a perfect eye sees every hit, a blind one only meets it", () => {
  const missed = ({ chain, puzzle }: Trace) => {
    let count = 0;
    let left = 0; // operations on the live path
    for (const [i, event] of chain.events.entries()) {
      const next = chain.events[i + 1];
      if (event.kind === "back") left = event.to;
      else if (event.kind === "operation") left++;
      if (left !== puzzle.numbers.length - 2 || next?.kind !== "operation") continue;
      const before = parseChain(puzzle, chainText(chain, i + 1)).left;
      if (solver.canReach(before, puzzle.target) && next.result !== puzzle.target) count++;
    }
    return count;
  };
  const chainText = ({ events }: Chain, end: number) =>
    events
      .slice(0, end)
      .map((e) =>
        e.kind === "operation" ? `${e.a} ${e.op} ${e.b} =${e.result}` : e.kind === "back" ? `back:${e.to}` : "",
      )
      .join(" ");
  assert.ok(traces(150, { eye: 1, slip: 0 }).every((trace) => missed(trace) === 0));
  assert.ok(traces(150, { eye: 0, slip: 0 }).some((trace) => missed(trace) > 0));
});

test("with full foresight no last operation misses", () => {
  for (const { chain, puzzle } of traces(200, { eye: 1, foresight: 1, slip: 0 })) {
    const depth = puzzle.numbers.length - 1;
    let left = 0;
    for (const event of chain.events) {
      if (event.kind === "back") left = event.to;
      else if (event.kind === "operation" && ++left === depth) assert.equal(event.result, puzzle.target);
    }
  }
});

test("a trace with memory repeats nothing and ends by solving; one without repeats", () => {
  const careful = traces(200, { memory: 1, slip: 0, ...endless, maxTokens: 1_000_000 });
  for (const { chain, outcome } of careful) {
    assert.equal(outcome, "solved");
    assert.equal(chain.statistics.repeats, 0);
  }
  assert.ok(traces(200, { memory: 0, ...endless }).some(({ chain }) => chain.statistics.repeats > 0));
});

test("patience decides how it ends", () => {
  const hasty = traces(500, { patience: [{ weight: 1, giveUp: 1 }] });
  for (const { chain } of hasty) assert.equal(chain.statistics.attempts, 1);
  assert.ok(shareOf(hasty, "cut") === 0);
  const patient = traces(300, { ...endless, maxTokens: 200 }, { 3: 0, 4: 1 });
  assert.equal(shareOf(patient, "gave-up"), 0);
  assert.ok(shareOf(patient, "cut") > 0.2);
  for (const { length } of patient) assert.ok(length <= 200);
});

test("it goes back to the given numbers as often as asked", () => {
  const backs = (list: Trace[]) =>
    list.flatMap(({ chain }) => chain.events.flatMap((e) => (e.kind === "back" ? [e.to] : [])));
  assert.ok(backs(traces(300, { restart: 1 })).every((to) => to === 0));
  const mixed = backs(traces(1000, { restart: 0 }, { 3: 0, 4: 1 }));
  assert.deepEqual(new Set(mixed), new Set([0, 1, 2]));
});

test("a puzzle of two numbers, with nothing to go back to", () => {
  const tokens: number[] = [];
  const outcome = think(
    { numbers: [1, 1], target: 50 },
    new Rng(1),
    { ...MEDIOCRE, ...endless, memory: 1, slip: 0 },
    tokens,
  );
  assert.equal(outcome, "gave-up");
});
