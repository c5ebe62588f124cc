/** Runs attacks through the code verifier: none passes, none reaches the canary, and a good program passes after every few. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Verdict } from "../../src/core/verdict.ts";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import type { Sandbox } from "../../src/verify/code/sandbox.ts";
import { Canary, SECRET } from "./canary.ts";

export type Attack = {
  /** What it tries. */
  readonly name: string;
  /** FILE and PORT stand for the canary's. It defines `f`, which should double its argument. */
  readonly program: string;
  /** `f` returns what it got: it is called, so that the verdict's reason would show it. */
  readonly tells?: boolean;
};

export type AttackSuite = {
  readonly language: "python" | "javascript" | "typescript";
  readonly sandbox: () => Sandbox | null;
  readonly good: string;
  /** Asserts of the same thing. */
  readonly asserts: string;
  readonly attacks: readonly Attack[];
};

/** Attacks under way at once: each waits for its time limit, or for a fresh interpreter, most of the time. */
const AT_ONCE = 4;

/** A good program follows every so many: a pool that one of them left unwell would still be so. */
const HEALTHY_EVERY = 10;

export function attackSuite(name: string, { language, sandbox, good, asserts, attacks }: AttackSuite): void {
  const made = sandbox();
  describe(`attacks: ${name}`, {
    skip: made === null && "this sandbox is not to be had here",
    timeout: 400_000,
    concurrency: AT_ONCE,
  }, () => {
    const canary = new Canary();
    const verifier = new CodeVerifier({ sandboxFor: async () => made });
    before(() => canary.open());
    after(async () => {
      await verifier.close();
      await canary.close();
    });

    const data = (kind: "calls" | "asserts") => ({
      language,
      entry: "f",
      tests:
        kind === "calls"
          ? {
              kind,
              cases: [
                { args: [21], expected: 42 },
                { args: ["ab"], expected: "abab" },
              ],
            }
          : { kind, source: asserts },
    });
    const verify = (program: string, kind: "calls" | "asserts"): Promise<Verdict> =>
      verifier.verify({ id: "double", prompt: "", data: data(kind) }, program);

    test("a good program passes, by calls and by asserts", async () => {
      for (const kind of ["calls", "asserts"] as const) {
        const verdict = await verify(good, kind);
        assert.equal(verdict.status, "correct", verdict.reason);
      }
    });

    for (const [i, { name: what, program, tells }] of attacks.entries()) {
      test(what, async () => {
        const text = program.replaceAll("FILE", canary.file).replaceAll("PORT", String(canary.port));
        const verdict = await verify(text, tells === true || i % 2 === 0 ? "calls" : "asserts");
        assert.equal(verdict.status, "wrong", verdict.reason);
        assert.ok(!verdict.reason.includes(SECRET), `the secret is out: ${verdict.reason}`);
        assert.equal(canary.disturbed(), null);
        if (i % HEALTHY_EVERY !== 0 && i !== attacks.length - 1) return;
        const healthy = await verify(good, "calls");
        assert.equal(healthy.status, "correct", `the pool is not well: ${healthy.reason}`);
      });
    }
  });
}
