/** Labels by roll-outs, on a task whose truth is known: a chain of digits is right where none of them is odd. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SampleRequest } from "../../core/completion.ts";
import type { Model, Verifier } from "../../core/interfaces.ts";
import { Rng } from "../../core/rng.ts";
import { correct, unscored, wrong } from "../../core/verdict.ts";
import { firstErrors, hardLabel, type LabelOptions, labelSteps } from "./process-labels.ts";

const problem = { id: "even", prompt: "even digits" };

const verifier: Verifier = {
  name: "no odd digit",
  verify: async (_, text) => {
    if (text.includes("?")) return unscored("cannot be read");
    return /[13579]/.test(text) ? wrong("an odd digit") : correct("all even");
  },
};

/** Goes on with one digit, even for an even seed, and ends; it notes what it is asked. */
class Coin implements Model {
  readonly name = "coin";
  readonly asked: SampleRequest[] = [];
  calls = 0;

  async sample(requests: readonly SampleRequest[]) {
    this.calls++;
    this.asked.push(...requests);
    return requests.map(({ seed, stop }) => {
      const confined = stop !== undefined && seed % 3 === 0;
      return {
        text: confined ? "1 back" : `${seed % 2 === 0 ? 4 : 3} .`,
        finish: confined ? ("stop" as const) : ("end" as const),
        usage: { promptTokens: 3, completionTokens: 2 },
      };
    });
  }
}

const OPTIONS: LabelOptions = {
  rollouts: 64,
  maxTokens: 5,
  temperature: 1,
  separator: " ",
  ended: (text) => text.endsWith("."),
};

const stepsOf = (text: string): string[] => text.split(/(?= )/);

describe("a label for every step", () => {
  test("is the share of roll-outs that come out right, and the verdict itself at the chain's end", async () => {
    const model = new Coin();
    const chains = ["2 4 .", "2 3 ."].map((text) => ({ problem, steps: stepsOf(text) }));
    const { labels, written } = await labelSteps({ model, verifier }, chains, new Rng(1), OPTIONS);
    const [good, bad] = labels.map((own) => own.map(({ soft }) => soft as number)) as [number[], number[]];
    assert.ok((good[0] as number) > 0.3 && (good[0] as number) < 0.7, `${good[0]} of a fair coin`);
    assert.equal(good[2], 1);
    assert.deepEqual(bad.slice(1), [0, 0]);
    assert.equal(good[0], bad[0], "the prefix that both share is rolled out once");
    assert.equal(model.calls, 1);
    assert.equal(model.asked.length, 3 * 64);
    assert.deepEqual([...new Set(model.asked.map(({ prefix }) => prefix))], ["2", "2 4", "2 3"]);
    assert.equal(new Set(model.asked.map(({ seed }) => seed)).size, 3 * 64);
    assert.deepEqual(
      written.map((group) => group.length),
      [64, 64, 64],
    );
    assert.match(written[0]?.[0]?.completion.text ?? "", /^2 [34] \.$/);
    assert.deepEqual([labels[0]?.[2]?.judged, labels[0]?.[0]?.judged], [1, 64]);
  });

  test("the same seed gives the same labels", async () => {
    const chains = [{ problem, steps: stepsOf("2 4 6 8 .") }];
    const label = async (seed: number) =>
      (await labelSteps({ model: new Coin(), verifier }, chains, new Rng(seed), OPTIONS)).labels;
    assert.deepEqual(await label(3), await label(3));
    assert.notDeepEqual(await label(3), await label(4));
  });

  test("confined roll-outs end where they go back, and count as they stand", async () => {
    const chains = [{ problem, steps: ["2"] }];
    const soft = async (options: LabelOptions): Promise<number> => {
      const { labels } = await labelSteps({ model: new Coin(), verifier }, chains, new Rng(1), options);
      return labels[0]?.[0]?.soft as number;
    };
    const confined = await soft({ ...OPTIONS, confine: ["back"] });
    assert.ok(confined > 0 && confined < (await soft(OPTIONS)));
  });

  test("what could not be judged is left out, and where nothing could there is no label", async () => {
    const chains = [{ problem, steps: ["?", " ."] }];
    const { labels } = await labelSteps({ model: new Coin(), verifier }, chains, new Rng(1), OPTIONS);
    assert.deepEqual(labels, [
      [
        { soft: null, judged: 0 },
        { soft: null, judged: 0 },
      ],
    ]);
    assert.equal(hardLabel({ soft: null, judged: 0 }), null);
    assert.deepEqual([hardLabel({ soft: 0, judged: 8 }), hardLabel({ soft: 0.1, judged: 8 })], [0, 1]);
  });

  test("an abort hands out no labels", async () => {
    const chains = [{ problem, steps: ["2"] }];
    const options = { ...OPTIONS, signal: AbortSignal.abort(new Error("enough")) };
    await assert.rejects(labelSteps({ model: new Coin(), verifier }, chains, new Rng(1), options), /enough/);
  });
});

describe("the first error by binary search", () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });

  test("is the first odd digit, found with few roll-outs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { maxLength: 5 }), async (drawn) => {
        const model = new Coin();
        const chains = drawn.map((own) => ({ problem, steps: stepsOf(own.join(" ")) }));
        const { labels } = await firstErrors({ model, verifier }, chains, new Rng(2), { ...OPTIONS, rollouts: 40 });
        assert.deepEqual(
          labels,
          drawn.map((own) => {
            const at = own.findIndex((digit) => digit % 2 === 1);
            return at < 0 ? null : at;
          }),
        );
        const rounds = Math.max(0, ...drawn.map((own) => Math.floor(Math.log2(own.length)) + 1));
        assert.ok(model.calls <= rounds, `${model.calls} calls, expected at most ${rounds}`);
      }),
      { numRuns: 30 },
    );
  });

  test("a chain of no steps has none", async () => {
    const found = await firstErrors({ model: new Coin(), verifier }, [{ problem, steps: [] }], new Rng(1), OPTIONS);
    assert.deepEqual(found, { labels: [null], written: [] });
  });
});
