import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { randomParameters } from "../../engine/transformer.ts";
import { readJournal } from "../../store/read-journal.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { isKnownEvent, parseRunEvent, type RunEvent } from "../server/events.ts";
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
  let phase = "";
  const at = (done: number): void => {
    if (stop(phase, done)) controller.abort();
  };
  return trainRewardModel(options, {
    signal: controller.signal,
    publish: (event) => {
      if (event.type !== "phase") return;
      phase = `${event.name}, ${event.detail}`;
      at(0);
    },
    onProgress: at,
  });
}

/** What the journal tells the page of, phases aside: they tell of each beginning. */
async function toldOf(out: string): Promise<RunEvent[]> {
  const told: RunEvent[] = [];
  for await (const event of readJournal(join(dir, out, "journal.jsonl"))) {
    if (isKnownEvent(event) && event.type !== "phase") told.push(parseRunEvent(event));
  }
  return told;
}

describe("a run", () => {
  test("that is stopped while it labels, trains and measures ends as one that is not", async () => {
    const whole = await job("whole", PLAN);
    for (const [phase, done] of [
      ["chains and labels, round 2", 0],
      ["training, pass 2", 1],
      ["measuring", 1],
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
    checkTold(await toldOf("whole"), whole);
    const names = (events: readonly RunEvent[]) => events.map(({ type }) => type);
    assert.deepEqual(names(await toldOf("stopped")), names(await toldOf("whole")), "the page is told the same");
    const { config, metadata } = await readCheckpoint(join(dir, "whole", "checkpoints", "step-000006"));
    assert.ok(config.head !== undefined);
    assert.equal(Number(metadata["slope"]), whole.calibration.slope);
  });

  test("labels by roll-outs, and reads outcomes alone", async () => {
    const soft = await job("soft", { ...PLAN, labels: "soft", rollouts: 2, lookahead: 2 });
    check(soft);
    assert.equal(soft.ahead?.chains, PLAN.measured.problems);
    assert.match(await readFile(join(dir, "soft", "report.html"), "utf8"), /Does it help to look ahead\?/);
    assert.ok(soft.labels.rollouts > 0 && soft.flops.labels > 0);
    const outcome = await job("outcome", { ...PLAN, kind: "outcome", lookahead: 2 });
    assert.equal(outcome.ahead, null, "of a whole chain nothing is ahead");
    assert.equal(outcome.labels.steps <= outcome.labels.chains, true);
    assert.deepEqual(
      (await toldOf("outcome")).map(({ type }) => type),
      ["reward-plan"],
      "steps of which it was never taught are not shown with scores",
    );
    assert.ok(outcome.rankings.every(({ states }) => states === "chains"));
  });
});

/** Before the first pass, after each, and calibrated: the same chains, with the truth; at the end the scores of the report. */
function checkTold([plan, ...told]: readonly RunEvent[], { shown }: RewardReport): void {
  assert.deepEqual(plan, { type: "reward-plan", kind: "process", target: "attempt", passes: PLAN.passes });
  const scores = told.filter((event) => event.type === "reward-scores");
  assert.equal(scores.length, told.length);
  assert.deepEqual(
    scores.map(({ pass }) => pass),
    [0, 1, 2, 2],
  );
  const first = scores[0]?.chains.flatMap(({ steps }) => steps) ?? [];
  assert.ok(first.length > 0 && first.every(({ score }) => score === 0.5), "a new head says nothing");
  const texts = scores.map(({ chains }) =>
    chains.map(({ problem, steps }) => [problem, steps.map(({ text }) => text)]),
  );
  for (const each of texts) assert.deepEqual(each, texts[0]);
  const rounded = (score: number): number => Math.round(score * 1e6) / 1e6; // another batch sums in another order
  assert.deepEqual(
    scores.at(-1)?.chains.map(({ problem, steps }) => ({
      prompt: problem,
      steps: steps.map(({ text, score, ...step }) => ({ ...step, text: text.trim(), score: rounded(score) })),
    })),
    shown.map((chain) => ({
      ...chain,
      steps: chain.steps.map((step) => ({ ...step, score: rounded(step.score) })),
    })),
  );
}

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
