/**
 * What every Verifier keeps: three verdicts that mean what they say, a score in [0, 1], a reason for a person, the
 * same verdict for the same text, a bounded reading of any text, and no exception for a bad completion.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verifier } from "../../src/core/interfaces.ts";
import { LIMITS } from "../../src/core/limits.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { Verdict } from "../../src/core/verdict.ts";

export type VerifierCase = {
  readonly problem: Problem;
  readonly completion: string;
  readonly status: Verdict["status"];
  /** What the reason must say. */
  readonly reason?: RegExp;
};

/** Runs the suite on what `make` makes. The cases must hold at least one of each status; `runs` are random texts, fewer where one takes long. */
export function verifierContract(
  name: string,
  make: () => Verifier,
  cases: readonly VerifierCase[],
  { runs = 100 }: { readonly runs?: number } = {},
): void {
  const { problem } = cases.find(({ status }) => status === "correct") as VerifierCase;

  describe(`verifier contract: ${name}`, () => {
    test("it has a name and cases of each verdict", () => {
      assert.ok(make().name.length > 0);
      assert.deepEqual(new Set(cases.map(({ status }) => status)), new Set(["correct", "wrong", "unscored"]));
    });

    for (const { problem: posed, completion, status, reason } of cases) {
      test(`${status}: ${JSON.stringify(completion.slice(0, 60))}`, async () => {
        const verdict = await make().verify(posed, completion);
        assert.equal(verdict.status, status, verdict.reason);
        if (reason !== undefined) assert.match(verdict.reason, reason);
        wellFormed(verdict);
      });
    }

    test("the same text gets the same verdict, from one verifier, from a new one, and among others", async () => {
      const one = make();
      const verdicts = await Promise.all(cases.map((each) => one.verify(each.problem, each.completion)));
      for (const [i, each] of cases.entries()) {
        assert.deepEqual(await one.verify(each.problem, each.completion), verdicts[i]);
        assert.deepEqual(await make().verify(each.problem, each.completion), verdicts[i]);
      }
    });

    test("the problem is left as it was", async () => {
      const copy = structuredClone(problem);
      for (const { completion } of cases) await make().verify(copy, completion);
      assert.deepEqual(copy, problem);
    });

    test("no text makes it throw, and a bad completion is wrong, not unscored", async () => {
      const verifier = make();
      const pieces = cases.flatMap(({ completion }) => completion.slice(0, 200).match(/\s+|\w+|[^\w\s]/g) ?? []);
      const fragment = fc.array(fc.constantFrom(...pieces, "", "\0", "\ud800", "9".repeat(400), "("), {
        maxLength: 30,
      });
      const text = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "grapheme" }),
        fragment.map((words) => words.join("")),
      );
      await fc.assert(
        fc.asyncProperty(text, async (completion) => {
          const verdict = await verifier.verify(problem, completion);
          assert.notEqual(verdict.status, "unscored", verdict.reason);
          wellFormed(verdict);
        }),
        { numRuns: runs },
      );
    });

    test("a text of any length is read within bounds", { timeout: 30_000 }, async () => {
      const verifier = make();
      for (const piece of [
        "(",
        "9",
        "x ",
        "\n",
        "= ",
        ...cases.map(({ completion }) => `${completion.slice(0, 200)} `),
      ]) {
        const full = piece.repeat(Math.floor(LIMITS.completionChars / piece.length));
        for (const completion of [full, full + piece.repeat(200)])
          wellFormed(await verifier.verify(problem, completion));
      }
    });

    test("stopped beforehand, it says unscored", async () => {
      const verdict = await make().verify(problem, "", { signal: AbortSignal.abort() });
      assert.equal(verdict.status, "unscored");
    });
  });
}

function wellFormed(verdict: Verdict): void {
  assert.ok(
    verdict.reason.length > 0 && verdict.reason.length <= 1000,
    `a reason of ${verdict.reason.length} characters`,
  );
  if (verdict.status === "unscored") assert.ok(!("score" in verdict));
  else assert.ok(verdict.score >= 0 && verdict.score <= 1, `score ${verdict.score}`);
}
