import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeFlops, forwardFlops } from "../core/flops.ts";
import { Rng } from "../core/rng.ts";
import {
  accuracies,
  type ChainRecord,
  cutAt,
  groupFlops,
  type ProblemChains,
  summarise,
  summariseBy,
} from "./chains.ts";

const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
const chain = (tokens: number, solvedAt: number | null): ChainRecord => ({
  correct: solvedAt !== null,
  answer: solvedAt === null ? null : "a",
  tokens,
  promptTokens: 6,
  solvedAt,
});
const ask = (id: string, chains: readonly ChainRecord[], n = "3"): ProblemChains => ({
  problem: { id, tags: { n } },
  chains,
});
const [right, wrong] = [chain(10, 10), chain(10, null)];

describe("chains", () => {
  test("a chain's FLOPs are those of its prompt and of each token at its place; a group shares the prompt", () => {
    let byToken = forwardFlops(shape, 0, 6);
    for (let position = 6; position < 16; position++) byToken += decodeFlops(shape, position);
    assert.equal(groupFlops(shape, 6, [10]), byToken);
    assert.equal(groupFlops(shape, 6, [10, 10]), 2 * byToken - forwardFlops(shape, 0, 6));
    assert.equal(groupFlops(shape, 6, []), forwardFlops(shape, 0, 6));
  });

  test("a cut keeps what was solved in time and spends no more than the budget", () => {
    const problems = [ask("p", [chain(10, 10), chain(40, 40), chain(4, null), chain(100, null)])];
    const at = (budget?: number) => {
      const { accuracy, tokens, flops } = cutAt(problems, shape, budget);
      return [accuracy[0], tokens[0], flops[0]];
    };
    const meanFlops = (lengths: number[]) =>
      lengths.reduce((sum, length) => sum + 0.25 * groupFlops(shape, 6, [length]), 0);
    assert.deepEqual(at(9), [0, (9 + 9 + 4 + 9) / 4, meanFlops([9, 9, 4, 9])]);
    assert.deepEqual(at(10), [0.25, (10 + 10 + 4 + 10) / 4, meanFlops([10, 10, 4, 10])]);
    assert.deepEqual(at(40), [0.5, (10 + 40 + 4 + 40) / 4, meanFlops([10, 40, 4, 40])]);
    assert.deepEqual(at(), [0.5, (10 + 40 + 4 + 100) / 4, meanFlops([10, 40, 4, 100])]);
  });

  test("pass@1 is a mean of problems, not of chains", () => {
    const problems = [ask("p", [right, wrong, wrong, wrong]), ask("q", [right])];
    assert.deepEqual([...accuracies(problems)], [0.25, 1]);
    const { passAt1, ci, n } = summarise(problems, { rng: new Rng(1) });
    assert.equal(passAt1, 0.625);
    assert.deepEqual(ci, [0.25, 1]);
    assert.equal(n, 2);
  });

  test("by tag, in numeric order, problems without it left out", () => {
    const untagged: ProblemChains = { problem: { id: "u" }, chains: [wrong] };
    const problems = [ask("p", [right], "10"), ask("q", [wrong], "4"), ask("r", [right], "4"), untagged];
    const by = summariseBy(problems, "n", { rng: new Rng(1) });
    // Objects list whole-number keys in ascending order.
    assert.deepEqual(
      Object.entries(by).map(([n, each]) => [n, each.passAt1, each.n]),
      [
        ["4", 0.5, 2],
        ["10", 1, 1],
      ],
    );
    assert.deepEqual(summariseBy(problems, "absent", { rng: new Rng(1) }), {});
  });

  test("stratified intervals are no wider where strata differ", () => {
    const problems = Array.from({ length: 60 }, (_, i) => ask(`${i}`, [i % 2 ? right : wrong], i % 2 ? "3" : "4"));
    assert.deepEqual(summarise(problems, { rng: new Rng(1), stratifyBy: "n" }).ci, [0.5, 0.5]);
    const { ci } = summarise(problems, { rng: new Rng(1) });
    assert.ok(ci[0] < 0.42 && ci[1] > 0.58);
  });

  test("a contradiction is refused, with the chain it is in", () => {
    const bad = [
      { ...right, solvedAt: 11 },
      { ...right, correct: false },
      { ...wrong, correct: true },
      { ...wrong, tokens: -1 },
    ];
    for (const each of bad) {
      assert.throws(
        () => summarise([ask("p", [right, each])], { rng: new Rng(1) }),
        /chain 1 of problem p contradicts/,
      );
    }
    assert.throws(() => cutAt([ask("p", [])], shape), /problem p has no scored chain/);
  });
});
