import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellCorrections } from "../cells/cell-state.ts";
import { everyProblem, type MadeUp, madeUpComparison, PROBLEMS } from "./fixtures/comparison.ts";
import { contrastOf, correctorsOf, recoveryRate, recoveryRow } from "./taught-correction.ts";

const STEP = [{ reward: 1 }];

/** Counts that are the same for every problem: a contrast then has no width. */
function cell(method: MadeUp["method"], missed: number, recovered: number, tokens: number, seed = 1): MadeUp {
  const counts = everyProblem({ attempted: 4, missed, recovered, tokens });
  return { method, seed, steps: method === "base" ? [] : STEP, recovery: [counts, counts] };
}

const close = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual as number) - expected) < 1e-12, `${actual} is not ${expected}`);

test("what is taught, what emerged, and what is neither", () => {
  const result = madeUpComparison([
    cell("stream", 2, 1, 90),
    cell("grpo", 2, 1, 90),
    cell("guidance", 2, 1, 90),
    cell("base", 2, 0, 9),
  ]);
  const origins = correctorsOf(result).map(({ standing: { name }, origin }) => [name, origin]);
  assert.deepEqual(Object.fromEntries(origins), { stream: "taught", grpo: "emerged", guidance: null, base: null });
});

test("a contender's row sums its seeds", () => {
  const [corrector] = correctorsOf(madeUpComparison([cell("grpo", 2, 1, 60), cell("grpo", 4, 1, 120, 2)]));
  assert.ok(corrector !== undefined);
  const row = recoveryRow(corrector);
  close(row?.first, 1 - 6 / 8);
  close(row?.recovered.value, 2 / 6);
  close(row?.tokens, 180 / 6);
  close(row?.perThousandTokens, (1000 * 2) / 180);
});

test("kinds are compared on the puzzles that both missed, each method with its chains", () => {
  const taught = cell("combination", 2, 1, 100);
  const emerged = cell("grpo", 4, 3, 100);
  const [counts] = emerged.recovery ?? [];
  const missed = counts?.missed.map((own, p) => (p < 10 ? 0 : own)) ?? []; // the first ten are never missed
  const recovered = counts?.recovered.map((own, p) => (p < 10 ? 0 : own)) ?? [];
  const tokens = counts?.tokens.map((own, p) => (p < 10 ? 0 : own)) ?? [];
  const hard = { attempted: counts?.attempted ?? [], missed, recovered, tokens };
  const result = madeUpComparison([taught, { ...emerged, recovery: [hard, hard] }]);
  const contrast = contrastOf(correctorsOf(result));
  assert.equal(contrast?.puzzles, PROBLEMS - 10);
  assert.deepEqual(contrast?.recovered, {
    taught: 0.5,
    emerged: 0.75,
    difference: { value: -0.25, ci: [-0.25, -0.25] },
  });
  close(contrast?.tokens.taught, 50);
  close(contrast?.tokens.emerged, 25);
  close(contrast?.perThousandTokens.difference.value, 10 - 30);
  assert.equal(contrast?.behaviours, null, "nothing was kept of them");
});

test("puzzles are what the interval of a difference comes from", () => {
  const taught = cell("stream", 2, 1, 100);
  const emerged = everyProblem({ attempted: 4, missed: 2, recovered: 0, tokens: 100 });
  const recovered = emerged.recovered.map((_, p) => (p % 2 === 0 ? 2 : 0)); // all or none, half in the mean
  const result = madeUpComparison([
    taught,
    { method: "ppo", steps: STEP, recovery: [emerged, { ...emerged, recovered }] },
  ]);
  const { value, ci } = contrastOf(correctorsOf(result))?.recovered.difference ?? { value: 1, ci: [1, 1] };
  assert.equal(value, 0);
  const half = 1.96 * Math.sqrt(0.25 / PROBLEMS); // of a mean of as many coin flips
  assert.ok(Math.abs(ci[0] + half) < 0.03 && Math.abs(ci[1] - half) < 0.03, `${ci}`);
});

test("rates of behaviours, per 100 operations of either kind", () => {
  const corrections = (backs: number): CellCorrections => {
    const row = (value: number): number[] => Array.from({ length: PROBLEMS }, () => value);
    const none = { "early abandonment": row(0), "error correction": row(0), verification: row(0) };
    return { operations: row(20), counts: { backtracking: row(backs), ...none } };
  };
  const result = madeUpComparison([
    { ...cell("combination", 2, 1, 90), corrections: corrections(4) },
    { ...cell("grpo", 2, 1, 90), corrections: corrections(1) },
  ]);
  const { taught, emerged, difference } = contrastOf(correctorsOf(result))?.behaviours?.backtracking ?? {};
  assert.deepEqual([taught, emerged, difference?.value, difference?.ci], [20, 5, 15, [15, 15]]);
});

test("nothing is compared where one kind is missing, was not kept, or missed too little", () => {
  const contrast = (cells: readonly MadeUp[]) => contrastOf(correctorsOf(madeUpComparison(cells)));
  assert.equal(contrast([cell("combination", 2, 1, 90)]), null);
  assert.equal(contrast([cell("combination", 2, 1, 90), { method: "grpo", steps: STEP }]), null);
  assert.equal(contrast([cell("combination", 2, 1, 90), cell("grpo", 0, 0, 0)]), null);
  assert.equal(recoveryRate([undefined]), null);
  assert.equal(recoveryRate([everyProblem({ attempted: 2, missed: 0, recovered: 0, tokens: 0 })]), null);
});
