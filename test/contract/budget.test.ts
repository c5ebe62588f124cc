/** No strategy ever exceeds its budget, whatever the model does: randomised scripted runs of all of them, under one meter. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Budget } from "../../src/core/budget.ts";
import { MullError } from "../../src/core/errors.ts";
import { Rng } from "../../src/core/rng.ts";
import { Meter } from "../../src/model/meter.ts";
import { metered } from "../../src/model/metered.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { STRATEGIES } from "../../src/show/strategy-bench/names.ts";
import { COUNTDOWN, QUESTIONS, type Setting } from "../../src/show/strategy-bench/setting.ts";
import { makeStrategy } from "../../src/show/strategy-bench/strategies.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";

const RUNS = 10_000;
const PRICE = { prompt: 1e-5, completion: 3e-5 };
const { verifier, extract } = new CountdownTask();
const problem = problemOf({ numbers: [8, 3], target: 24 });
const WORDS = ["3", "8", "+", "*", "=11", "=24", "back:0", "solved", "give-up"];

const runs = fc.record({
  strategy: fc.constantFrom(...STRATEGIES),
  verified: fc.boolean(),
  n: fc.integer({ min: 2, max: 6 }),
  setting: fc.constantFrom<Setting>(COUNTDOWN, {
    ...QUESTIONS,
    format: COUNTDOWN.format,
    rollOuts: COUNTDOWN.rollOuts,
  }),
  tokens: fc.integer({ min: 1, max: 120 }),
  /** What the strategy is told it may spend; the meter may be stricter. */
  told: fc.integer({ min: 1, max: 200 }),
  calls: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  dollars: fc.option(fc.double({ min: 1e-4, max: 0.02, noNaN: true }), { nil: undefined }),
  seed: fc.nat(),
  faults: fc.boolean(),
});

describe("the budget", () => {
  test(`is kept in calls, tokens and dollars over ${RUNS} runs`, async () => {
    let bound = 0;
    await fc.assert(
      fc.asyncProperty(runs, async ({ strategy, verified, n, setting, tokens, told, calls, dollars, seed, faults }) => {
        const budget: Budget = {
          tokens,
          ...(calls === undefined ? {} : { calls }),
          ...(dollars === undefined ? {} : { dollars }),
        };
        using meter = new Meter(budget);
        let sent = 0;
        let written = 0;
        const script = new ScriptedModel(
          (request) => {
            sent++;
            const rng = new Rng(request.seed);
            const text = Array.from({ length: 1 + rng.int(20) }, () => rng.pick(WORDS)).join(" ");
            const fault = faults && rng.bool(0.1) ? { fault: new MullError("model", "gone") } : {};
            return { text, ...fault };
          },
          { ends: ["solved", "give-up"] },
        );
        const counting = {
          name: "counting",
          sample: async (...asked: Parameters<typeof script.sample>) => {
            const completions = await script.sample(...asked);
            for (const { usage } of completions) written += usage.completionTokens;
            return completions;
          },
        };
        const model = metered(counting, meter, PRICE);
        const context = { model, verifier, extract, budget: { maxTokens: told }, rng: new Rng(seed) };
        try {
          const { usage } = await makeStrategy(strategy, { n, temperature: 1, setting, verified }).solve(
            problem,
            context,
          );
          assert.ok(usage.tokens <= told);
          assert.equal(usage.tokens, written);
        } catch (error) {
          if (!(error instanceof MullError) || error.code !== "model") throw error;
        }
        const { spent } = meter;
        assert.ok(written <= tokens && written <= told, `${written} tokens of ${tokens} and ${told}`);
        assert.ok(spent.tokens <= tokens && spent.tokens >= written);
        assert.ok(calls === undefined || (sent <= calls && spent.calls <= calls), `${sent} calls of ${calls}`);
        assert.ok(dollars === undefined || spent.dollars <= dollars * (1 + 1e-9), `$${spent.dollars} of ${dollars}`);
        if (meter.refused > 0) bound++;
      }),
      { numRuns: RUNS },
    );
    assert.ok(bound > RUNS / 10, `only ${bound} runs came to their bounds: the property is hardly tried`);
  });
});
