import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { problemOf } from "../../tasks/countdown/puzzle.ts";
import { solvabilityOf, stepsOf } from "../../tasks/countdown/solvability.ts";
import { Solver } from "../../tasks/countdown/solver.ts";
import { type Ballots, choosingOf, pressureOf, type ScoredChain, voteOf } from "./votes.ts";

const problem = problemOf({ numbers: [8, 3], target: 24 });

function scored(chain: string, scores: number[]): ScoredChain {
  const steps = stepsOf(chain);
  return { problem, steps, scores, truths: solvabilityOf(problem, steps, new Solver()) };
}

test("a chain claims what it says is solved, and reaches what its last whole attempt comes to", () => {
  const gaveUp = scored("8 * 3 =24 back:0 8 + 3 =11 give-up", [0.9, 0.2, 0.1]);
  assert.deepEqual(voteOf(gaveUp, "claimed"), { answer: null, correct: false, score: 0 });
  const reached = voteOf(gaveUp, "reached");
  assert.deepEqual([reached.correct, reached.score, reached.answer !== null], [false, 0.2, true]);
  const solved = scored("8 + 3 =11 back:0 8 * 3 =24 solved", [0.1, 0.8, 0.7]);
  assert.deepEqual(voteOf(solved, "claimed"), voteOf(solved, "reached"));
  assert.equal(voteOf(solved, "claimed").score, 0.8);
  assert.equal(voteOf(solved, "claimed", true).score, 0.7);
  assert.equal(voteOf(scored("8 +", [0.5]), "reached").answer, null);
});

test("weights help where scores know what votes do not, and the gain is taken problem by problem", () => {
  const votes = (good: number): Ballots =>
    Array.from({ length: 12 }, () => [
      { answer: "right", correct: true, score: good },
      { answer: "wrong", correct: false, score: 0.2 },
      { answer: "wrong", correct: false, score: 0.2 },
      { answer: null, correct: false, score: 0 },
    ]);
  const knows = choosingOf("reached", votes(0.9), 4, new Rng(1));
  assert.deepEqual([knows.majority.value, knows.weighted.value, knows.best.value, knows.ceiling.value], [0, 1, 1, 1]);
  assert.ok(knows.weightedGain.value === 1 && knows.weightedGain.ci[0] > 0);
  const fooled = choosingOf("reached", votes(0.1), 4, new Rng(1));
  assert.deepEqual([fooled.weighted.value, fooled.best.value], [0, 0]);
});

test("under pressure the score rises, and the truth falls where the scorer is fooled", () => {
  const ballots: Ballots = Array.from({ length: 10 }, () => [
    { answer: "right", correct: true, score: 0.6 },
    { answer: "right", correct: true, score: 0.6 },
    { answer: "right", correct: true, score: 0.6 },
    { answer: "trick", correct: false, score: 0.99 },
  ]);
  const points = pressureOf("reached", ballots, new Rng(1));
  assert.deepEqual(
    points.map(({ n }) => n),
    [1, 2, 4],
  );
  assert.deepEqual(
    points.map(({ truth }) => truth),
    [0.75, 0.5, 0],
  );
  assert.ok(Math.abs((points[0]?.proxy as number) - (3 * 0.6 + 0.99) / 4) < 1e-12);
  assert.equal(points[2]?.proxy, 0.99);
});
