import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { syntheticReport } from "../report/fixtures/synthetic.ts";
import { emptyState, type RunState } from "./run-state.ts";
import { headline, inWords, isDone, paceWords, phaseWords, puzzleWords, roughly, tabTitle } from "./words.ts";

test("large numbers as people say them", () => {
  for (const [x, words] of [
    [0, "0"],
    [7, "7"],
    [1000, "1 thousand"],
    [1234, "1.2 thousand"],
    [43_000_000, "43 million"],
    [999_999, "1 million"],
    [2e12, "2 trillion"],
    [3.21e13, "32 trillion"],
    [4e24, "4000 sextillion"],
  ] as const) {
    assert.equal(inWords(x).replaceAll("\u2009", ""), words);
  }
});

test("times without false precision", () => {
  for (const [seconds, words] of [
    [3, "a few seconds"],
    [61, "about 70 seconds"],
    [95, "about 2 minutes"],
    [1440, "about 24 minutes"],
    [7200, "about 2.0 hours"],
  ] as const) {
    assert.equal(roughly(seconds), words);
  }
});

describe("the first sentences", () => {
  const during = (name: string, detail = ""): RunState => ({ ...emptyState(), phase: { type: "phase", name, detail } });

  test("say what is going on", () => {
    assert.equal(phaseWords(emptyState()), "Waiting for the run to begin.");
    assert.match(phaseWords(during("training")), /^Training\. It practises/);
    assert.match(phaseWords(during("measuring base samples")), /^Measuring base samples\. .* never trained on\.$/);
    assert.equal(phaseWords(during("writing report", "figures")), "Writing report. Figures.");
  });

  test("say what a reward model's run does, in its own words", () => {
    const plan = { type: "reward-plan", kind: "process", target: "attempt", passes: 4 } as const;
    const judging = (name: string, detail = ""): RunState => ({
      ...during(name, detail),
      judging: { plan, scores: [] },
    });
    assert.match(
      phaseWords(judging("chains and labels", "round 1 of 3")),
      /lessons for the judge, part 1 of 3: puzzles/,
    );
    assert.match(phaseWords(judging("training", "pass 2 of 4")), /^Training the judge, reading 2 of 4: /);
    assert.match(phaseWords(judging("measuring", "on held-out problems")), /^Measuring\..* never trained on\.$/);
    assert.match(headline(judging("training")), /learns to judge/);
  });

  test("a puzzle for people; what is none stays as it is", () => {
    assert.equal(puzzleWords("3 7 8 2 = 24"), "make 24 from 3, 7, 8 and 2");
    assert.equal(puzzleWords("what?"), "what?");
  });

  test("and how far it is", () => {
    assert.equal(paceWords(null), "");
    assert.equal(
      paceWords({ step: 120, steps: 300, secondsAStep: 8.21, secondsLeft: 1440 }),
      "Step 120 of 300 · 8.2 s a step · about 24 minutes of training left",
    );
    assert.equal(
      paceWords({ step: 3, steps: 3, secondsAStep: 1, secondsLeft: 0 }),
      "All 3 steps of training are done.",
    );
  });

  test("the headline claims success only for a report that shows it", () => {
    assert.equal(headline(during("training")), "A small model is learning to think");
    assert.equal(headline(during("done")), "The run is over");
    const ended = (base: number, final: number): RunState => ({
      ...during("done"),
      result: syntheticReport(base, final),
    });
    assert.match(headline(ended(0.22, 0.66)), /from 22% to 66%/);
    assert.match(headline(ended(0.22, 0.1)), /worse/);
  });

  test("the end and the tab's title", () => {
    assert.equal(isDone(during("training")), false);
    assert.equal(isDone(during("done")), true);
    assert.equal(tabTitle(emptyState()), "Mull");
    assert.equal(tabTitle({ ...during("done"), result: syntheticReport(0.22, 0.66) }), "66% · done · Mull");
  });
});
