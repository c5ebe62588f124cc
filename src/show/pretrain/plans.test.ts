import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { SHIPPED } from "../../model/open.ts";
import { calculationOf } from "../../tasks/arithmetic/calculation.ts";
import { PERFECT, writeChain } from "../../tasks/arithmetic/writer.ts";
import type { SampledChain } from "../job/measuring.ts";
import { passesGate } from "./gate.ts";
import { BASE_TASK_NAMES } from "./names.ts";
import { basePlan } from "./plans.ts";

for (const name of BASE_TASK_NAMES) {
  test(`${name}: texts fit the model, and what ships is of the plan`, async () => {
    const { task, shape, pretrain } = basePlan(name);
    assert.equal(shape.vocabSize, task.tokenizer.vocabSize);
    const texts = task.texts(new Rng(1), 0).take(200).toArray();
    assert.ok(texts.every(({ tokens, promptTokens }) => tokens.length <= shape.maxPositions && promptTokens >= 1));
    assert.deepEqual(task.texts(new Rng(1), 0).take(200).toArray(), texts);
    const shipped = await readCheckpoint(SHIPPED[name === "countdown" ? "base" : name]);
    assert.deepEqual(shipped.config, shape);
    assert.deepEqual(shipped.tokenizer.words, task.tokenizer.words);
    assert.equal(shipped.metadata["step"], String(pretrain.steps));
  });
}

test("the gate of arithmetic: work without mistakes is too good, a place that is wrong counts", () => {
  const { task } = basePlan("arithmetic");
  const chainOf = (text: string, i: number): SampledChain => {
    const usage = { promptTokens: 1, completionTokens: 1 };
    return { problem: problems[i] as SampledChain["problem"], completion: { text, finish: "end", usage } };
  };
  const problems = task.heldOut(20);
  const perfect = problems.map((problem) => {
    const calculation = calculationOf(problem);
    assert.ok(calculation !== null);
    return writeChain(calculation, new Rng(1), PERFECT);
  });
  const gate = task.gateOf(perfect.map(chainOf));
  assert.deepEqual(gate, { format: 1, operations: 1 });
  assert.ok(!passesGate({ ...gate, passAt1: 1 }, task.thresholds));
  const slips = perfect.map((chain) => chain.replace(/=(\d) /, (_, d: string) => `=${(Number(d) + 1) % 10} `));
  const { operations } = task.gateOf(slips.map(chainOf));
  assert.ok(operations < 1 && operations > 0.2);
  assert.equal(task.gateOf([chainOf("back:0", 0)]).format, 0);
});
