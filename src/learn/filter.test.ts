/** Filtering on a toy task: what is kept, what is trained on, and that it learns. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verifier } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { unscored, type Verdict } from "../core/verdict.ts";
import type { Rollout } from "./chains/rollouts.ts";
import { distinctCorrect, type FilterOptions, filter } from "./filter.ts";
import { collect, collectUntilThrown } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems, toyVerifier } from "./fixtures/toy.ts";
import type { LearnStep } from "./learn-step.ts";
import { CROSS_ENTROPY, supervised } from "./pretrain.ts";

const OPTIONS: FilterOptions = {
  steps: 1,
  problemsPerStep: 5,
  samples: 16,
  maxTokens: 2,
  temperature: 1,
  keep: 3,
  epochs: 1,
  batch: 1000,
  optimizer: TOY_ADAMW,
};

describe("what is kept of a group", () => {
  const rollout = (text: string, status: Verdict["status"]): Rollout => ({
    problem: { id: "p", prompt: "1" },
    completion: { text, finish: "end", usage: { promptTokens: 2, completionTokens: 1 } },
    verdict:
      status === "unscored" ? { status, reason: "" } : { status, reason: "", score: status === "correct" ? 1 : 0 },
  });
  const group = [
    rollout("a", "wrong"),
    rollout("b", "correct"),
    rollout("c", "unscored"),
    rollout("b", "correct"),
    rollout("d", "correct"),
    rollout("e", "correct"),
  ];
  const texts = (keep: number): string[] => distinctCorrect(group, keep).map((r) => r.completion.text);

  test("the first correct chains, each text once, up to so many", () => {
    assert.deepEqual(texts(2), ["b", "d"]);
    assert.deepEqual(texts(9), ["b", "d", "e"]);
    assert.deepEqual(texts(0), []);
    assert.deepEqual(distinctCorrect([], 2), []);
  });
});

describe("a step", () => {
  test("is one pass of cross-entropy over what was kept, to the last bit", async () => {
    await using learner = toyLearner();
    const [step] = await collect(filter(learner, toyProblems(5), new Rng(4), OPTIONS));
    const { groups, lossTokens } = step as LearnStep;
    const right = groups.flat().filter((r) => r.verdict.status === "correct").length;
    const kept = groups.flatMap((group) => distinctCorrect(group, 3));
    assert.ok(kept.length > 1 && kept.length < right, `${kept.length} of ${right}`);

    await using second = toyLearner();
    const texts = kept.map(({ problem, completion: { tokens = [] } }) => {
      return { tokens: [...learner.model.encode(problem.prompt), ...tokens], promptTokens: 2 };
    });
    // The order of a pass is drawn; in one batch it decides nothing but the order of a sum.
    const { gradient } = await second.engine.gradient(
      supervised(new Rng(4).split(1).split("epoch", 0).shuffle(texts)),
      CROSS_ENTROPY,
    );
    await second.engine.update(gradient, second.optimizer, OPTIONS.optimizer);
    assert.deepEqual(learner.engine.parameters, second.engine.parameters);
    assert.equal(
      lossTokens,
      texts.reduce((n, { tokens }) => n + tokens.length - 2, 0),
    );
  });

  test("where nothing is correct nothing is trained on; unscored chains are counted", async () => {
    const verifier: Verifier = { name: "silent", verify: async () => unscored("no opinion") };
    await using learner = toyLearner({ verifier });
    const before = learner.engine.parameters.slice();
    const [step] = await collect(filter(learner, toyProblems(5), new Rng(4), OPTIONS));
    assert.deepEqual(
      [step?.unscored, step?.reward, step?.useful, step?.lossTokens, step?.meanTokens, step?.gradientNorm],
      [80, 0, 0, 0, 0, null],
    );
    assert.deepEqual(learner.engine.parameters, before);
    assert.equal(learner.optimizer.step, 0);
  });

  test("goes over what was kept so many times, so many chains an update", async () => {
    await using learner = toyLearner();
    const [step] = await collect(filter(learner, toyProblems(5), new Rng(4), { ...OPTIONS, epochs: 3, batch: 2 }));
    const kept = (step as LearnStep).groups.flatMap((group) => distinctCorrect(group, 3)).length;
    assert.equal(learner.optimizer.step, 3 * Math.ceil(kept / 2));
  });
});

const LEARNING: FilterOptions = { ...OPTIONS, steps: 20, epochs: 2, batch: 8 };

test("it learns the toy task, and one seed gives one series, bit for bit", async () => {
  const series = async () => {
    await using learner = toyLearner({ threads: 2, slots: 3 });
    const steps = await collect(filter(learner, toyProblems(5), new Rng(1), LEARNING));
    return { steps, parameters: learner.engine.parameters.slice() };
  };
  const { steps, parameters } = await series();
  const [first, last] = [steps[0] as LearnStep, steps.at(-1) as LearnStep];
  assert.ok(first.reward < 0.35, `it begins near chance: ${first.reward}`);
  assert.ok(last.reward > 0.8, `it ends at ${last.reward}`);
  assert.ok(last.kl > 0.1 && Math.abs(first.kl) < 1e-6);
  assert.deepEqual(await series(), { steps, parameters });
});

test("going on from a step gives the steps that would have come", async () => {
  await using whole = toyLearner();
  const steps = await collect(filter(whole, toyProblems(5), new Rng(1), { ...LEARNING, steps: 4 }));
  await using broken = toyLearner();
  const first = await collect(filter(broken, toyProblems(5), new Rng(1), { ...LEARNING, steps: 2 }));
  const rest = await collect(filter(broken, toyProblems(5), new Rng(1), { ...LEARNING, steps: 4 }, first.at(-1)));
  assert.deepEqual([...first, ...rest], steps);
  assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
});

test("stopped while chains are written, it leaves weights and optimizer of the last finished step", async () => {
  await using learner = toyLearner();
  const controller = new AbortController();
  let calls = 0;
  learner.model.onSample = () => {
    if (++calls === 3) controller.abort();
  };
  let saved: unknown;
  const learn = filter(learner, toyProblems(5), new Rng(1), LEARNING, undefined, controller.signal);
  const { steps, error } = await collectUntilThrown(learn, () => {
    saved = { parameters: learner.engine.parameters.slice(), optimizer: structuredClone(learner.optimizer) };
  });
  assert.equal(error, controller.signal.reason);
  assert.equal(steps.length, 2);
  assert.deepEqual({ parameters: learner.engine.parameters, optimizer: learner.optimizer }, saved);
});

test("the verifier of the toy task", async () => {
  const verdict = async (prompt: string, text: string) => (await toyVerifier.verify({ id: "p", prompt }, text)).status;
  assert.deepEqual(
    [await verdict("1", "2 end"), await verdict("4", "0"), await verdict("1", "1 2"), await verdict("1", "end")],
    ["correct", "correct", "wrong", "wrong"],
  );
});
