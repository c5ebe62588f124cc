/** Chains of the searcher: right where they say so, never twice the same, and complete without a tolerance. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { problemOf } from "./puzzle.ts";
import { trainingPuzzles } from "./puzzles.ts";
import { SEARCH_ORDERS, type SearchStreamOptions, searchStream } from "./search-stream.ts";
import { Solver } from "./solver.ts";
import { parseChain } from "./trace.ts";
import { judge } from "./verifier.ts";

const OPTIONS: SearchStreamOptions = {
  order: "listed",
  tolerance: 10,
  lookAhead: false,
  restart: false,
  maxTokens: 100_000,
};
const PUZZLE = { numbers: [17, 5, 3], target: 94 };

describe("a search written out", () => {
  test("pairs from the left, + - * / in turn, and back to where the next one starts", () => {
    assert.equal(
      searchStream(PUZZLE, OPTIONS).text,
      "17 + 5 =22 back:0 17 - 5 =12 back:0 17 * 5 =85 85 + 3 =88 back:0 17 + 3 =20 back:0 17 - 3 =14 back:0 17 * 3 =51 back:0 5 + 3 =8 back:0 5 - 3 =2 back:0 5 * 3 =15",
    );
  });

  test("with every order: says solved where it is, makes no attempt twice, and finds what there is", () => {
    const solver = new Solver();
    const puzzles = [...trainingPuzzles(new Rng(3), solver).take(10)];
    for (const order of SEARCH_ORDERS) {
      for (const variant of [{}, { lookAhead: true }, { lookAhead: true, restart: true }]) {
        for (const puzzle of puzzles) {
          const { text, outcome, tokens } = searchStream(puzzle, { ...OPTIONS, ...variant, order });
          assert.equal(outcome, "solved", problemOf(puzzle).id);
          assert.equal(judge(problemOf(puzzle), text).status, "correct", text);
          const { operations, right, repeats } = parseChain(puzzle, text).statistics;
          assert.equal(operations, right);
          assert.equal(repeats, 0, text);
          assert.equal(tokens, text.split(" ").length);
        }
      }
    }
  });

  test("a puzzle without a solution is searched to its end, and is not called solved", () => {
    const { outcome, text } = searchStream({ numbers: [1, 1, 2], target: 90 }, { ...OPTIONS, tolerance: 99 });
    assert.equal(outcome, "exhausted");
    assert.ok(text.length > 0 && !text.includes("solved"));
  });

  test("only last operations that come near are written, and with foresight only ways to them", () => {
    const puzzle = { numbers: [2, 9, 14, 20], target: 77 };
    const last = (lookAhead: boolean): string[] => {
      const { text } = searchStream(puzzle, { ...OPTIONS, lookAhead });
      const { events } = parseChain(puzzle, text);
      let depth = 0;
      return events.flatMap((event) => {
        if (event.kind === "back") depth = event.to;
        if (event.kind !== "operation") return [];
        return [++depth === 3 ? `${event.result}` : `depth ${depth}`];
      });
    };
    for (const result of last(false).filter((each) => !each.startsWith("depth"))) {
      assert.ok(Math.abs(Number(result) - 77) <= 10, result);
    }
    assert.ok(last(true).length < last(false).length / 2);
  });

  test("a chain ends before the operation that would make it too long", () => {
    const whole = searchStream(PUZZLE, { ...OPTIONS, tolerance: 99 }).text.split(" ");
    for (const maxTokens of [0, 3, 4, 17, 30]) {
      const { text, tokens, outcome } = searchStream(PUZZLE, { ...OPTIONS, tolerance: 99, maxTokens });
      assert.equal(outcome, "cut");
      assert.ok(tokens <= maxTokens && tokens > maxTokens - 6);
      assert.equal(text, whole.slice(0, tokens).join(" "));
    }
  });
});
