/** What the searches choose, worked out by hand on models and scorers that say what they are told. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import type { StrategyContext, Verifier } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { correct, unscored, wrong } from "../../src/core/verdict.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { abMcts } from "../../src/search/ab-mcts/ab-mcts.ts";
import { adaptiveAllocation } from "../../src/search/adaptive-allocation.ts";
import { beamSearch } from "../../src/search/beam-search.ts";
import { budgetForcing } from "../../src/search/budget-forcing.ts";
import { type Candidate, type Selection, select } from "../../src/search/candidates.ts";
import { diverseVerifierTreeSearch } from "../../src/search/diverse-verifier-tree-search.ts";
import { mcts } from "../../src/search/mcts.ts";
import { sequentialRevision } from "../../src/search/revision.ts";
import { rollOuts, type ScorerFor } from "../../src/search/roll-outs.ts";
import { scoredBestOfN } from "../../src/search/scored-best-of-n.ts";
import { splitSteps } from "../../src/search/steps.ts";

const problem = { id: "p", prompt: "?" };
const FORMAT = { stop: ["."], maxTokens: 10, separator: " " };

/** A chain's answer is what stands behind `=`. */
const extract = (_: unknown, text: string): string | null => /= (\S+)/.exec(text)?.[1] ?? null;
const likesSeven: Verifier = {
  name: "seven",
  verify: async (posed, text) => (extract(posed, text) === "7" ? correct("seven") : wrong("not seven")),
};

/** Scores the last step's first word by this table; 0 for others. */
function scoredBy(table: Readonly<Record<string, number>>): ScorerFor {
  return () => ({
    name: "table",
    score: async (_, steps) => steps.map((step) => table[step.trim().split(" ")[0] as string] ?? 0),
  });
}

function context(script: (request: SampleRequest, index: number) => string, more: Partial<StrategyContext> = {}) {
  const asked: (string | undefined)[] = [];
  const model = new ScriptedModel((request, i) => {
    asked.push(request.prefix);
    return script(request, i);
  });
  const whole: StrategyContext = {
    model,
    verifier: likesSeven,
    extract,
    budget: { maxTokens: 10_000 },
    rng: new Rng(1),
    ...more,
  };
  return { whole, asked };
}

describe("beam search", () => {
  test("keeps the n / m best, in turn, and a beam that ends takes no width", async () => {
    const steps = ["a .", "b .", "c .", "d ."];
    const { whole, asked } = context(({ prefix }, i) => (prefix === undefined ? (steps[i] as string) : `= ${i}`));
    const search = beamSearch({ n: 4, m: 2, format: FORMAT, scorer: scoredBy({ a: 0.1, b: 0.9, c: 0.5, d: 0.7 }) });
    const { chains } = await search.solve(problem, whole);
    assert.deepEqual(asked.slice(4), ["b .", "d .", "b .", "d ."]);
    assert.deepEqual(
      chains.map(({ text }) => text),
      ["b . = 0", "d . = 1", "b . = 2", "d . = 3"],
    );
  });

  test("the last step runs to the end, whatever stands in the way", async () => {
    const { whole } = context(() => "x . y . = 7");
    const search = beamSearch({ n: 2, m: 1, maxSteps: 2, format: FORMAT, scorer: scoredBy({}) });
    const { answer, text } = await search.solve(problem, whole);
    assert.deepEqual([answer, text], ["7", "x . x . y . = 7"]);
  });

  test("weights answers by the sum of their scores", async () => {
    const ends = ["l = 5", "r = 7", "r = 7"];
    const { whole } = context((_, i) => ends[i] as string);
    const options = { n: 3, m: 1, format: FORMAT, scorer: scoredBy({ l: 0.8, r: 0.5 }) };
    assert.equal((await beamSearch(options).solve(problem, whole)).answer, "7");
    assert.equal((await beamSearch({ ...options, selection: "best" }).solve(problem, whole)).answer, "5");
  });
});

describe("diverse verifier tree search", () => {
  test("each tree goes on with its own best, and the last siblings are the candidates", async () => {
    const first = ["a .", "b .", "c .", "d ."];
    const { whole, asked } = context(({ prefix }, i) => (prefix === undefined ? (first[i] as string) : `= ${i}`));
    const scorer = scoredBy({ a: 0.2, b: 0.1, c: 0.8, d: 0.9 });
    const { chains } = await diverseVerifierTreeSearch({ n: 4, m: 2, format: FORMAT, scorer }).solve(problem, whole);
    assert.deepEqual(asked.slice(4), ["a .", "a .", "d .", "d ."]);
    assert.deepEqual(
      chains.map(({ text }) => text),
      ["a . = 0", "a . = 1", "d . = 2", "d . = 3"],
    );
  });
});

describe("tree search", () => {
  test("expands what is worth more, and steps drawn twice are one child", async () => {
    // Two kinds of step, good and bad, drawn alternately; chains of three steps end.
    const { whole, asked } = context(({ prefix = "" }, i) => {
      const depth = prefix.split(".").length - 1;
      if (depth === 2) return i % 2 === 0 ? "= 7" : "= 5";
      return i % 2 === 0 ? "good ." : "bad .";
    });
    const scorer = scoredBy({ good: 0.9, bad: 0.1, "=": 0.5 });
    const search = mcts({ m: 4, parallel: 1, simulations: 12, format: FORMAT, scorer });
    const { chains } = await search.solve(problem, whole);
    const times = (prefix: string): number => asked.filter((each) => each === prefix).length;
    assert.equal(asked.filter((each) => each === undefined).length, 4, "the root is expanded once, by four steps");
    assert.deepEqual([times("good ."), times("good . good .")], [4, 4], "and so is each node");
    assert.ok(chains.length >= 2);
    assert.ok(asked.indexOf("good .") < asked.indexOf("bad ."), "what is worth more is expanded first");
  });

  test("ends when every chain of the tree has ended", async () => {
    const { whole, asked } = context(() => "= 7");
    const search = mcts({ m: 3, parallel: 2, format: FORMAT, scorer: scoredBy({ "=": 1 }) });
    assert.equal((await search.solve(problem, whole)).answer, "7");
    assert.equal(asked.length, 3);
  });
});

describe("roll-outs", () => {
  test("score the share that comes out well, each prefix once, and are candidates", async () => {
    const { whole, asked } = context(({ prefix, stop }, i) => {
      if (stop !== undefined) return i === 0 ? "a ." : "b .";
      return prefix === "a ." && i < 2 ? "= 7" : "lost";
    });
    const scorer = rollOuts({ n: 4, maxTokens: 10, separator: " " });
    const search = beamSearch({ n: 2, m: 2, maxSteps: 2, format: FORMAT, scorer });
    const { answer, chains } = await search.solve(problem, whole);
    assert.equal(answer, "7");
    assert.equal(asked.filter((prefix) => prefix === "a .").length, 4 + 2, "roll-outs, and the two beams that go on");
    assert.equal(chains.filter(({ text }) => text === "a . = 7").length, 2 + 2);
  });
});

describe("adaptive branching", () => {
  test("stops with the first answer that is enough, and revises what it has", async () => {
    const { whole, asked } = context(({ prompt }, i) => (prompt === "?" ? `= ${i}` : "= 7"));
    const revise = (_: unknown, text: string) => ({ prompt: `better than ${text}` });
    const { answer, usage, verdict } = await abMcts({ n: 200, revise, selection: "verifier" }).solve(problem, whole);
    assert.deepEqual([answer, verdict?.status], ["7", "correct"]);
    assert.ok(usage.calls < 200);
    assert.ok(asked.length === usage.calls);
  });

  const judge = { judge: async (_: unknown, text: string) => Number(extract(_, text)) / 10 };
  const revise = (_: unknown, text: string) => ({ prompt: `better than ${text}` });

  test("goes deeper where revising pays, and wider where it does not", async () => {
    const share = async (better: boolean): Promise<number> => {
      let revised = 0;
      const { whole } = context(({ prompt }) => {
        if (prompt !== "?") revised++;
        return (prompt !== "?") === better ? "= 8" : "= 1";
      });
      await abMcts({ n: 60, judge, revise }).solve(problem, whole);
      return revised / 60;
    };
    const [deep, wide] = [await share(true), await share(false)];
    assert.ok(deep > wide + 0.2, `${deep} of the answers are revisions where it pays, ${wide} where it does not`);
  });

  for (const variant of ["a", "m"] as const) {
    test(`stays with a good answer rather than with bad ones (${variant})`, async () => {
      // One fresh answer in four is good, and revisions are as good as what they revise.
      let fresh = 0;
      let good = 0;
      let bad = 0;
      const { whole } = context(({ prompt }) => {
        if (prompt === "?") return fresh++ % 4 === 2 ? "= 8" : "= 1";
        if (prompt.endsWith("= 8")) good++;
        else bad++;
        return prompt.endsWith("= 8") ? "= 8" : "= 1";
      });
      await abMcts({ n: 80, variant, judge, revise }).solve(problem, whole);
      assert.ok(good > 2 * bad, `${good} revisions of good answers, ${bad} of bad ones, ${fresh} fresh answers`);
    });
  }

  test("an answer that cannot be judged teaches nothing and is not chosen by score", async () => {
    const { whole } = context((_, i) => `= ${i}`, {
      verifier: { name: "broken", verify: async () => unscored("timed out") },
    });
    const { chains } = await abMcts({ n: 3 }).solve(problem, whole);
    assert.equal(chains.length, 3);
  });
});

describe("revision and budget forcing", () => {
  test("a revision sees the chain before it, and the last answer counts", async () => {
    const prompts: string[] = [];
    const { whole } = context(({ prompt }) => {
      prompts.push(prompt);
      return ["= 1", "= 2", "lost"][prompts.length - 1] as string;
    });
    const revise = (_: unknown, text: string) => ({ prompt: `not ${text}` });
    const { answer } = await sequentialRevision({ n: 3, revise }).solve(problem, whole);
    assert.deepEqual(prompts, ["?", "not = 1", "not = 2"]);
    assert.equal(answer, "2");
  });

  test("an early end is followed by more, and a lost chain is asked for its answer", async () => {
    const { whole, asked } = context(({ prefix = "" }) => (prefix.endsWith("so:") ? " = 7" : " hm"));
    const strategy = budgetForcing({ continuation: " Wait", extensions: 2, nudge: " so:" });
    const { text, answer } = await strategy.solve(problem, whole);
    assert.equal(answer, "7");
    assert.deepEqual(asked, [undefined, "hm Wait", "hm Waithm Wait", "hm Waithm Waithm so:"]);
    assert.equal(text, "hm Waithm Waithm so:= 7");
  });
});

describe("best of n by a scorer", () => {
  // The first chain begins well and ends badly, the second the other way round, the third is even.
  const chains = ["good . bad . = 1", "bad . good . = 2", "even . even . = 3"];
  const table: Readonly<Record<string, number>> = { good: 0.9, bad: 0.2, even: 0.5, "=": 0.6 };
  const scorer = {
    name: "table",
    score: async (_: unknown, steps: readonly string[]) =>
      steps.slice(0, 2).map((step) => table[step.trim().split(" ")[0] as string] ?? 0),
  };

  for (const [aggregate, answer] of [
    ["last", "2"],
    ["min", "3"],
    ["product", "3"],
  ] as const) {
    test(`by the ${aggregate} of a chain's steps`, async () => {
      const { whole } = context((_, i) => chains[i] as string);
      const options = { n: 3, scorer, stop: ["."], aggregate, selection: "best" } as const;
      assert.equal((await scoredBestOfN(options).solve(problem, whole)).answer, answer);
    });
  }

  test("steps are split where they end, and what is not ended is one too", () => {
    assert.deepEqual(splitSteps("a . b ! c", [".", "!"]), ["a .", " b !", " c"]);
    assert.deepEqual([splitSteps("", ["."]), splitSteps("a.", ["."]), splitSteps("a", [])], [[""], ["a."], ["a"]]);
  });
});

describe("adaptive allocation", () => {
  const problems = ["easy", "hard", "lost"].map((id) => ({ id, prompt: id }));
  const script = ({ prompt, seed }: SampleRequest): string =>
    prompt === "easy" ? "= 7" : prompt === "hard" ? `= ${seed % 2}` : "lost";

  test("gives the undecided more, within the budget of all, and stops where a vote is decided", async () => {
    const { whole } = context(script, { budget: { maxTokens: 120 } });
    const [easy, hard, lost] = await adaptiveAllocation(problems, whole, { maxTokens: 2, parallel: 2 });
    assert.equal(easy?.answer, "7");
    assert.equal(easy?.usage.calls, 4);
    assert.equal(lost?.answer, null);
    const calls = [hard, lost].map((answer) => answer?.usage.calls ?? 0);
    assert.ok(Math.min(...calls) > 8, `${calls}`);
    const tokens = [easy, hard, lost].reduce((sum, answer) => sum + (answer?.usage.tokens ?? 0), 0);
    assert.ok(tokens <= 120 && tokens > 110);
  });

  test("what is not paid for is not there, and one problem never gets more than its most", async () => {
    const poor = context(script, { budget: { maxTokens: 9 } }).whole;
    const answers = await adaptiveAllocation(problems, poor, { maxTokens: 2 });
    assert.deepEqual(
      answers.map(({ usage }) => usage.calls),
      [4, 1, 0],
    );
    const { whole } = context(script);
    const most = await adaptiveAllocation(problems, whole, { maxTokens: 2, most: 8 });
    assert.deepEqual(
      most.map(({ usage }) => usage.calls),
      [4, 8, 8],
    );
  });
});

describe("the choice at the end", () => {
  const usage = { calls: 0, tokens: 0, flops: 0 };
  const candidates = (texts: readonly [string, number | null][]): Candidate[] =>
    texts.map(([text, score]) => ({
      chain: { text, finish: "end", usage: { promptTokens: 0, completionTokens: 1 } },
      score,
    }));
  const choose = (texts: readonly [string, number | null][], selection: Selection) =>
    select(problem, { extract, verifier: likesSeven }, candidates(texts), selection, usage);

  test("by score, weight, votes or the verifier, never an empty answer", async () => {
    const texts = [["lost", 1], ["= 5", 0.9], ["= 6", 0.4], ["= 6", 0.6], ["= 8", 0.1], ["= 8", 0.1], ["= 8", 0.1], ["= 7", 0]] as const; // biome-ignore format: a table
    const chosen = async (selection: Selection) => (await choose(texts as never, selection)).answer;
    assert.deepEqual(
      [await chosen("best"), await chosen("weighted"), await chosen("majority"), await chosen("verifier")],
      ["5", "6", "8", "7"],
    );
    for (const selection of ["best", "weighted", "majority", "verifier"] as const) {
      const { text, answer } = await choose([["lost", 1]], selection);
      assert.deepEqual([text, answer], ["", null]);
    }
  });

  test("warns where scores say nothing, and where one chain outweighs what most agree on", async () => {
    const same = Array.from({ length: 8 }, (_, i): [string, number] => [`= ${i % 2}`, 1]);
    assert.match((await choose(same, "weighted")).warnings?.[0] ?? "", /do not tell the chains apart/);
    const odd: [string, number][] = [["= 9", 0.99], ...Array.from({ length: 8 }, (): [string, number] => ["= 7", 0.5])];
    assert.match((await choose(odd, "best")).warnings?.[0] ?? "", /8 of 9 chains .* agree on another.*over-optimised/);
    assert.equal((await choose(odd, "weighted")).warnings, undefined);
    assert.match(
      (
        await choose(
          same.map(([text]) => [text, null]),
          "best",
        )
      ).warnings?.[0] ?? "",
      /no chain was scored/,
    );
  });
});
