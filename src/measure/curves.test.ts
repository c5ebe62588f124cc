import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { type ChainRecord, groupFlops, type ProblemChains } from "./chains.ts";
import { lengthCurve, sampleCurve, trainCurve } from "./curves.ts";

const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
const chain = (answer: string | null, correct: boolean, tokens: number, score?: number): ChainRecord => ({
  answer,
  correct,
  tokens,
  promptTokens: 6,
  solvedAt: correct ? tokens : null,
  ...(score === undefined ? {} : { score }),
});
const ask = (id: string, chains: readonly ChainRecord[]): ProblemChains => ({ problem: { id }, chains });
const options = (seed = 1) => ({ model: "base", shape, rng: new Rng(seed) });
const close = (actual: number | undefined, expected: number) =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) < 1e-9 * Math.max(1, expected),
    `${actual}, ${expected}`,
  );

const right = chain("a", true, 20);
const mistaken = chain("b", false, 30);
const silent = chain(null, false, 10);
const problems = [ask("p", [right, mistaken, mistaken, silent]), ask("q", [right, right, silent, silent])];

describe("sample curve", () => {
  test("pass@n and majority@n by hand", () => {
    const points = sampleCurve(problems, { ...options(), samples: [1, 2, 4] });
    const of = (strategy: string) => points.filter((p) => p.strategy === strategy).map((p) => p.accuracy);
    const [pass, majority] = [of("pass@n"), of("majority")];
    // p: one of four; q: two of four.
    close(pass[0], (1 / 4 + 1 / 2) / 2);
    close(pass[1], (1 / 2 + 5 / 6) / 2);
    close(pass[2], 1);
    // p, pairs: ab ab 1/2 each, a. 1, bb 0, b. b. 0: 2/6. q, pairs: all but ".." : 5/6. Fours: p is outvoted.
    close(majority[0], (1 / 4 + 1 / 2) / 2);
    close(majority[1], (2 / 6 + 5 / 6) / 2);
    close(majority[2], (0 + 1) / 2);
    for (const { ci, accuracy, problems: used } of points) {
      assert.ok(ci[0] <= accuracy && accuracy <= ci[1]);
      assert.equal(used, 2);
    }
  });

  test("FLOPs: one prompt and n chains of mean length, the same for every strategy", () => {
    const [one, two] = sampleCurve(problems, { ...options(), samples: [1, 2], strategies: ["majority"] });
    const prompt = groupFlops(shape, 6, []);
    const each = (lengths: number[]) =>
      lengths.reduce((sum, n) => sum + (groupFlops(shape, 6, [n]) - prompt) / lengths.length, 0);
    const mean = (each([20, 30, 30, 10]) + each([20, 20, 10, 10])) / 2;
    close(one?.flops, prompt + mean);
    close(two?.flops, prompt + 2 * mean);
  });

  test("a problem with too few chains is left out of that point, and a point without problems too", () => {
    const uneven = [...problems, ask("r", [right])];
    const points = sampleCurve(uneven, { ...options(), samples: [1, 4, 8], strategies: ["pass@n"] });
    assert.deepEqual(
      points.map(({ n, problems: used }) => [n, used]),
      [
        [1, 3],
        [4, 2],
      ],
    );
  });

  test("scored strategies need scores", () => {
    const scored = [ask("p", [chain("a", true, 9, 0.9), chain("b", false, 9, 0.5), chain("b", false, 9, 0.3)])];
    const strategies = ["weighted", "best-of-n"] as const;
    const points = sampleCurve(scored, { ...options(), samples: [3], strategies });
    assert.deepEqual(
      points.map((p) => [p.strategy, p.accuracy]),
      [
        ["weighted", 1],
        ["best-of-n", 1],
      ],
    );
    assert.throws(() => sampleCurve(problems, { ...options(), samples: [1], strategies }), /finite score/);
  });

  test("one seed gives one curve, whatever points are asked for beside", () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      ask(
        `${i}`,
        [0, 1, 2, 3, 4].map((j) => (j < (i * i) % 6 ? right : i % 3 ? silent : mistaken)),
      ),
    );
    const whole = sampleCurve(many, options());
    assert.deepEqual(sampleCurve(many, options()), whole);
    const alone = sampleCurve(many, { ...options(), samples: [2], strategies: ["majority"] });
    assert.deepEqual(
      alone,
      whole.filter((p) => p.n === 2 && p.strategy === "majority"),
    );
    assert.notDeepEqual(sampleCurve(many, options(2)), whole);
  });
});

describe("length curve", () => {
  const long = [
    ask("p", [chain("a", true, 33), chain("a", true, 100)]),
    ask("q", [chain(null, false, 8), chain("b", false, 128)]),
  ];

  test("by hand", () => {
    const points = lengthCurve(long, { ...options(), sampledTo: 128 });
    assert.deepEqual(
      points.map(({ maxTokens, accuracy, tokens }) => [maxTokens, accuracy, tokens]),
      [
        [32, 0, (32 + 32 + 8 + 32) / 4],
        [64, 0.25, (33 + 64 + 8 + 64) / 4],
        [128, 0.5, (33 + 100 + 8 + 128) / 4],
      ],
    );
    close(points[0]?.flops, (3 * groupFlops(shape, 6, [32]) + groupFlops(shape, 6, [8])) / 4);
  });

  test("never rises above what was sampled, and refuses to", () => {
    const asked = (budgets: number[], sampledTo: number) => () =>
      lengthCurve(long, { ...options(), sampledTo, budgets });
    assert.throws(asked([256], 128), /sampled up to 128 tokens, but a budget of 256 tokens was asked for/);
    assert.throws(asked([64], 100), /sampled up to 100 tokens, but a chain has 128 tokens/);
    const accuracies = lengthCurve(long, { ...options(), sampledTo: 128, budgets: [8, 32, 33, 34, 99, 100] });
    assert.deepEqual(
      accuracies.map((p) => p.accuracy),
      [0, 0, 0.25, 0.25, 0.25, 0.5],
    );
  });
});

test("train curve: one point for each evaluation, its own noise", () => {
  const many = Array.from({ length: 40 }, (_, i) => ask(`${i}`, [i % 4 ? silent : right]));
  const evaluations = [
    { step: 0, flops: 0, problems: many },
    { step: 10, flops: 1e9, problems: many },
  ];
  const points = trainCurve(evaluations, { rng: new Rng(1) });
  assert.deepEqual(
    points.map(({ step, flops, passAt1 }) => [step, flops, passAt1]),
    [
      [0, 0, 0.25],
      [10, 1e9, 0.25],
    ],
  );
  for (const { ci } of points) assert.ok(ci[0] > 0.09 && ci[0] < 0.2 && ci[1] > 0.32 && ci[1] < 0.42, `${ci}`);
  assert.deepEqual(trainCurve(evaluations.slice(1), { rng: new Rng(1) }), points.slice(1));
});
