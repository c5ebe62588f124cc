/** Composites through the one contract, and their logic of three values by table. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verifier } from "../../src/core/interfaces.ts";
import { correct, unscored, type Verdict, wrong } from "../../src/core/verdict.ts";
import { allOf, anyOf } from "../../src/verify/composites/all-and-any.ts";
import { cached } from "../../src/verify/composites/cached.ts";
import { cascade } from "../../src/verify/composites/cascade.ts";
import { panel } from "../../src/verify/composites/panel.ts";
import { weighted } from "../../src/verify/composites/weighted.ts";
import { ExactVerifier } from "../../src/verify/exact.ts";
import { MathVerifier } from "../../src/verify/math/math-verifier.ts";
import { verifierContract } from "./verifier.ts";

const half = { id: "half", prompt: "What is a half of one?", answer: "1/2" };
const cases = [
  { problem: half, completion: "1/2", status: "correct" },
  { problem: half, completion: "2", status: "wrong" },
  { problem: { id: "poem", prompt: "Write." }, completion: "1/2", status: "unscored" },
] as const;
const exact = new ExactVerifier();
const math = new MathVerifier();

verifierContract("all of", () => allOf([exact, math]), cases);
verifierContract("any of", () => anyOf([exact, math]), [
  ...cases,
  { problem: half, completion: "0.5", status: "correct" },
]);
verifierContract(
  "weighted",
  () =>
    weighted([
      { verifier: exact, weight: 1 },
      { verifier: math, weight: 2 },
    ]),
  [...cases, { problem: half, completion: "0.5", status: "correct", reason: /mean score 0\.67/ }],
);
verifierContract("cascade", () => cascade([{ verifier: exact, trusted: "correct" }, { verifier: math }]), [
  ...cases,
  { problem: half, completion: "0.5", status: "correct", reason: /^math: / },
]);
verifierContract("cached", () => cached(math, 100), [
  ...cases,
  { problem: half, completion: "0.5", status: "correct" },
]);
verifierContract("panel", () => panel([exact, math, math]), [
  ...cases,
  { problem: half, completion: "0.5", status: "correct", reason: /disagree: 2 say correct, 1 wrong/ },
]);

const says = (verdict: Verdict): Verifier & { asked: number } => ({
  name: verdict.status,
  asked: 0,
  async verify() {
    this.asked++;
    return verdict;
  },
});
const [C, W, U] = [() => says(correct("c", 0.9)), () => says(wrong("w", 0.2)), () => says(unscored("u"))];
const status = async (verifier: Verifier): Promise<string> => (await verifier.verify(half, "x")).status;

describe("three values", () => {
  for (const [members, all, any, most] of [
    [[C, C], "correct", "correct", "correct"],
    [[C, W], "wrong", "correct", "unscored"],
    [[C, U], "unscored", "correct", "correct"],
    [[W, U], "wrong", "unscored", "wrong"],
    [[W, W], "wrong", "wrong", "wrong"],
    [[U, U], "unscored", "unscored", "unscored"],
  ] as const) {
    test(members.map((make) => make().name).join(" and "), async () => {
      for (const ordered of [members, members.toReversed()]) {
        const made = () => ordered.map((make) => make());
        assert.deepEqual(
          [await status(allOf(made())), await status(anyOf(made())), await status(panel(made()))],
          [all, any, most],
        );
      }
    });
  }

  test("scores stay between those of the members", async () => {
    const verdict = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map((score) => correct("c", score)),
      fc.double({ min: 0, max: 1, noNaN: true }).map((score) => wrong("w", score)),
      fc.constant(unscored("u")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(verdict, { minLength: 1, maxLength: 5 }), async (verdicts) => {
        const scores = verdicts.flatMap((each) => ("score" in each ? [each.score] : []));
        const members = verdicts.map(says);
        const made = [
          allOf(members),
          anyOf(members),
          panel(members),
          weighted(members.map((verifier) => ({ verifier, weight: 2 }))),
        ];
        for (const verifier of made) {
          const result = await verifier.verify(half, "x");
          if (!("score" in result)) continue;
          assert.ok(
            result.score >= Math.min(...scores) - 1e-9 && result.score <= Math.max(...scores) + 1e-9,
            verifier.name,
          );
        }
      }),
    );
  });
});

describe("asking less", () => {
  test("a cascade stops at the first that is certain, and believes a stage only where it is trusted", async () => {
    const stages = [W(), C(), W()];
    assert.equal(
      await status(
        cascade(
          [
            { verifier: stages[0] as Verifier, trusted: "correct" },
            { verifier: stages[1] as Verifier },
            { verifier: stages[2] as Verifier },
          ],
          0.8,
        ),
      ),
      "correct",
    );
    assert.deepEqual(
      stages.map(({ asked }) => asked),
      [1, 1, 0],
    );
    assert.equal(
      await status(cascade([{ verifier: C() }, { verifier: W() }], 0.95)),
      "wrong",
      "a score of .9 is not certain",
    );
    assert.equal(
      await status(cascade([{ verifier: W() }, { verifier: U() }], 0.95)),
      "wrong",
      "an opinion is better than none",
    );
  });

  test("a cache asks once, also for what comes together, and again for what was unscored or forgotten", async () => {
    const [right, silent] = [C(), U()];
    const kept = cached(right, 2);
    await Promise.all([kept.verify(half, "a"), kept.verify(half, "a")]);
    await kept.verify(half, "a");
    assert.equal(right.asked, 1);
    await kept.verify({ ...half, answer: "other" }, "a");
    await kept.verify(half, "b");
    assert.equal(right.asked, 3);
    await kept.verify(half, "a");
    assert.equal(right.asked, 4, "two are kept, and the oldest is forgotten");
    const open = cached(silent, 2);
    await open.verify(half, "a");
    await open.verify(half, "a");
    assert.equal(silent.asked, 2);
  });

  test("what cannot be is refused", () => {
    for (const make of [
      () => allOf([]),
      () => panel([]),
      () => weighted([{ verifier: exact, weight: 0 }]),
      () => weighted([{ verifier: exact, weight: 1 }], 2),
      () => cached(exact, 0),
    ]) {
      assert.throws(make, /at least|above 0|expected/);
    }
  });
});
