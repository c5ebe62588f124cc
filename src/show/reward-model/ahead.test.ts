import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { Engine } from "../../engine/engine.ts";
import { randomParameters } from "../../engine/transformer.ts";
import { RewardModel } from "../../learn/reward/reward-model.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { problemOf } from "../../tasks/countdown/puzzle.ts";
import { solvabilityOf } from "../../tasks/countdown/solvability.ts";
import { Solver } from "../../tasks/countdown/solver.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { calibrateLookahead, lookaheadOf, measureAhead } from "./ahead.ts";
import { lookingAhead, lookingAheadSentences } from "./ahead-view.ts";
import { optimizerOf, REWARD_PLANS } from "./plan.ts";
import type { ScoredChain } from "./votes.ts";

const SHAPE = { vocabSize: 212, layers: 1, width: 16, heads: 2, kvHeads: 1, headDim: 8, ffnWidth: 32 };
const CONFIG = { ...SHAPE, maxPositions: 96, ropeTheta: 10_000, normEpsilon: 1e-5 };
const PLAN = { ...REWARD_PLANS.quick, lookahead: 3, lookaheadTemperature: 1.5 };

const parameters = randomParameters(CONFIG, new Rng(1), 0.3);
const policy = new EmbeddedModel(new Engine(CONFIG, parameters, { threads: 1 }), countdownTokenizer);
const head = new RewardModel(
  { config: CONFIG, parameters },
  {
    kind: "process",
    encode: (prompt, chain) => policy.encode(prompt, chain),
    passes: 8,
    batch: 2,
    optimizer: optimizerOf(PLAN, 16),
  },
);
after(async () => {
  await head.close();
  await policy.engine.close();
});

const solver = new Solver();
const CHAINS = [
  [[8, 3, 2], 22, ["8 + 3 =11", " 11 * 2 =22", " solved"], [1, 1, 1]],
  [[8, 3, 2], 22, ["8 * 3 =24", " 24 * 2 =48", " back:0 8 + 3 =11", " 11 + 2 =13", " give-up"], [0, 0, 0, 0, 0]],
  [[5, 4, 1], 20, ["5 - 1 =4", " 4 + 4 =8", " back:0 5 * 4 =20", " 20 * 1 =20", " solved"], [0, 0, 1, 1, 1]],
] as const;
const lessons = CHAINS.map(([numbers, target, steps, labels]) => {
  return { problem: problemOf({ numbers: [...numbers], target }), steps, labels };
});

describe("looking ahead, measured", () => {
  test("beside the head on the same states, at its cost", async () => {
    await head.train(lessons, new Rng(1));
    const lookahead = lookaheadOf(policy, head, PLAN, 1);
    await calibrateLookahead(lookahead, lessons, new Rng(1));
    assert.notDeepEqual(lookahead.calibration, { slope: 1, intercept: 0 });
    const scores = await head.scoreAll(lessons);
    const chains = lessons.map(({ problem, steps }, c): ScoredChain => {
      return { problem, steps, scores: scores[c] as number[], truths: solvabilityOf(problem, steps, solver) };
    });
    const fresh = { states: [{ problem: (chains[0] as ScoredChain).problem, steps: ["8 + 3 =11"] }], observed: [1] };
    const found = await measureAhead(lookahead, head, chains, fresh, PLAN, new Rng(1));
    assert.deepEqual([found.rollouts, found.temperature, found.chains, found.states], [3, 1.5, 3, 13]);
    for (const { rankings, reliability } of [found.head, found.lookahead]) {
      assert.deepEqual(
        rankings.map(({ states, cases }) => [states, cases]),
        [
          ["all", 10],
          ["2", 5],
          ["1", 5],
        ],
      );
      assert.equal(
        reliability.bins.reduce((sum, { cases }) => sum + cases, 0),
        1,
      );
    }
    assert.ok(found.lookahead.flops > 2 * found.head.flops && found.head.flops > 0);
    assert.deepEqual(await measureAhead(lookahead, head, chains, fresh, PLAN, new Rng(1)), found);

    const [sentence = ""] = lookingAheadSentences(found);
    assert.match(sentence, /^Looking ahead by 3 roll-outs a state/);
    assert.match(lookingAhead(found).text, /AUROC, two numbers left/);
  });

  test("a roll-out is confined to the live attempt and read to its last operation", async () => {
    const asked: unknown[] = [];
    const { sample } = policy;
    policy.sample = async (requests, options) => {
      asked.push(...requests.map(({ prefix, stop, maxTokens }) => [prefix, stop?.length, maxTokens]));
      return sample.call(policy, requests, options);
    };
    const [, lesson] = lessons as [unknown, (typeof lessons)[number]];
    const scores = await lookaheadOf(policy, head, { ...PLAN, lookahead: 1 }, 1).score(lesson.problem, lesson.steps);
    policy.sample = sample;
    assert.equal(scores.length, 5);
    assert.deepEqual(asked, [
      ["8 * 3 =24", 4, 14],
      ["8 * 3 =24 24 * 2 =48", 4, 14],
      ["8 + 3 =11", 4, 14],
      ["8 + 3 =11 11 + 2 =13", 4, 14],
    ]);
  });
});
