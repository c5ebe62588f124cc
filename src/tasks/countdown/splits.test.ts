import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import type { Puzzle } from "./puzzle.ts";
import { heldOutPuzzles, multisets, trainingPuzzles } from "./puzzles.ts";
import { stateOf } from "./rules.ts";
import { Solver } from "./solver.ts";
import { isHeldOutMultiset, isHeldOutTarget, MAX_TARGET, MIN_TARGET, splitOf } from "./splits.ts";

const solver = new Solver();
const all = [...multisets(3), ...multisets(4)];
const targets = Array.from({ length: MAX_TARGET - MIN_TARGET + 1 }, (_, i) => MIN_TARGET + i);
const key = ({ numbers }: Puzzle) => stateOf(numbers).join(",");

test("about one multiset in ten is held out, and ten of the ninety targets", () => {
  assert.equal(all.length, 1540 + 8855); // C(22, 3) and C(23, 4)
  const share = all.filter(isHeldOutMultiset).length / all.length;
  assert.ok(share > 0.08 && share < 0.12, `${share}`);
  assert.equal(targets.filter(isHeldOutTarget).length, 10);
});

test("the splits are what they were when the shipped model was trained", () => {
  // A change here makes every trained checkpoint's held-out figures false.
  assert.deepEqual(targets.filter(isHeldOutTarget), [16, 25, 33, 34, 66, 84, 85, 89, 95, 96]);
  assert.deepEqual(all.filter(isHeldOutMultiset).slice(0, 4), [
    [1, 1, 17],
    [1, 2, 11],
    [1, 2, 16],
    [1, 2, 19],
  ]);
  assert.equal(all.filter(isHeldOutMultiset).length, 1117);
});

test("a split is a function of the multiset and the target, whatever the order", () => {
  const rng = new Rng(1);
  for (const state of all.slice(0, 300)) {
    for (const target of [10, 24, 57]) assert.equal(splitOf(rng.shuffle(state), target), splitOf(state, target));
  }
});

test("exhaustively: no held-out multiset or target is ever in training, and the held-out splits share no problem", () => {
  const heldOut = [...heldOutPuzzles("heldout", new Rng(1), solver)];
  const unseen = [...heldOutPuzzles("unseen-targets", new Rng(1), solver)];
  for (const { numbers, target } of heldOut) assert.equal(splitOf(numbers, target), "heldout");
  for (const { numbers, target } of unseen) assert.equal(splitOf(numbers, target), "unseen-targets");
  const heldOutMultisets = new Set([...heldOut, ...unseen].map(key));
  const unseenTargets = new Set(unseen.map(({ target }) => target));
  assert.deepEqual(unseenTargets, new Set(targets.filter(isHeldOutTarget)));
  for (const { target } of heldOut) assert.ok(!unseenTargets.has(target));
  // Every problem that training may draw is one of these.
  for (const state of all) {
    for (const target of targets) {
      if (splitOf(state, target) !== "train") continue;
      assert.ok(!heldOutMultisets.has(state.join(",")) && !unseenTargets.has(target));
    }
  }
  for (const { numbers, target } of trainingPuzzles(new Rng(2), solver).take(5000)) {
    assert.equal(splitOf(numbers, target), "train");
    assert.ok(solver.solvable(numbers, target));
  }
});

test("a held-out split holds every solvable problem of its kind exactly once", () => {
  for (const split of ["heldout", "unseen-targets"] as const) {
    const listed = [...heldOutPuzzles(split, new Rng(3), solver)].map((puzzle) => `${key(puzzle)}=${puzzle.target}`);
    const expected = all.flatMap((state) =>
      targets
        .filter((t) => splitOf(state, t) === split && solver.solvable(state, t))
        .map((t) => `${state.join(",")}=${t}`),
    );
    assert.equal(new Set(listed).size, listed.length);
    assert.deepEqual(new Set(listed), new Set(expected));
    assert.ok(listed.length >= 400);
  }
});

test("sizes are interleaved by their weights", () => {
  const sizesOf = (weights: Record<number, number>) =>
    heldOutPuzzles("heldout", new Rng(1), solver, weights)
      .take(400)
      .map(({ numbers }) => numbers.length)
      .toArray();
  assert.equal(sizesOf({ 3: 0.5, 4: 0.5 }).filter((n) => n === 3).length, 200);
  assert.equal(sizesOf({ 3: 1, 4: 3 }).filter((n) => n === 3).length, 100);
  assert.deepEqual(new Set(sizesOf({ 4: 1 })), new Set([4]));
  assert.deepEqual(new Set(sizesOf({ 5: 1 })), new Set([5]));
  const drawn = trainingPuzzles(new Rng(1), solver).take(4000).toArray();
  const threes = drawn.filter(({ numbers }) => numbers.length === 3).length / drawn.length;
  assert.ok(Math.abs(threes - 0.5) < 0.04, `${threes}`); // five standard errors
  for (const sizes of [{}, { 6: 1 }, { 3: -1, 4: 2 }, { 3: 0, 4: 0 }, { 3: Number.NaN }]) {
    assert.throws(() => trainingPuzzles(new Rng(1), solver, sizes).next(), { code: "input" });
  }
});

test("a prefix of a held-out split has the distribution that training draws from", () => {
  // Multisets with a repeated number have fewer orders, so draws hold fewer of them than a list of multisets does.
  const repeats = (puzzles: Puzzle[]) =>
    puzzles.filter(({ numbers }) => new Set(numbers).size < numbers.length).length / puzzles.length;
  const sizes = { 4: 1 };
  const trained = repeats(trainingPuzzles(new Rng(1), solver, sizes).take(4000).toArray());
  const heldOut = repeats(heldOutPuzzles("heldout", new Rng(1), solver, sizes).take(1000).toArray());
  const listed = repeats([...heldOutPuzzles("heldout", new Rng(1), solver, sizes)]);
  assert.ok(Math.abs(heldOut - trained) < 0.07, `${heldOut} against ${trained}`);
  assert.ok(listed > heldOut + 0.07, `${listed} against ${heldOut}`);
});
