import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT } from "../report/palette.ts";
import { accuracyPanel, collapsePanel, improveFigure } from "./figure.ts";
import { type ImproveResult, improveResultSchema, resultOf } from "./improve-result.ts";
import type { GenerationRecord, ImprovePoint, ImproveState, Measured } from "./improve-state.ts";
import { countdownLoop } from "./improve-task.ts";
import { improveHtml } from "./page.ts";
import { IMPROVE_PRESETS } from "./presets.ts";
import { findings, headline } from "./story.ts";

const N = 40;

/** The first `right` of N problems are right. */
function measured(right: number): Measured {
  const byProblem = Array.from({ length: N }, (_, i) => (i < right ? 1 : 0));
  return { accuracy: right / N, ci: [0, 1], n: N, byProblem, tokens: 100 };
}

function point(generation: number, right: readonly [number, number, number]): ImprovePoint {
  const difficulties = [3, 4, 5].map((difficulty, i) => {
    return {
      difficulty,
      policy: measured(right[i] as number),
      search: measured(Math.min(N, (right[i] as number) + 4)),
    };
  });
  return { generation, flops: generation * 1e12, parameters: 1000, model: `m${generation}`, difficulties };
}

function made(count: number, frontier: number, warnings: string[] = []): GenerationRecord {
  const asked = [3, 4, 5]
    .filter((n) => n <= frontier)
    .map((difficulty) => {
      return { difficulty, problems: 10, policy: 0.2, search: 0.7, kept: 7 };
    });
  const diversity = { distinctChains: 0.9, answersPerProblem: 1.2, entropy: 0.6 / count };
  const told = { diversity, kept: 7, keptTokens: 90, chains: 30, policyTokens: 80, searchTokens: 900, kl: 0.01 };
  return {
    generation: count,
    frontier,
    next: Math.min(5, frontier + 1),
    flops: count * 1e12,
    seconds: 9,
    asked,
    model: "m",
    warnings,
    ...told,
  };
}

const STATE: ImproveState = {
  generations: [made(1, 3), made(2, 4), made(3, 5, ["<script>alert(1)</script>"])],
  points: [point(0, [10, 4, 0]), point(1, [20, 10, 0]), point(2, [26, 14, 0]), point(3, [12, 14, 8])],
  seconds: 60,
  done: true,
};

function result(): ImproveResult {
  const asked = {
    task: countdownLoop(),
    preset: IMPROVE_PRESETS.quick,
    search: "restate",
    distil: "same",
    seed: 1,
    upTo: 5,
  } as const;
  return resultOf(asked, STATE, { mull: "0" });
}

test("gains are paired over the same problems, against the first generation and the base", () => {
  const [three, four, five] = result().gains;
  assert.deepEqual([three?.overFirst.points, three?.overBase.points], [-0.2, 0.05]);
  assert.deepEqual([four?.askedFrom, four?.inBase, five?.askedFrom, five?.inBase], [2, true, 3, false]);
  assert.equal(five?.overFirst.points, 0.2);
  assert.ok((five?.overFirst.ci[0] ?? 0) > 0);
});

test("what was lost from one generation to the next is warned about, beside what the generations warned of", () => {
  const { warnings } = result();
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] as string, /^generation 3: <script>/);
  assert.match(warnings[1] as string, /^generation 3: at difficulty 3 35\.0 points were lost/);
});

test("it is told in sentences: the difficulty that the base corpus has not comes first", () => {
  assert.equal(headline(result()), "5 numbers: from 0.0% to 20.0% in 3 generations");
  const [three, , five, added] = findings(result());
  assert.match(three as string, /the last generation is worse than the first/);
  assert.match(
    five as string,
    /the base corpus has none of these; asked from generation 3 on\): the last generation beats the first/,
  );
  assert.match(added as string, /What search adds/);
});

test("page and figure show every difficulty, and text from outside stays text", () => {
  const checked = improveResultSchema.parse(JSON.parse(JSON.stringify(result())));
  assert.deepEqual(checked, result());
  const options = { palette: LIGHT, width: 600, height: 400 };
  assert.equal(
    accuracyPanel(checked, options).label,
    "Accuracy by generation: 3 numbers 25.0% to 30.0%; 4 numbers 10.0% to 35.0%; 5 numbers 0.0% to 20.0%.",
  );
  assert.match(collapsePanel(checked, options).label, /entropy 33% of the first generation's/);
  assert.equal(improveFigure(checked), improveFigure(checked));
  const page = improveHtml(checked);
  assert.ok(!page.includes("<script>alert"));
  assert.ok(page.includes("&lt;script&gt;alert(1)"));
});
