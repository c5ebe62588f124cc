/** Two turns on the toy task: what each is credited with, what holds the first in place, and that the second learns. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { Rng } from "../core/rng.ts";
import { correct, wrong } from "../core/verdict.ts";
import { collect } from "./fixtures/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts";
import { policyLoss } from "./loss/policy-loss.ts";
import {
  type SelfCorrectionOptions,
  type SelfCorrectionStep,
  selfCorrection,
  selfCorrectionLoss,
} from "./self-correction.ts";

/** The last digit counts. */
const lastDigit: Verifier = {
  name: "the last digit",
  verify: async ({ prompt }, text) => {
    const said = text.split(" ").findLast((word) => /^\d$/.test(word));
    return said === String((Number(prompt) + 1) % 5) ? correct("the next digit") : wrong("another");
  },
};

const OPTIONS: SelfCorrectionOptions = {
  steps: 1,
  problemsPerStep: 5,
  samples: 16,
  maxTokens: 2,
  temperature: 1,
  inFirstStage: () => true,
  firstAttempt: (_: Problem, chain: string) => chain.split(" ")[0] ?? "",
  asEnded: (attempt) => attempt,
  firstKl: 1,
  kl: 0,
  bonus: 1,
  minibatches: 4,
  epochs: 1,
  clipLow: 0.2,
  clipHigh: 0.2,
  aggregation: "token-mean",
  optimizer: TOY_ADAMW,
};

describe("the loss", () => {
  test("with one weight everywhere it is the policy loss with a KL", async () => {
    await using learner = toyLearner();
    const tokens = [0, 3, 4, 5, 1];
    const fields = {
      advantage: [0, 0, 1, -2, 0.5],
      old: [0, 0, -1.5, -1.4, -2],
      weight: [0, 0, 0.3, 0.3, 0.4],
      reference: [0, 0, -1, -2, -1.2],
    };
    const plain = policyLoss({ clipLow: 0.2, clipHigh: 0.2, klWeight: 0.3 });
    const own = selfCorrectionLoss({ clipLow: 0.2, clipHigh: 0.2 });
    const expected = await learner.engine.gradient([{ tokens, fields }], plain);
    const came = await learner.engine.gradient([{ tokens, fields: { ...fields, beta: tokens.map(() => 0.3) } }], own);
    assert.ok(Math.abs(came.loss - expected.loss) < 1e-6);
    for (const [i, g] of expected.gradient.entries()) assert.ok(Math.abs((came.gradient[i] as number) - g) < 1e-6);
  });
});

describe("learning in two stages", () => {
  test("in the first the second turn learns and the first is held; in the second both learn", async () => {
    await using learner = toyLearner({ verifier: lastDigit });
    const run = { ...OPTIONS, steps: 21, inFirstStage: (step: number) => step <= 12, kl: 0.01 };
    const steps = await collect(selfCorrection(learner, toyProblems(5), new Rng(1), run));
    const figure = (step: number, name: "firstReward" | "corrected"): number =>
      (steps[step - 1] as unknown as Record<string, number>)[name] as number;
    assert.ok(figure(1, "corrected") < 0.35, `${figure(1, "corrected")}`);
    assert.ok(figure(12, "corrected") > figure(1, "corrected") + 0.3, `${figure(12, "corrected")}`);
    assert.ok(Math.abs(figure(12, "firstReward") - figure(1, "firstReward")) < 0.2, `${figure(12, "firstReward")}`);
    assert.ok(figure(21, "firstReward") > 0.6, `${figure(21, "firstReward")}`);
    assert.ok((steps.at(-1)?.reward ?? 0) > 0.7, `${steps.at(-1)?.reward}`);
  });

  test("a first attempt is judged as if it were ended where it is left", async () => {
    const claimed: Verifier = {
      name: "the next digit, claimed",
      verify: async ({ prompt }, text) =>
        text === `${(Number(prompt) + 1) % 5} end` ? correct("claimed") : wrong("another, or not claimed"),
    };
    const first = async (how: Partial<SelfCorrectionOptions>): Promise<number> => {
      await using learner = toyLearner({ verifier: claimed });
      const [step] = await collect(selfCorrection(learner, toyProblems(5), new Rng(1), { ...OPTIONS, ...how }));
      const { groups, firstReward } = step as SelfCorrectionStep;
      const right = groups.flat().filter(({ problem: { prompt }, completion: { text } }) => {
        return text.split(" ")[0] === String((Number(prompt) + 1) % 5);
      });
      assert.ok(right.length > 0);
      return firstReward - right.length / groups.flat().length;
    };
    assert.equal(await first({ asEnded: (attempt) => `${attempt} end` }), 0);
    assert.ok((await first({})) < 0, "left as they are, none is right");
  });

  test("a chain that ends with its first attempt has no second turn, and is right or wrong at once", async () => {
    await using learner = toyLearner();
    const whole = { ...OPTIONS, firstAttempt: (_: Problem, chain: string) => chain };
    const [step] = await collect(selfCorrection(learner, toyProblems(5), new Rng(1), whole));
    assert.ok(step !== undefined && "turned" in step && "firstReward" in step && "corrected" in step);
    assert.deepEqual([step.turned, step.firstReward, step.corrected], [0, step.reward, 0]);
  });
});
