import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { ceiling } from "./ceilings.ts";
import { BASE_CORPUS, CORPUS_KINDS, corpus, corpusItems, corpusTokens } from "./corpus.ts";
import { profileCorpus } from "./profile.ts";
import { parsePuzzle } from "./puzzle.ts";
import { evaluate, type Operator } from "./rules.ts";
import { Solver } from "./solver.ts";
import { isHeldOutTarget, splitOf } from "./splits.ts";
import { parseChain } from "./trace.ts";
import { COUNTDOWN_WORDS, countdownTokenizer } from "./vocabulary.ts";

const solver = new Solver();

test("the vocabulary is the one the shipped model was trained with", () => {
  assert.equal(COUNTDOWN_WORDS.length, 212);
  assert.equal(
    COUNTDOWN_WORDS.slice(0, 15).join(" "),
    "<pad> <bos> + - * / = drill solved give-up back:0 back:1 back:2 back:3 1",
  );
  assert.deepEqual([COUNTDOWN_WORDS[112], COUNTDOWN_WORDS[113], COUNTDOWN_WORDS[211]], ["99", "=1", "=99"]);
});

test("one seed gives one corpus, as tokens and as text", () => {
  const [a, b, other] = [1, 1, 2].map((seed) => corpusTokens(new Rng(seed)).take(50).toArray());
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, other);
  const texts = corpus(new Rng(1)).take(50).toArray();
  assert.deepEqual(
    texts.map(({ text }) => [countdownTokenizer.bos, ...countdownTokenizer.encode(text)]),
    a,
  );
});

test("puzzles come from the training split alone, and the text opens with the prompt", () => {
  for (const { problem, text, kind } of corpus(new Rng(3)).take(2000)) {
    assert.equal(problem === null, kind === "drill" || kind === "pair");
    if (problem === null) continue;
    assert.ok(text.startsWith(`${problem.prompt} `));
    const { numbers, target } = parsePuzzle(problem.prompt, solver);
    assert.equal(splitOf(numbers, target), "train");
  }
});

test("every text ends with a word that ends a completion, and holds no other", () => {
  for (const { tokens } of corpusItems(new Rng(4)).take(1000)) {
    const ends = tokens.flatMap((id, i) => (countdownTokenizer.eosIds.includes(id) ? [i] : []));
    assert.deepEqual(ends, [tokens.length - 1]);
    assert.equal(tokens[0], countdownTokenizer.bos);
  }
});

test("kinds come in their shares", () => {
  const counts = Map.groupBy(corpusItems(new Rng(5)).take(8000), ({ kind }) => kind);
  for (const kind of CORPUS_KINDS) {
    const share = (counts.get(kind)?.length ?? 0) / 8000;
    assert.ok(Math.abs(share - BASE_CORPUS.kinds[kind]) < 0.025, `${kind} ${share}`); // over five standard errors
  }
});

test("drills are right, legal and cover every operator", () => {
  const drills = corpusItems(new Rng(6), { ...BASE_CORPUS, kinds: { search: 0, direct: 0, pair: 0, drill: 1 } });
  const seen = new Map<Operator, Set<string>>();
  for (const { tokens } of drills.take(1500)) {
    const text = countdownTokenizer.decode(tokens);
    assert.match(text, /^<bos> drill( \d+ [-+*/] \d+ =\d+){8,40} solved$/);
    for (const [, a, op, b, result] of text.matchAll(/(\d+) ([-+*/]) (\d+) =(\d+)/g)) {
      assert.equal(evaluate(Number(a), op as Operator, Number(b)), Number(result));
      const pairs = seen.get(op as Operator) ?? new Set();
      seen.set(op as Operator, pairs.add(`${a} ${b}`));
    }
  }
  // The rules allow 2,450 sums and 4,851 differences, most of which are met; 241 products and 473 quotients, all met.
  assert.ok((seen.get("+")?.size ?? 0) > 2300 && (seen.get("-")?.size ?? 0) > 4000);
  assert.equal(seen.get("*")?.size, 241);
  assert.equal(seen.get("/")?.size, 473);
});

test("pairs are traces of two numbers, and their target is one that training may see and an operation reaches", () => {
  const pairs = corpusItems(new Rng(9), { ...BASE_CORPUS, kinds: { search: 0, direct: 0, pair: 1, drill: 0 } });
  const ends = { solved: 0, "give-up": 0 };
  const orders = new Set<boolean>();
  for (const { tokens, promptTokens, puzzle } of pairs.take(3000)) {
    const text = countdownTokenizer.decode(tokens);
    const [, x, y, goal, chain] = /^<bos> (\d+) (\d+) = (\d+) (.*)$/.exec(text) ?? assert.fail(text);
    const [numbers, target] = [[Number(x), Number(y)], Number(goal)];
    assert.ok(target >= 10 && !isHeldOutTarget(target) && solver.solvable(numbers, target));
    const { end, left } = parseChain({ numbers, target }, chain as string);
    assert.ok(end === "solved" || end === "give-up", text);
    if (end === "solved") assert.deepEqual(left, [target]);
    ends[end]++;
    orders.add((numbers[0] as number) > (numbers[1] as number));
    assert.deepEqual([promptTokens, puzzle], [5, undefined]);
  }
  assert.ok(ends.solved > 1500 && ends["give-up"] > 300, JSON.stringify(ends));
  assert.equal(orders.size, 2);
});

test("the thinker is mediocre: it solves a fifth to a third of its puzzles, and some chains are long", () => {
  const profile = profileCorpus(new Rng(7), 12_000);
  assert.ok(profile.passAt1 > 0.2 && profile.passAt1 < 0.3, `${profile.passAt1}`);
  const [three, four] = [profile.thinker["3"], profile.thinker["4"]];
  assert.ok(three !== undefined && four !== undefined && three.passAt1 > four.passAt1);
  assert.ok(four.quantiles.max > 900 && four.quantiles.max <= 1000);
  assert.ok(four.outcomes.cut > 0.01);
  for (const { outcomes } of [three, four]) {
    assert.ok(Math.abs(Object.values(outcomes).reduce((sum, share) => sum + share) - 1) < 1e-9);
    assert.ok(outcomes["false-success"] < 0.01);
  }
  const shares = Object.values(profile.shareOfTokens);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-9);
});

test("ceilings rise with the budget, with an eye, and by not repeating", () => {
  const at = (n: 3 | 4, policy: "attempts" | "new-attempts" | "depth-first", eye: boolean) =>
    ceiling({ n, policy, eye, puzzles: 600 }, new Rng(8)).success;
  for (const n of [3, 4] as const) {
    const blind = at(n, "depth-first", false);
    const seeing = at(n, "depth-first", true);
    for (const list of [blind, seeing])
      assert.deepEqual(
        list,
        list.toSorted((x, y) => x - y),
      );
    assert.ok(seeing.every((share, i) => share >= (blind[i] as number)));
    assert.ok((at(n, "depth-first", false)[3] as number) > (at(n, "attempts", false)[3] as number));
  }
  // With three numbers a blind attempt is 9 or 10 tokens long, and depth-first search is complete after some 200.
  assert.equal(at(3, "depth-first", false).at(-1), 1);
  assert.equal(at(3, "new-attempts", false).at(-1), 1);
});
