import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forwardFlops, trainFlops } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { generationFlops } from "../chains/rollouts.ts";
import { TOY_ADAMW, TOY_SHAPE, ToyModel, toyLearner, toyProblems, toyWeights } from "../fixtures/toy.ts";
import type { LabelledSteps } from "./process-lessons.ts";
import { RewardModel, type RewardModelOptions, valueFunction } from "./reward-model.ts";
import { lessonsFrom, ownOutcome } from "./reward-model-labels.ts";

const POLICY = { config: TOY_SHAPE, parameters: toyWeights(1) };
const split = (chain: string): string[] => chain.split(/(?= )/);

function toyReward(options: Partial<RewardModelOptions> = {}): RewardModel {
  const encode = ToyModel.prototype.encode;
  return new RewardModel(POLICY, { kind: "process", encode, passes: 40, batch: 8, optimizer: TOY_ADAMW, ...options });
}

/** After a digit comes the next one: a chain of two digits is right as long as each is. */
function lessons(): LabelledSteps[] {
  return [0, 1, 2, 3, 4].flatMap((digit) =>
    [0, 1, 2, 3, 4].map((said) => {
      const right = Number(said === (digit + 1) % 5);
      return { problem: { id: `${digit}`, prompt: `${digit}` }, steps: [`${said}`, " end"], labels: [right, right] };
    }),
  );
}

describe("a reward model", () => {
  test("learns the labels of steps, says so of chains and of one, and counts its FLOPs from lengths", async () => {
    await using model = toyReward();
    const chains = lessons();
    const before = await model.scoreAll(chains);
    assert.ok(
      before.flat().every((score) => score === 0.5),
      "a new head has no opinion",
    );
    assert.equal(model.spent(), 25 * forwardFlops(model.engine.config, 0, 4));
    const { loss } = await model.train(chains, new Rng(1));
    assert.ok(loss > 0 && loss < 0.5, `${loss}`);
    assert.equal(
      model.spent(),
      25 * forwardFlops(model.engine.config, 0, 4) + 40 * 25 * trainFlops(model.engine.config, 4),
    );
    const scores = await model.scoreAll(chains);
    for (const [c, { labels }] of chains.entries()) {
      for (const [s, label] of labels.entries())
        assert.ok(Math.abs((scores[c]?.[s] as number) - (label as number)) < 0.2);
    }
    const [first] = chains as [LabelledSteps];
    const alone = await model.score(first.problem, first.steps);
    assert.ok(alone.every((score, s) => Math.abs(score - (scores[0]?.[s] as number)) < 1e-5));
    assert.deepEqual(await model.scoreAll([{ problem: first.problem, steps: [] }]), [[]]);
  });

  test("is the same for the same seed, call by call or in one", async () => {
    const run = async (): Promise<Float32Array> => {
      await using model = toyReward({ passes: 1 });
      for (const pass of [1, 2, 3]) await model.train(lessons(), new Rng(pass));
      return model.engine.parameters.slice();
    };
    assert.deepEqual(await run(), await run());
  });

  test("of outcomes learns last steps alone", async () => {
    await using model = toyReward({ kind: "outcome", passes: 1 });
    const chains = lessons();
    const lied = chains.map((chain) => ({
      ...chain,
      labels: [1 - (chain.labels[0] as number), chain.labels[1] as number],
    }));
    await model.train(chains, new Rng(1));
    await using other = toyReward({ kind: "outcome", passes: 1 });
    await other.train(lied, new Rng(1));
    assert.deepEqual(other.engine.parameters, model.engine.parameters);
    const unknown = chains.map((chain) => ({ ...chain, labels: [1, null] }));
    assert.equal((await model.train(unknown, new Rng(1))).loss, 0);
  });

  test("is calibrated by a slope and an intercept, which change no order", async () => {
    await using model = toyReward({ passes: 3 });
    const chains = lessons();
    await model.train(chains, new Rng(1));
    const plain = (await model.scoreAll(chains)).flat();
    model.calibration = { slope: 0.5, intercept: -1 };
    const scaled = (await model.scoreAll(chains)).flat();
    for (const [i, score] of scaled.entries()) {
      const logit = Math.log((plain[i] as number) / (1 - (plain[i] as number)));
      assert.ok(Math.abs(score - 1 / (1 + Math.exp(-(0.5 * logit - 1)))) < 1e-6);
    }
  });

  test("refuses a label that is none, and stops between updates", async () => {
    await using model = toyReward();
    const [first] = lessons() as [LabelledSteps];
    await assert.rejects(
      model.train([{ ...first, labels: [2, 0] }], new Rng(1)),
      /step 1: expected a label in \[0, 1\], got 2/,
    );
    const stop = new AbortController();
    const onUpdate = (done: number): void => {
      if (done >= 8) stop.abort(new Error("enough"));
    };
    await assert.rejects(model.train(lessons(), new Rng(1), { signal: stop.signal, onUpdate }), /enough/);
    assert.equal(model.optimizer.step, 1);
  });

  test("guides a search as its value, which learns what the trees came to", async () => {
    await using model = toyReward({ passes: 100 });
    const value = valueFunction(model, split);
    const examples = lessons().map(({ problem, steps, labels }) => {
      return { problem, text: steps.join(""), value: labels[1] as number };
    });
    const before = model.spent();
    const { flops } = (await value.train?.(examples, new Rng(1))) ?? { flops: 0 };
    assert.ok(flops > 0 && flops === model.spent() - before);
    const scorer = value.scorer(null as never, null as never, new Rng(1));
    const posed = { id: "1", prompt: "1" };
    const [right = 0, wrong = 1] = await Promise.all(
      ["2", "4"].map(async (said) => (await scorer.score(posed, [said, " end"])).at(-1) as number),
    );
    assert.ok(right > wrong + 0.2, `${right}, ${wrong}`);
  });
});

/** Roll-outs need no verdict of the chain. */
const UNJUDGED = { verdict: { status: "unscored", reason: "" }, cut: false } as const;

describe("lessons", () => {
  const how = {
    rollouts: 4,
    maxTokens: 1,
    temperature: 1,
    separator: " ",
    ended: (text: string): boolean => text.endsWith("end"),
    returns: ["0"],
    beginsAttempt: (step: string): boolean => step.trim() === "0",
  } as const;
  const problem = { id: "a", prompt: "1" };

  test("are the labels of roll-outs, soft or hard, and their FLOPs are counted", async () => {
    await using learner = toyLearner();
    const chains = [
      { ...UNJUDGED, problem, steps: ["2", " 3", " end"] },
      { ...UNJUDGED, problem, steps: ["3", " end"] },
    ];
    for (const kind of ["soft", "hard"] as const) {
      const {
        chains: labelled,
        flops,
        rollouts,
      } = await lessonsFrom(learner, chains, new Rng(1), { ...how, target: "policy", kind }, TOY_SHAPE);
      assert.deepEqual(
        labelled.map(({ labels }) => labels),
        [
          [1, 1, 1],
          [0, 0],
        ],
      ); // the first digit decides
      assert.equal(rollouts, 12); // of three prefixes that had not ended
      assert.ok(flops > generationFlops(TOY_SHAPE, []));
    }
  });

  test("find the first error within each attempt, and what came before an attempt is part of its prefixes", async () => {
    const asked: string[] = [];
    await using learner = toyLearner({
      verifier: {
        name: "no 4 since the last 0",
        verify: async (_, text) => {
          asked.push(text);
          const right = !text
            .split(" ")
            .slice(Math.max(0, text.split(" ").lastIndexOf("0")))
            .includes("4");
          return right ? { status: "correct", score: 1, reason: "" } : { status: "wrong", score: 0, reason: "" };
        },
      },
    });
    const model = {
      sample: async (requests: readonly unknown[]) =>
        requests.map(() => ({ text: "end", finish: "end" as const, usage: { promptTokens: 1, completionTokens: 1 } })),
      name: "ends",
    };
    const chains = [{ ...UNJUDGED, problem, steps: ["1", " 4", " 2", " 0", " 3", " 3"] }];
    const { chains: labelled } = await lessonsFrom(
      { model, verifier: learner.verifier },
      chains,
      new Rng(1),
      { ...how, target: "attempt", kind: "first-error" },
      TOY_SHAPE,
    );
    assert.deepEqual(labelled[0]?.labels, [1, 0, 0, 1, 1, 1]);
    assert.ok(asked.some((text) => text.startsWith("1 4 2 0 3")));
  });

  test("come from the policy's own chains", async () => {
    await using learner = toyLearner();
    const chains = toyProblems(3)(1).map((each) => ({ ...UNJUDGED, problem: each, steps: ["2"] }));
    const { chains: labelled } = await lessonsFrom(
      learner,
      chains,
      new Rng(1),
      { ...how, target: "attempt", kind: "soft" },
      TOY_SHAPE,
    );
    assert.equal(labelled.length, 3);
  });

  test("of a chain's own outcome cost nothing, and blame what was left for another attempt", () => {
    const right = { status: "correct", score: 1, reason: "" } as const;
    const chain = { problem, steps: ["4", " 0", " 2"], verdict: right, cut: false };
    assert.deepEqual(ownOutcome(chain, { ...how, target: "attempt" }).labels, [0, 1, 1]);
    assert.deepEqual(ownOutcome({ ...chain, cut: true }, { ...how, target: "attempt" }).labels, [0, null, null]);
    assert.deepEqual(ownOutcome({ ...chain, steps: ["2", " 3"] }, { ...how, target: "attempt" }).labels, [1, 1]);
    assert.deepEqual(ownOutcome(chain, { ...how, target: "policy" }).labels, [1, 1, 1]);
    assert.deepEqual(ownOutcome({ ...chain, ...UNJUDGED }, { ...how, target: "policy" }).labels, [null, null, null]);
  });
});
