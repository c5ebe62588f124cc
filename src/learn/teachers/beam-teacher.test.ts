/** Beams as teachers on the toy task: both learn, what the value is told, and that a run goes on as it would have. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verifier } from "../../core/interfaces.ts";
import { Rng } from "../../core/rng.ts";
import { correct, wrong } from "../../core/verdict.ts";
import { TOY_ADAMW, TOY_SHAPE, ToyModel, toyLearner, toyProblems, toyWeights } from "../fixtures/toy.ts";
import { type GuidanceStep, guidance, type ValueExample } from "../guidance.ts";
import { RewardModel, valueFunction } from "../reward/reward-model.ts";
import { type BeamOptions, beamTeacher } from "./beam-teacher.ts";

/** The digit and the end, so that a beam has two steps. */
const verifier: Verifier = {
  name: "the next digit, and the end",
  verify: async ({ prompt }, text) =>
    text === `${(Number(prompt) + 1) % 5} end` ? correct("as it should be") : wrong("something else"),
};

const AMOUNT = { steps: 3, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1 };
const TRAINING = { epochs: 2, batch: 8, optimizer: TOY_ADAMW };
const BEAMS: Omit<BeamOptions, "value"> = {
  format: { stop: [], maxTokens: 1, separator: " " },
  ended: (text) => text.endsWith("end"),
  n: 32,
  m: 4,
  maxSteps: 3,
  temperature: 2,
  maxTokens: 400,
  keep: 2,
  split: (text) => text.split(/(?= )/),
};

/** A policy and a value in training. */
class Pair implements AsyncDisposable {
  readonly learner = toyLearner({ verifier });
  readonly head = new RewardModel(
    { config: TOY_SHAPE, parameters: toyWeights(2) },
    {
      ...{ kind: "process", encode: ToyModel.prototype.encode, passes: 4, batch: 16 },
      optimizer: { ...TOY_ADAMW, learningRate: 0.02 },
    },
  );
  readonly told: ValueExample[] = [];

  async run(steps: number, from?: GuidanceStep, signal?: AbortSignal): Promise<GuidanceStep[]> {
    const value = valueFunction(this.head, (chain) => (chain === "" ? [""] : chain.split(/(?= )/)));
    const watched = {
      ...value,
      train: async (examples: readonly ValueExample[], rng: Rng) => {
        this.told.push(...examples);
        return (await value.train?.(examples, rng)) ?? { flops: 0 };
      },
    };
    const done: GuidanceStep[] = [];
    const options = { ...AMOUNT, ...TRAINING, steps, teacher: beamTeacher({ ...BEAMS, value: watched }) };
    for await (const step of guidance(this.learner, toyProblems(5), new Rng(5), options, from, signal)) {
      done.push(step);
    }
    return done;
  }

  get weights(): Float32Array[] {
    return [this.learner.engine, this.head.engine].map(({ parameters }) => parameters.slice());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.head.close();
    await this.learner[Symbol.asyncDispose]();
  }
}

test("beams are ahead of the policy, which learns from them; the value is told what became of prefixes", async () => {
  await using pair = new Pair();
  const steps = await pair.run(10);
  const late = steps.slice(-3).reduce((sum, { policy }) => sum + policy, 0) / 3;
  assert.ok((steps[0]?.policy ?? 1) < 0.1, "it begins knowing nothing");
  assert.ok(late > 0.3, `the policy ends at ${late}`);
  assert.ok(
    steps.reduce((sum, { search, policy }) => sum + search - policy, 0) / steps.length > 0.1,
    "the search is ahead in the mean",
  );
  assert.ok(pair.told.length > 20);
  let promising = 0;
  for (const { problem, text, value } of pair.told) {
    assert.ok(value >= 0 && value <= 1 && !text.endsWith("end"));
    const right = String((Number(problem.prompt) + 1) % 5);
    if (text === right && value > 0) promising++;
    if (text !== "" && text !== right)
      assert.equal(value, 0, `${problem.prompt} ${text}: nothing right can come of it`);
  }
  assert.ok(promising > 5, `${promising} beginnings from which a right end was found`);
});

test("an abort in the middle of a search is the signal's own reason", async () => {
  await using pair = new Pair();
  const controller = new AbortController();
  const reason = new Error("enough");
  let calls = 0;
  pair.learner.model.onSample = () => {
    if (++calls === 3) controller.abort(reason);
  };
  await assert.rejects(pair.run(1, undefined, controller.signal), (error) => error === reason);
});

test("going on from a step gives the weights that would have come; an abort trains nothing", async () => {
  await using whole = new Pair();
  const steps = await whole.run(2);
  await using broken = new Pair();
  const first = await broken.run(1);
  const before = broken.weights;
  await assert.rejects(broken.run(2, first[0], AbortSignal.abort(new Error("enough"))), /enough/);
  assert.deepEqual(broken.weights, before);
  assert.deepEqual([...first, ...(await broken.run(2, first[0]))], steps);
  assert.deepEqual(broken.weights, whole.weights);
});
