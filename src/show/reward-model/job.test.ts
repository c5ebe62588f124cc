import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { randomParameters } from "../../engine/transformer.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { type RewardJobOptions, trainRewardModel } from "./job.ts";
import { REWARD_PLANS, type RewardPlan } from "./plan.ts";
import type { RewardReport } from "./report.ts";

const SHAPE = { vocabSize: 212, layers: 1, width: 16, heads: 2, kvHeads: 1, headDim: 8, ffnWidth: 32 };
const CONFIG = { ...SHAPE, maxPositions: 96, ropeTheta: 10_000, normEpsilon: 1e-5 };
const PLAN: RewardPlan = {
  ...REWARD_PLANS.quick,
  rounds: 2,
  problems: 12,
  beginnings: 6,
  maxTokens: 24,
  passes: 2,
  batch: 8,
  measured: { problems: 8, samples: 16, states: 12, rollouts: 4 },
};

let dir = "";
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "mull-reward-"));
  const parameters = randomParameters(CONFIG, new Rng(1), 0.3);
  await writeCheckpoint(join(dir, "policy"), {
    config: CONFIG,
    parameters,
    tokenizer: countdownTokenizer,
    metadata: {},
  });
});
after(() => rm(dir, { recursive: true, force: true }));

function job(out: string, plan: RewardPlan, stop: (phase: string, done: number) => boolean = () => false) {
  const controller = new AbortController();
  const options: RewardJobOptions = {
    model: join(dir, "policy"),
    plan,
    seed: 1,
    out: join(dir, out),
    fresh: false,
    threads: 1,
    now: () => new Date(0),
  };
  return trainRewardModel(options, {
    signal: controller.signal,
    onProgress: (phase, done) => {
      if (stop(phase, done)) controller.abort();
    },
  });
}

describe("a run", () => {
  test("that is stopped while it labels, trains and measures ends as one that is not", async () => {
    const whole = await job("whole", PLAN);
    for (const [phase, done] of [
      ["chains and labels", 1],
      ["training, pass 2", 0],
      ["measuring", 0],
    ] as const) {
      const stopping = job("stopped", PLAN, (name, n) => name.startsWith(phase) && n >= done);
      await assert.rejects(stopping, { code: "aborted" });
    }
    assert.deepEqual(await job("stopped", PLAN), whole);
    const [a, b] = await Promise.all(
      ["whole", "stopped"].map((name) => readFile(join(dir, name, "report.html"), "utf8")),
    );
    assert.equal(b, a);
    check(whole);
    const { config, metadata } = await readCheckpoint(join(dir, "whole", "checkpoints", "step-000006"));
    assert.ok(config.head !== undefined);
    assert.equal(Number(metadata["slope"]), whole.calibration.slope);
  });

  test("labels by roll-outs, and reads outcomes alone", async () => {
    const soft = await job("soft", { ...PLAN, labels: "soft", rollouts: 2 });
    check(soft);
    assert.ok(soft.labels.rollouts > 0 && soft.flops.labels > 0);
    const outcome = await job("outcome", { ...PLAN, kind: "outcome" });
    assert.equal(outcome.labels.steps <= outcome.labels.chains, true);
    assert.ok(outcome.rankings.every(({ states }) => states === "chains"));
  });
});

function check({ shown, losses, flops, reliability, choosing, pressure }: RewardReport): void {
  assert.equal(losses.length, PLAN.passes);
  assert.equal(shown.length, 8);
  for (const { score } of shown.flatMap(({ steps }) => steps)) assert.ok(score >= 0 && score <= 1);
  assert.ok(flops.chains > 0 && flops.training > 0);
  assert.equal(
    reliability.after.bins.reduce((sum, bin) => sum + bin.cases, 0),
    reliability.states,
  );
  assert.deepEqual(
    choosing.map(({ reading, problems }) => [reading, problems]),
    [
      ["claimed", 8],
      ["reached", 8],
    ],
  );
  for (const { majority, weighted, best, ceiling } of choosing) {
    for (const { value } of [majority, weighted, best]) assert.ok(value >= 0 && value <= ceiling.value + 1e-9);
  }
  assert.deepEqual([...new Set(pressure.map(({ n }) => n))], [1, 2, 4, 8, 16]);
}
