import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { problemOf } from "./puzzle.ts";
import { COUNTDOWN_RESTATING, remainderOf, reopened } from "./remainder.ts";
import { CountdownTask } from "./task.ts";
import { MEDIOCRE, think } from "./thinker.ts";
import { judge } from "./verifier.ts";
import { countdownTokenizer } from "./vocabulary.ts";

const five = problemOf({ numbers: [3, 7, 2, 5, 4], target: 60 });

test("a first operation leaves the same target from one number fewer", () => {
  const left = remainderOf(five, "3 + 7 =10");
  assert.equal(left?.problem.prompt.split(" = ")[1], "60");
  assert.deepEqual((left?.problem.data as { numbers?: number[] } | undefined)?.numbers?.toSorted(), [10, 2, 4, 5]);
  for (const step of [
    "3 + 7 =11",
    "3 + 8 =11",
    "3 - 7 =-4",
    "back:0",
    "3 + 7",
    "3 + 7 =10 10 + 2 =12",
    "give-up",
    "",
  ]) {
    assert.equal(remainderOf(five, step), null, step);
  }
  assert.equal(remainderOf(problemOf({ numbers: [3, 8], target: 24 }), "8 * 3 =24"), null, "one number is no puzzle");
});

test("a chain that goes back further than the whole has words for is not composed", () => {
  const left = remainderOf(five, "3 + 7 =10");
  const solved = "10 + 2 =12 12 * 5 =60 60 - 4 =56";
  assert.ok(left?.compose(`${solved} back:2 60 + 4 =64`)?.includes("back:3"));
  assert.equal(left?.compose(`${solved} back:3 back:0`), null);
});

test("a chain on what is left is right exactly where the composed chain is right on the whole", () => {
  const rng = new Rng(5);
  let right = 0;
  for (const problem of new CountdownTask({ sizes: { 4: 1 } }).problems("train", rng).take(300)) {
    const [a, b] = (problem.data as { numbers: number[] }).numbers as [number, number];
    const left = remainderOf(problem, `${a} + ${b} =${a + b}`);
    if (left === null) continue;
    const { numbers, target } = left.problem.data as { numbers: number[]; target: number };
    const tokens: number[] = [];
    think({ numbers, target }, rng, { ...MEDIOCRE, maxTokens: 400 }, tokens);
    const chain = countdownTokenizer.decode(tokens);
    const [part, whole] = [judge(left.problem, chain), judge(problem, left.compose(chain) ?? "")];
    assert.equal(part.status, whole.status, chain);
    if (part.status === "correct") right++;
  }
  assert.ok(right > 3, `${right} right ones were compared`);
});

test("a failed attempt is opened again: its end and what is torn off go, errors are not handed on", () => {
  assert.equal(reopened(five, "3 + 7 =10 10 + 2 =12 back:1 5 - 4 =1 give-up"), "3 + 7 =10 10 + 2 =12 back:1 5 - 4 =1");
  assert.equal(reopened(five, "3 + 7 =10 10 +"), "3 + 7 =10");
  for (const attempt of ["3 + 7 =11 give-up", "3 + 7 =10 solved", "drill", "give-up", ""]) {
    assert.equal(reopened(five, attempt), null, attempt);
  }
  const again = `${reopened(five, "3 + 7 =10 give-up")}${COUNTDOWN_RESTATING.again}5 * 4 =20 7 - 3 =4 4 - 2 =2`;
  assert.equal(judge(five, `${again} give-up`).reason, "gave up after 2 attempts");
});
