import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../core/rng.ts";
import { correct, wrong } from "../core/verdict.ts";
import { bestOfN } from "../search/best-of-n.ts";
import { TOY_ADAMW, toyLearner, toyProblems, toyVerifier, toyWeights } from "./fixtures/toy.ts";
import { type Data, intoFresh, intoSame, replayed } from "./generations/distil-into.ts";
import { type Generation, type SelfImprovementOptions, selfImprovement } from "./self-improvement.ts";

const OPTIONS: SelfImprovementOptions = {
  generations: 4,
  problemsPerGeneration: 5,
  frontier: { difficulties: [1, 2], upTo: 2, by: "search", threshold: 0.99, share: 0.6 },
  strategy: bestOfN({ n: 12 }),
  budget: 24,
  maxTokens: 2,
  extract: (_, chain) => chain.split(" ")[0] ?? null,
  keep: 2,
  replay: 0.2,
  baseTexts: (_, count) => Array.from({ length: count }, () => ({ tokens: [0, 2, 3, 1], promptTokens: 2 })),
  distil: intoSame({ epochs: 4, batch: 4, rehearse: 1, optimizer: TOY_ADAMW }),
};

const problems = (generation: number, difficulty: number, count: number) => toyProblems(count)(generation + difficulty);

async function all(loop: AsyncIterable<Generation>): Promise<Generation[]> {
  const generations: Generation[] = [];
  for await (const generation of loop) generations.push(generation);
  return generations;
}

async function run(options: Partial<SelfImprovementOptions> = {}, learner = toyLearner()): Promise<Generation[]> {
  await using held = learner;
  return await all(selfImprovement(held, problems, new Rng(1), { ...OPTIONS, ...options }));
}

test("what search finds the policy learns, and search is ahead of it until then", async () => {
  const generations = await run();
  const [first, last] = [generations[0] as Generation, generations.at(-1) as Generation];
  const at = first.byDifficulty[0];
  assert.ok(at !== undefined && at.search > at.policy, `search ${at?.search}, policy ${at?.policy}`);
  assert.ok(last.reward > first.reward, `${first.reward} to ${last.reward}`);
  assert.deepEqual([first.frontier, last.frontier], [1, 2]);
  for (let i = 1; i < generations.length; i++) {
    assert.equal(generations[i]?.frontier, generations[i - 1]?.next);
    assert.ok((generations[i]?.flops ?? 0) > (generations[i - 1]?.flops ?? 0));
  }
});

test("only what the verifier accepts is kept, distinct, and no more than asked a problem", async () => {
  for (const { searched, kept } of await run()) {
    let counted = 0;
    for (const { problem, chains } of searched) {
      const own = chains.filter((chain) => chain.kept);
      counted += own.length;
      assert.ok(own.length <= 2);
      assert.equal(new Set(own.map(({ completion }) => completion.text)).size, own.length);
      for (const { completion } of own) {
        assert.equal((await toyVerifier.verify(problem, completion.text)).status, "correct");
      }
    }
    assert.equal(kept.length, counted);
  }
});

test("where nothing is right only base texts are learnt, and the frontier stays", async () => {
  const never = toyLearner({ verifier: { name: "never", verify: async () => wrong("never") } });
  const [generation] = await run({ generations: 1 }, never);
  assert.deepEqual([generation?.kept.length, generation?.next, generation?.lossTokens], [0, 1, 0]);
  const always = toyLearner({ verifier: { name: "always", verify: async () => correct("always") } });
  const [easy] = await run({ generations: 1 }, always);
  assert.equal(easy?.next, 2);
});

test("gone on with from a generation, it comes to the same", async () => {
  const whole = await run();
  await using learner = toyLearner();
  const before: Generation[] = [];
  for await (const generation of selfImprovement(learner, problems, new Rng(1), OPTIONS)) {
    before.push(generation);
    if (generation.step === 2) break;
  }
  const { step, flops, next } = before[1] as Generation;
  await using later = toyLearner();
  later.engine.setParameters(learner.engine.parameters);
  const kept = before.flatMap((generation) => generation.kept);
  const from = { step, flops, frontier: next, kept };
  const rest = await all(selfImprovement(later, problems, new Rng(1), OPTIONS, from));
  const told = ({ learner: _, ...generation }: Generation): object => generation;
  assert.deepEqual(rest.map(told), whole.slice(2).map(told));
});

test("an abort while chains are written is the signal's own reason", async () => {
  await using learner = toyLearner();
  const controller = new AbortController();
  learner.model.onSample = () => controller.abort(new Error("enough"));
  const loop = selfImprovement(learner, problems, new Rng(1), OPTIONS, undefined, controller.signal);
  await assert.rejects(loop.next(), /enough/);
});

test("a fresh model learns from all generations and base texts, at least the share that was asked", async () => {
  assert.deepEqual([replayed(80, 0.2), replayed(0, 0.2), replayed(5, 0)], [20, 0, 0]);
  await using old = toyLearner();
  const made = Array.from({ length: 50 }, () => ({ tokens: [0, 3, 4, 1], promptTokens: 2 }));
  const training = { steps: 3, microbatches: 1, poolTexts: 20, optimizer: TOY_ADAMW };
  for (const [chains, base] of [
    [50, 5],
    [6, 14], // there is room
    [0, 20],
  ] as const) {
    await using fresh = toyLearner();
    const asked: number[] = [];
    const replay: Data["replay"] = (_, count) => {
      asked.push(count);
      return OPTIONS.baseTexts(new Rng(1), count);
    };
    const data = { generation: 1, kept: [], all: made.slice(0, chains), replay, share: 0.25 };
    const { learner, flops } = await intoFresh(training, () => fresh).distil(old, data, new Rng(1));
    assert.equal(learner, fresh);
    assert.ok(flops > 0);
    assert.deepEqual([...new Set(asked)], [base], `${chains} chains`);
  }
  assert.deepEqual(old.engine.parameters, toyWeights(1), "who wrote has learnt nothing");
});
