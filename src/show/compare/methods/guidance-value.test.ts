/** What `guidance-value` saves is all that its next step depends on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../../core/rng.ts";
import { Engine, newOptimizerState } from "../../../engine/engine.ts";
import { parameterCount, parameterLayout, type TransformerConfig } from "../../../engine/transformer.ts";
import { TOY_SHAPE } from "../../../learn/fixtures/toy.ts";
import type { LearnProgress, LearnStep } from "../../../learn/learn-step.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { CountdownTask } from "../../../tasks/countdown/task.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { MethodRun, Trained } from "../method.ts";
import { GUIDANCE_VALUE } from "./guidance-value.ts";

const config: TransformerConfig = { ...TOY_SHAPE, vocabSize: countdownTokenizer.words.length, maxPositions: 512 };

/** Of a transformer that writes words without sense. */
function tinyWeights(): Float32Array {
  const rng = new Rng(3);
  const flat = new Float32Array(parameterCount(config));
  for (const { offset, size, decay } of parameterLayout(config)) {
    for (let i = offset; i < offset + size; i++) flat[i] = decay ? 0.2 * rng.normal() : 1;
  }
  return flat;
}

class Training implements AsyncDisposable {
  readonly run: MethodRun;
  /** What a cell saves. */
  readonly trained: Readonly<Record<string, Trained>>;

  constructor() {
    const parameters = tinyWeights();
    const engine = new Engine(config, parameters.slice(), { threads: 1 });
    const policy = { engine, optimizer: newOptimizerState(parameters.length) };
    const task = new CountdownTask();
    const learner = { ...policy, model: new EmbeddedModel(engine, countdownTokenizer), verifier: task.verifier };
    const base = { config, parameters, digest: "" };
    const knobs = { batch: 1, "max-tokens": 16 };
    const run = GUIDANCE_VALUE.start?.({ learner, task, base, threads: 1, rng: new Rng(1), knobs, state: null });
    assert.ok(run !== undefined);
    this.run = run;
    this.trained = { ...run.beside, policy };
  }

  /** Steps until the one of number `last`. */
  async *until(last: number, from: LearnProgress = { step: 0, flops: 0 }): AsyncGenerator<LearnStep> {
    const task = new CountdownTask();
    const problems = (step: number) => [...task.problems("train", new Rng(9).split(step)).take(1)];
    for await (const step of this.run.learn(problems, new Rng(2), from, new AbortController().signal)) {
      yield step;
      if (step.step === last) return;
    }
  }

  snapshot(): Record<string, unknown> {
    return structuredClone(
      Object.fromEntries(
        Object.entries(this.trained).map(([name, { engine, optimizer }]) => {
          return [name, { parameters: engine.parameters.slice(), optimizer }];
        }),
      ),
    );
  }

  restore(saved: ReturnType<Training["snapshot"]>): void {
    for (const [name, { engine, optimizer }] of Object.entries(this.trained)) {
      const own = saved[name] as { parameters: Float32Array; optimizer: Trained["optimizer"] };
      engine.setParameters(own.parameters);
      optimizer.mean.set(own.optimizer.mean);
      optimizer.variance.set(own.optimizer.variance);
      optimizer.step = own.optimizer.step;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { engine } of Object.values(this.trained)) await engine.close();
  }
}

test("stopped between steps 2 and 3, it goes on with the weights of policy and value that would have come", async () => {
  await using whole = new Training();
  const steps: LearnStep[] = [];
  let saved: ReturnType<Training["snapshot"]> = {};
  const began = whole.snapshot();
  for await (const step of whole.until(3)) {
    steps.push(step);
    if (step.step === 2) saved = whole.snapshot();
  }
  assert.notDeepEqual(saved["value"], began["value"], "the value has learnt");
  assert.notDeepEqual(saved["policy"], began["policy"], "the policy has learnt");
  assert.notDeepEqual(whole.snapshot(), saved, "the third step changes something");

  await using again = new Training();
  again.restore(saved);
  const rest: LearnStep[] = [];
  for await (const step of again.until(3, steps[1])) rest.push(step);
  assert.deepEqual(rest, steps.slice(2));
  assert.deepEqual(again.snapshot(), whole.snapshot());
});
