import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rng } from "../../core/rng.ts";
import { type Calculation, calculationOf, parseCalculation, placesOf, problemOf } from "./calculation.ts";
import { corpusItems } from "./corpus.ts";
import { ARITHMETIC_RESTATING, remainderOf, restPrompt } from "./remainder.ts";
import { BASE_DIGITS, splitOf } from "./splits.ts";
import { longestChain } from "./steps.ts";
import { ArithmeticTask } from "./task.ts";
import { extractAnswer, judge } from "./verifier.ts";
import { arithmeticTokenizer, BLANK, MAX_DIGITS } from "./vocabulary.ts";
import { readWork } from "./work.ts";
import { MEDIOCRE, PERFECT, writeChain } from "./writer.ts";

const calculations = fc
  .record({
    op: fc.constantFrom("+" as const, "*" as const),
    n: fc.integer({ min: 1, max: MAX_DIGITS }),
    seed: fc.nat(),
  })
  .map(({ op, n, seed }): Calculation => {
    const rng = new Rng(seed);
    const number = (): string => Array.from({ length: n }, (_, i) => (i === 0 ? 1 + rng.int(9) : rng.int(10))).join("");
    return { op, a: number(), b: op === "+" ? number() : String(2 + rng.int(8)) };
  });

test("work without mistakes is right for every length, at once and step by step, and fits its bound", () => {
  fc.assert(
    fc.property(calculations, fc.boolean(), (calculation, direct) => {
      const problem = problemOf(calculation);
      const chain = writeChain(calculation, new Rng(1), { ...PERFECT, direct: direct ? 1 : 0 });
      assert.equal(judge(problem, chain).status, "correct", chain);
      assert.equal(extractAnswer(problem, chain), problem.answer);
      assert.equal(judge(problem, String(problem.answer)).status, "correct");
      const tokens = arithmeticTokenizer.encode(chain);
      assert.ok(tokens.length <= longestChain(calculation.a.length));
      assert.equal(arithmeticTokenizer.decode(tokens), chain);
      const { places, malformed } = readWork(calculation, chain);
      assert.equal(malformed, null);
      assert.ok(places.every(({ fault }) => fault === null));
      assert.equal(places.length, direct ? 0 : calculation.a.length);
    }),
  );
});

test("places carry over", () => {
  assert.deepEqual(
    placesOf({ op: "*", a: "473", b: "8" }).map(({ digit, carryIn, carry }) => [digit, carryIn, carry]),
    [
      [4, 0, 2],
      [8, 2, 5],
      [7, 5, 3],
    ],
  );
});

const sum: Calculation = { op: "+", a: "473", b: "528" };
const [x, y, z] = problemOf(sum)
  .prompt.split(" ")
  .filter((word) => /^[a-z]$/.test(word)) as [string, string, string];
const [X, Y, Z] = [x, y, z].map((letter) => letter.toUpperCase());
const reason = (chain: string): string => {
  const verdict = judge(problemOf(sum), chain);
  return `${verdict.status}: ${verdict.reason}`;
};

test("every rejection is explained", () => {
  const head = `steps ${x} 3 ${X} 8 =1 ^1 ${y} 7 ${Y} 2`;
  const tail = `${z} 4 ${Z} 5 =0 ^1 =1 end`;
  assert.equal(reason(`${head} =0 ^1 ${tail}`), "correct: 473 + 528 is 1001, in 3 steps");
  assert.equal(reason("direct =1 =0 =0 =1 end"), "correct: 473 + 528 is 1001, at once");
  assert.equal(reason("direct =1 =0 =1 =1 end"), "wrong: 473 + 528 is 1001, not 1101");
  assert.equal(
    reason(`${head} =2 ^1 ${tail}`),
    "wrong: 473 + 528 is 1001, not 1021: place 2: 7 + 2 + 1 is 10, so its digit is 0, not 2",
  );
  assert.equal(
    reason(`${head} =0 ^0 ${z} 4 ${Z} 5 =9 ^0 end`),
    "wrong: 473 + 528 is 1001, not 901: place 2: 7 + 2 + 1 is 10, so 1 is carried, not 0",
  );
  assert.match(reason(`${head} =0 ^1 =1 end`), /not 101: the work stops before the last place/);
  assert.match(reason(`steps ${x} 4 ${X} 8 =2 ^1 end`), /has the digits 3 and 8, not 4 and 8/);
  assert.match(reason(`steps ${y} 3 ${X} 8 =1 ^1 end`), new RegExp(`place 1 is ${x}, not ${y}`));
  assert.match(reason(`steps ${x} 3 * 8 =1 ^1 end`), new RegExp(`goes on with ${X}, not \\*`));
  assert.equal(reason(`${head} =0`), "wrong: ran out before an answer");
  assert.equal(
    reason("direct end"),
    'wrong: malformed at word 2: "end" stands where a digit of the answer was expected',
  );
  assert.equal(reason("1001 or so"), 'wrong: malformed at word 1: "1001" stands where steps or direct was expected');
  assert.match(reason("direct =1 end end"), /malformed at word 4/);
  assert.equal(judge({ id: "q", prompt: "1 + 1" }, "2").status, "unscored");
});

test("two slips that cancel are forgiven: the answer counts", () => {
  const chain = `steps ${x} 3 ${X} 8 =1 ^0 ${y} 7 ${Y} 2 =0 ^1 ${z} 4 ${Z} 5 =0 ^1 =1 end`;
  assert.equal(judge(problemOf(sum), chain).status, "correct");
  assert.equal(readWork(sum, chain).places.filter(({ fault }) => fault !== null).length, 2);
});

test("what a person types", () => {
  assert.deepEqual(parseCalculation(" 473 × 8 ="), { op: "*", a: "473", b: "8" });
  for (const text of ["473 + 52", "473 * 12", "473 * 1", "0 + 0", "4 - 3", "9".repeat(21)]) {
    assert.throws(() => parseCalculation(text), { code: "input" }, text);
  }
});

test("problems have the digits asked for, each its split's own, held-out ones once", () => {
  const task = new ArithmeticTask({ digits: { 1: 1, 2: 1, 5: 2 } });
  for (const split of task.splits) {
    for (const problem of task.problems(split, new Rng(1)).take(100)) {
      const calculation = calculationOf(problem);
      assert.ok(calculation !== null && splitOf(calculation) === split);
      assert.equal(problem.tags?.["n"], String(calculation.a.length));
    }
  }
  const single = new ArithmeticTask({ digits: { 1: 1 } }).problems("heldout", new Rng(1)).toArray();
  assert.ok(single.length > 5 && single.length < 40, String(single.length));
  assert.equal(new Set(single.map(({ id }) => id)).size, single.length);
  assert.throws(() => new ArithmeticTask({ digits: { 21: 1 } }).problems("train", new Rng(1)).next(), {
    code: "input",
  });
});

test("the corpus holds short numbers of the training split, and chains of both kinds, right and wrong", () => {
  const seen = new Set<string>();
  for (const { calculation, chain, tokens, promptTokens } of corpusItems(new Rng(3)).take(2000)) {
    assert.ok(calculation.a.length in BASE_DIGITS);
    assert.equal(splitOf(calculation), "train");
    const problem = problemOf(calculation);
    const spaced = arithmeticTokenizer.decode(tokens);
    const text = spaced.replaceAll(` ${BLANK}`, "");
    seen.add(spaced === text ? "close" : "spaced");
    if (text !== `<bos> ${problem.prompt} ${chain}`) {
      const step = chain.split(" ").slice(0, 7).join(" ");
      const carry = Number(step.at(-1));
      assert.equal(text, `<bos> ${restPrompt(calculation, carry)} steps${chain.slice(step.length)}`);
      seen.add("rest");
    }
    assert.match(arithmeticTokenizer.decode(tokens.slice(promptTokens)), /^(steps|direct) .*end$/);
    const { mode, malformed } = readWork(calculation, chain);
    assert.equal(malformed, null, chain);
    seen.add(`${mode} ${judge(problem, chain).status}`);
  }
  const all = ["close", "direct correct", "direct wrong", "rest", "spaced", "steps correct", "steps wrong"];
  assert.deepEqual([...seen].sort(), all);
  assert.notEqual(MEDIOCRE.slip, 0);
});

test("what a place leaves, worked out, is the whole worked out; a wrong place and the last one leave nothing", () => {
  fc.assert(
    fc.property(calculations, (calculation) => {
      const problem = problemOf(calculation);
      const chain = writeChain(calculation, new Rng(1), PERFECT);
      const step = chain.split(" ").slice(0, 7).join(" ");
      const rest = remainderOf(problem, step);
      if (calculation.a.length === 1) return assert.equal(rest, null);
      assert.ok(rest !== null);
      assert.ok(
        arithmeticTokenizer.encode(rest.problem.prompt).length < arithmeticTokenizer.encode(problem.prompt).length,
      );
      const left = `steps${chain.slice(step.length)}`;
      assert.ok(arithmeticTokenizer.encode(left).length <= rest.maxTokens);
      assert.equal(rest.compose(left), chain);
      assert.equal(rest.compose("direct =1 end"), null);
      const slip = step.replace(/=(\d)/, (_, digit: string) => `=${(Number(digit) + 1) % 10}`);
      assert.equal(remainderOf(problem, slip), null);
      assert.equal(remainderOf(problem, "direct =1 end"), null);
    }),
  );
  assert.equal(ARITHMETIC_RESTATING.tokens("steps c 3 * 8 =4 ^2 =2 end"), 9);
});
