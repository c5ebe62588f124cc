/** A report from hand-made measurements: what is put where, and what is missing. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ScriptedModel } from "../../model/scripted.ts";
import { problemOf } from "../../tasks/countdown/puzzle.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import { sampleChains, tallyBehaviours, toRecords } from "../job/measuring.ts";
import { BASE_SHAPE } from "../pretrain/base-model.ts";
import { gateOf } from "../pretrain/gate.ts";
import { assembleReport, type ReportInput } from "./assemble.ts";
import { type Measurement, runStateSchema } from "./run-state.ts";

const PROBLEMS = [
  [4, 5, 2, 22],
  [1, 2, 3, 10],
  [4, 4, 2, 18],
  [9, 3, 7, 10],
].map(([a, b, c, target]) => problemOf({ numbers: [a, b, c] as number[], target: target as number }));
const RIGHT = new Map(
  [
    "4 * 5 =20 20 + 2 =22 solved",
    "1 + 2 =3 3 * 3 =9 give-up",
    "4 * 4 =16 16 + 2 =18 solved",
    "9 / 3 =3 3 + 7 =10 solved",
  ].map((text, i) => [PROBLEMS[i]?.prompt as string, text]),
);

/** Two chains a problem by a model that solves the first `solved` problems, where it can, and gives up on the others. */
async function measurement(solved: number): Promise<Measurement> {
  const known = new Set(PROBLEMS.slice(0, solved).map(({ prompt }) => prompt));
  const script = ({ prompt }: { prompt: string }) => (known.has(prompt) ? (RIGHT.get(prompt) as string) : "give-up");
  const model = new ScriptedModel(script, { ends: ["solved", "give-up"] });
  const chains = await sampleChains(model, PROBLEMS, { samples: 2, maxTokens: 64, seed: 1 });
  const first = chains.filter((_, i) => i % 2 === 0);
  return {
    problems: toRecords(chains),
    tallies: tallyBehaviours(chains),
    gate: gateOf(chains),
    shown: first.map(({ problem, completion: { text, usage } }) => {
      const { status, reason } = judge(problem, text);
      return { problem: problem.prompt, chain: { text, verdict: status, reason, tokens: usage.completionTokens } };
    }),
  };
}

const DIAGNOSTICS = {
  ...{ flops: 100, reward: 0.5, useful: 0.25, entropy: 0.4, meanTokens: 20 },
  ...{ truncated: 0, kl: null, gradNorm: 1.5, clipped: 0.125 },
};

async function input(baseSolves: number, finalSolves: number): Promise<ReportInput> {
  const [base, final] = [await measurement(baseSolves), await measurement(finalSolves)];
  const point = { type: "eval" as const, ci: [0, 1] as [number, number], n: 4, byN: {}, behaviours: {}, shown: [] };
  return {
    shape: BASE_SHAPE,
    preset: { parallel: { samples: 2, maxTokens: 48 }, forced: { samples: 2, maxTokens: 64 }, corpusTexts: 20 },
    seed: 3,
    config: { any: "thing" },
    versions: { mull: "0.0.0" },
    wallSeconds: 1,
    command: "mull reproduce --seed 3",
    evaluations: [
      { ...point, step: 0, flops: 0, passAt1: 0.25 },
      { ...point, step: 5, flops: 100, passAt1: 0.75 },
    ],
    steps: [{ type: "step", step: 5, steps: 5, ...DIAGNOSTICS, loss: null, lossTokens: 9, seconds: 2 }],
    measured: {
      "base.chains": base,
      "base.samples": base,
      "base.forced": base,
      "base.unseen": base,
      "final.chains": final,
      "final.samples": final,
      "final.forced": final,
      "final.unseen": final,
    },
  };
}

describe("the report", () => {
  test("puts each measurement in its place", async () => {
    // The second problem's chain ends in giving up, so of four problems three can be solved.
    const report = assembleReport(await input(1, 4));
    assert.deepEqual([report.base.passAt1, report.final.passAt1], [0.25, 0.75]);
    assert.deepEqual([report.base.n, report.final.byN["3"]?.n, report.final.unseenTargets.n], [4, 4, 4]);
    assert.deepEqual(
      report.train.map(({ step, passAt1 }) => [step, passAt1]),
      [
        [0, 0.25],
        [5, 0.75],
      ],
    );
    assert.deepEqual([...new Set(report.test.samples.map(({ maxTokens }) => maxTokens))], [48]);
    assert.equal(report.control.gain, 0.5);
    assert.deepEqual(report.gate, { format: 1, operations: 1, passAt1: 0.25, passed: true });
    assert.deepEqual(report.diagnostics, [{ step: 5, ...DIAGNOSTICS }]);
    assert.deepEqual([report.seed, report.wallSeconds, report.config], [3, 1, { any: "thing" }]);
    assert.equal(report.behaviours["giving up"]?.base, 0.75);
    assert.equal(report.behaviours["giving up"]?.final, 0.25);
  });

  test("is the same from the same measurements", async () => {
    assert.deepEqual(assembleReport(await input(1, 4)), assembleReport(await input(1, 4)));
  });

  test("shows first what was learnt", async () => {
    const { examples } = assembleReport(await input(1, 4));
    assert.deepEqual(
      examples.map(({ problem }) => problem),
      [2, 3, 0, 1].map((i) => PROBLEMS[i]?.prompt),
    );
    assert.deepEqual([examples[0]?.base.verdict, examples[0]?.final.verdict], ["wrong", "correct"]);
  });

  test("a base that is too weak or too strong does not pass the gate", async () => {
    for (const [solved, passed] of [
      [0, false],
      [1, true],
      [3, false],
    ] as const) {
      assert.equal(assembleReport(await input(solved, 4)).gate.passed, passed, `${solved} solved`);
    }
  });

  test("names a measurement that is missing", async () => {
    const whole = await input(1, 4);
    const { "final.unseen": _, ...measured } = whole.measured;
    assert.throws(() => assembleReport({ ...whole, measured }), {
      code: "store",
      message: "the run lacks the measurement final.unseen",
    });
  });
});

test("a run's state comes back from JSON as it was saved", async () => {
  const { measured } = await input(1, 4);
  const shown = measured["base.chains"]?.shown ?? [];
  const state = { step: 5, flops: 1e15 + 0.5, wallSeconds: 1.25, baseChains: shown, measured };
  assert.deepEqual(runStateSchema.parse(JSON.parse(JSON.stringify(state))), state);
  assert.equal(runStateSchema.safeParse({ ...state, step: -1 }).success, false);
});
