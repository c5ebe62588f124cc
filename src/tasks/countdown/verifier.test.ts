import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { corpusItems } from "./corpus.ts";
import { printChain } from "./print.ts";
import { problemOf } from "./puzzle.ts";
import { CountdownVerifier, extractAnswer, judge } from "./verifier.ts";
import { countdownTokenizer } from "./vocabulary.ts";

const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
const reason = (completion: string) => {
  const verdict = judge(problem, completion);
  return `${verdict.status}: ${verdict.reason}`;
};

test("any correct chain is accepted", () => {
  const end = "7 - 3 =4 8 - 2 =6 6 * 4 =24 solved";
  assert.equal(reason(end), "correct: reaches 24 with 3 operations, after 1 attempt");
  assert.equal(
    reason(`3 + 7 =10 back:0 8 - 2 =6 back:0 ${end}`),
    "correct: reaches 24 with 3 operations, after 3 attempts",
  );
  assert.match(reason("8 * 2 =16 3 * 16 =48 back:1 7 - 3 =4 back:0 8 - 2 =6 7 - 3 =4 4 * 6 =24 solved"), /^correct/);
  assert.match(reason("8 - 2 = 6\n7 - 3 = 4\n4 * 6 = 24\nsolved"), /^correct/);
});

test("a slip in an attempt that was abandoned harms nobody", () => {
  assert.match(reason("3 + 7 =11 9 * 9 =80 back:0 7 - 3 =4 8 - 2 =6 6 * 4 =24 solved"), /^correct/);
});

test("every rejection is explained", () => {
  assert.equal(
    reason("8 - 2 =6 7 * 3 =22 22 + 6 =28 solved"),
    "wrong: wrong arithmetic at operation 2: 7 * 3 is 21, not 22",
  );
  assert.equal(
    reason("8 - 2 =6 6 + 3 =9 7 + 6 =13 solved"),
    "wrong: operation 3 uses 6, which is not left (left: 7 9)",
  );
  assert.equal(reason("7 + 7 =14 solved"), "wrong: operation 1 uses 7 twice, and only one is left (left: 2 3 7 8)");
  assert.equal(reason("7 / 2 =3 solved"), "wrong: operation 1 is not allowed: 7 / 2 is not a whole number");
  assert.equal(
    reason("3 - 7 =4 8 - 2 =6 4 * 6 =24 solved"),
    "wrong: operation 1 is not allowed: 3 - 7 is -4, and every result must be at least 1",
  );
  assert.equal(
    reason("7 + 8 =15 15 * 3 =45 45 / 2 =22 back:2 45 - 2 =43 solved"),
    "wrong: claims 24 is reached but the live path ends at 43",
  );
  assert.equal(reason("8 * 3 =24 solved"), "wrong: claims 24 is reached with 3 numbers left (left: 2 7 24)");
  assert.equal(reason("3 + 7 =10 back:0 8 + 7 =15 back:0 2 + 3 =5 give-up"), "wrong: gave up after 3 attempts");
  assert.equal(reason("give-up"), "wrong: gave up without an attempt");
  assert.equal(reason("3 + 7 =10 10 +"), "wrong: ran out before an answer");
  assert.equal(reason("7 - 3 =4 8 - 2 =6 6 * 4 =24"), "wrong: ran out before an answer");
  assert.match(reason("I think 24"), /^wrong: malformed at word 1: "I" stands where/);
  assert.match(reason("x".repeat(1_000_001)), /^wrong: 1000001 characters long/);
});

test("a false success by a slip on the live path is found, though it claims the target", () => {
  assert.equal(
    reason("8 * 3 =21 21 - 7 =14 14 + 2 =24 solved"),
    "wrong: wrong arithmetic at operation 1: 8 * 3 is 24, not 21",
  );
});

test("a plain expression is an answer too", () => {
  assert.equal(reason("(8 - 2) * (7 - 3)"), "correct: (7-3)*(8-2) is 24");
  assert.equal(reason("(8−2)×(7−3) = 24\n"), "correct: (7-3)*(8-2) is 24");
  assert.equal(judge(problemOf({ numbers: [8, 3], target: 24 }), "8 * 3").status, "correct");
  assert.equal(reason("7 + 3 + 8 + 2"), "wrong: the expression is 20, not 24");
  assert.equal(reason("(8 - 2) * (7 - 3) = 25"), "wrong: wrong arithmetic: the expression is 24, not 25");
  assert.equal(reason("7 * 7 + 3 - 8"), "wrong: number 7 used twice");
  assert.equal(reason("8 * 3 + 7 - 7"), "wrong: number 7 used twice");
  assert.equal(reason("8 * 3 * 1"), "wrong: number 1 is not among the given 3 7 8 2");
  assert.equal(reason("(8 - 2) * 7"), "wrong: number 3 is not used");
  assert.equal(reason("2 - 8 + 3 * 7"), "wrong: not allowed: 2 - 8 is -6, and every result must be at least 1");
  assert.equal(
    judge(problemOf({ numbers: [7, 7, 7], target: 21 }), "7 * 7 * 7 * 7").reason,
    "number 7 used more than 3 times",
  );
});

test("the canonical answer is what the completion claims, right or wrong", () => {
  const answer = (completion: string) => extractAnswer(problem, completion);
  assert.equal(answer("7 - 3 =4 8 - 2 =6 6 * 4 =24 solved"), "(7-3)*(8-2)");
  assert.equal(answer("8 - 2 =6 back:0 8 - 2 =6 7 - 3 =4 4 * 6 =24 solved"), "(7-3)*(8-2)");
  assert.equal(answer("(8-2)*(7-3)"), "(7-3)*(8-2)");
  assert.equal(answer("3 + 7 =10 10 + 8 =18 18 + 2 =20 solved"), "2+3+7+8");
  assert.equal(answer("3 + 7 =11 11 + 8 =19 19 + 2 =21 solved"), "2+3+7+8"); // a slip changes no vote
  for (const none of [
    "give-up",
    "7 - 3 =4 8 - 2 =6 6 * 4 =24",
    "8 * 3 =24 solved",
    "8 * 8 =64 solved",
    "8 * 3 + 7",
    "",
    "?",
  ]) {
    assert.equal(answer(none), null, none);
  }
  assert.equal(extractAnswer({ id: "x", prompt: "" }, "8 * 3"), null);
});

test("a problem without a puzzle is unscored, and so is one that was stopped", async () => {
  const verifier = new CountdownVerifier();
  assert.equal((await verifier.verify({ id: "q", prompt: "3 7 = 10" }, "3 + 7 =10 solved")).status, "unscored");
  const verdict = await verifier.verify(problem, "give-up", { signal: AbortSignal.abort() });
  assert.equal(verdict.status, "unscored");
});

test("on the corpus, the verdict is what the thinker knows, printed or not", () => {
  const seen = new Set<string>();
  for (const { puzzle, tokens, promptTokens, kind, outcome } of corpusItems(new Rng(11)).take(4000)) {
    if (puzzle === undefined) continue;
    const chain = countdownTokenizer.decode(tokens.slice(promptTokens));
    const each = problemOf(puzzle);
    const verdict = judge(each, chain);
    assert.deepEqual(judge(each, printChain(chain)), verdict);
    assert.equal(verdict.status === "correct", kind === "direct" || outcome === "solved", chain);
    if (outcome === "gave-up" || outcome === "cut") assert.match(verdict.reason, /^gave up/);
    if (outcome === "false-success") assert.match(verdict.reason, /^wrong arithmetic/);
    assert.equal(extractAnswer(each, chain) === null, outcome === "gave-up" || outcome === "cut");
    seen.add(kind + (outcome ?? ""));
  }
  assert.deepEqual(seen, new Set(["direct", "searchsolved", "searchgave-up", "searchcut", "searchfalse-success"]));
});
