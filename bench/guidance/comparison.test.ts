/** What each budget answers, what is charged, and that a run up to a large budget tells what a small one would have come to. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forwardFlops } from "../../src/core/flops.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine } from "../../src/engine/engine.ts";
import { withHead } from "../../src/engine/transformer.ts";
import { TOY_SHAPE } from "../../src/learn/fixtures/toy.ts";
import { RewardModel } from "../../src/learn/reward/reward-model.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { SHIPPED } from "../../src/model/open.ts";
import { heldOut } from "../../src/show/job/measuring.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { type Candidate, isRight } from "./candidates.ts";
import { compareAt, sentencesOf, verdictOf } from "./comparison.ts";
import { CONTENDERS, candidatesOf, type Setting } from "./contenders.ts";
import { Meter } from "./meter.ts";

const candidate = (answer: string, right: boolean, score: number, flops: number): Candidate => {
  return { answer, right, score, flops };
};

describe("what a budget answers", () => {
  const came = [candidate("a", false, 0.5, 10), candidate("b", true, 0.9, 20), candidate("a", false, 0.9, 30)];

  test("by what was there: the highest score, the first of equals, or the votes", () => {
    assert.deepEqual(
      [5, 10, 20, 30].map((budget) => isRight(came, budget, "value")),
      [false, false, true, true],
    );
    assert.deepEqual(
      [10, 20, 30].map((budget) => isRight(came, budget, "majority")),
      [false, false, false],
    );
    assert.equal(isRight([candidate("b", true, 0, 1), ...came], 30, "majority"), true, "of equal votes the first");
    assert.deepEqual(
      [isRight(came, 10, "any"), isRight(came, 20, "any"), isRight([], 20, "any")],
      [false, true, false],
    );
  });

  test("a contender is held against best-of-n on the same problems, and its sentence says where it wins", () => {
    const [right, wrong] = [[candidate("b", true, 1, 10)], [candidate("a", false, 1, 10)]];
    const late = [candidate("b", true, 1, 90)];
    const per = (own: readonly Candidate[]): (readonly Candidate[])[] => Array.from({ length: 20 }, () => own);
    const candidates = { "best-of-n": per(late), majority: per(wrong), beam: per(late), mcts: per(right) };
    const strata = Array.from({ length: 20 }, (_, i) => String(i % 2));
    const entries = compareAt([50, 100], candidates, strata, new Rng(1));
    const verdicts = entries.map(({ contender, budget, over }) => `${contender} ${budget} ${over?.verdict}`);
    assert.ok(verdicts.includes("mcts 50 wins") && verdicts.includes("mcts 100 cannot be told"));
    assert.ok(verdicts.includes("majority 100 fails") && verdicts.includes("beam 50 cannot be told"));
    assert.match(sentencesOf(entries).at(-1) ?? "", /^mcts .*wins at 5\.0e1; cannot be told at 1\.0e2$/);
    assert.deepEqual(
      [verdictOf([0.01, 0.1]), verdictOf([-0.2, -0.1]), verdictOf([0, 0.1])],
      ["wins", "fails", "cannot be told"],
    );
  });
});

test("a prefix that is remembered costs what its last step adds, one that is read its whole length", () => {
  const model = { name: "none", sample: async () => [] };
  const [read, remembered] = (["read", "remembered"] as const).map((cost) => new Meter(model, TOY_SHAPE, 1e9, cost));
  for (const meter of [read, remembered]) {
    meter?.read("a", 3, null);
    meter?.read("a b", 5, "a");
  }
  const [short, long] = [forwardFlops(TOY_SHAPE, 0, 3), forwardFlops(TOY_SHAPE, 0, 5)];
  assert.equal(read?.flops, short + long);
  assert.equal(remembered?.flops, long);
});

test("what lies within a budget does not depend on the largest one, and comes in the order of its FLOPs", async () => {
  const { config, parameters } = await readCheckpoint(SHIPPED.base);
  await using engine = new Engine(config, parameters, { threads: 1 });
  const headed = withHead(config, parameters.slice());
  const rng = new Rng(4);
  for (let i = 1; i <= config.width; i++) headed.parameters[headed.parameters.length - i] = rng.normal() / 10;
  const policy = new EmbeddedModel(engine, countdownTokenizer);
  const encode = (prompt: string, chain: string) => policy.encode(prompt, chain);
  const optimizer = { learningRate: 0, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, clipNorm: 1, warmupSteps: 0 };
  const training = { kind: "process", encode, passes: 1, batch: 1, name: "value" } as const;
  const schedule = { ...optimizer, totalSteps: 1, finalRatio: 1 };
  await using value = new RewardModel(headed, { ...training, optimizer: schedule });
  const setting: Setting = { policy, value, cost: "remembered", limit: 1.2e9, maxTokens: 64, beams: 4 };
  const [problem] = heldOut("heldout", 1);
  assert.ok(problem !== undefined);
  let seen = 0;
  for (const contender of CONTENDERS) {
    const large = await candidatesOf(contender, problem, new Rng(8), setting);
    const small = await candidatesOf(contender, problem, new Rng(8), { ...setting, limit: 5e8 });
    const within = (all: readonly Candidate[]): Candidate[] => all.filter(({ flops }) => flops < 5e8);
    assert.deepEqual(within(small), within(large), contender);
    assert.deepEqual(
      large,
      large.toSorted((a, b) => a.flops - b.flops),
      contender,
    );
    assert.ok(large.every(({ flops }) => flops > 0));
    seen += large.length;
  }
  assert.ok(seen > 4, `${seen} candidates`);
});
