import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticPoorReport, syntheticReport } from "./fixtures/synthetic.ts";
import type { Report } from "./schema.ts";
import {
  behaviourWords,
  controlWords,
  gateWords,
  headline,
  listed,
  outcome,
  summary,
  testTimeWords,
  unseenWords,
} from "./story.ts";

const withoutGain = (report: Report): Report => {
  const { gain: _gain, gainCi: _ci, ...control } = report.control;
  return { ...report, control };
};

test("a gain is one only where its interval leaves out zero", () => {
  const report = syntheticReport();
  const gained = (gainCi: [number, number]) => outcome({ ...report, control: { ...report.control, gainCi } });
  assert.equal(gained([0.01, 0.1]), "better");
  assert.equal(gained([-0.01, 0.1]), "unclear");
  assert.equal(gained([-0.1, -0.01]), "worse");
});

test("without the paired interval the two models' own intervals must not overlap", () => {
  assert.equal(outcome(withoutGain(syntheticReport())), "better");
  assert.equal(outcome(withoutGain(syntheticReport(0.24, 0.28, 0.25))), "unclear");
  assert.equal(outcome(withoutGain(syntheticReport(0.6, 0.3, 0.6))), "worse");
});

test("the headline says what came, good, nothing or bad", () => {
  assert.match(headline(syntheticReport()), /from 24% to 74%/);
  assert.match(headline(syntheticPoorReport()), /^No clear gain: 24% .* 25% after/);
  assert.match(headline(syntheticReport(0.6, 0.3, 0.6)), /^Training made it worse: from 60% .* to 30%/);
  assert.match(
    headline(syntheticReport(0.241, 0.244, 0.25)),
    /24\.1% .* 24\.4%/,
    "rates that look the same get a decimal",
  );
});

test("the summary names steps, compute, time and the difference", () => {
  const [lead = "", judged = ""] = summary(syntheticReport());
  assert.match(lead, /175 steps/);
  assert.match(lead, /1\.18×10\^13 FLOPs/);
  assert.match(lead, /14 min 2 s/);
  assert.match(judged, /\+50\.2 points \(95% interval \+45\.6 to \+54\.8 points\), is clear: measured on 400 problems/);
  assert.match(summary(syntheticPoorReport())[1] ?? "", /may be chance/);
});

test("the control splits the gain, and says when there is nothing to split", () => {
  const report = syntheticReport();
  const say = (control: Partial<Report["control"]>, of = report): string =>
    controlWords({ ...of, control: { ...of.control, ...control } }).join(" ");
  assert.match(say({}), /34% of the gain \(95% interval 27% to 41%\) is only not giving up: \+17\.0 points/);
  assert.match(say({}), /other 66% is better thinking: \+33\.2 points/);
  assert.match(say({ shareNotGivingUp: 0 }), /None of the gain is only not giving up/);
  assert.match(say({ shareNotGivingUp: 1.1 }), /This run shows no better thinking/);
  assert.match(say({ shareNotGivingUp: null }), /no clear gain/);
  assert.match(say({ shareNotGivingUp: 0.4 }, syntheticPoorReport()), /no clear gain/);
  assert.match(say({ matched: false }), /not quite equal/);
  assert.doesNotMatch(say({ matched: true }), /not quite equal/);
});

test("a base model that fails the gate is called no fair place to start from", () => {
  assert.match(gateWords(syntheticReport()), /competent but mediocre/);
  assert.match(gateWords(syntheticPoorReport()), /did not pass the gate.*93\.0%.*91\.0%.*no fair place/);
});

test("curves that do not rise are named", () => {
  const curve = (name: string, ...accuracies: number[]) => ({
    name,
    points: accuracies.map((accuracy) => ({ accuracy })),
  });
  assert.match(testTimeWords([curve("a", 0.2, 0.5), curve("b", 0.3, 0.4)]), /helps in every way/);
  assert.match(testTimeWords([curve("a", 0.2, 0.5), curve("b", 0.3, 0.3)]), /not always help: “b” does not rise/);
  assert.match(testTimeWords([curve("a", 0.5, 0.2)]), /did not help/);
  assert.match(testTimeWords([curve("a", 0.5)]), /Too little/);
});

test("only what emerged is called emerged", () => {
  const good = behaviourWords(syntheticReport()).join(" ");
  assert.match(good, /Emerged[^.]*: independent parts \(joining two results, each worked out apart\)\./);
  assert.match(good, /Amplified[^.]*: verification, backtracking and false success\./);
  assert.match(behaviourWords(syntheticPoorReport())[0] ?? "", /^Nothing emerged/);
});

test("a drop on unseen targets is told", () => {
  const report = syntheticReport();
  assert.match(unseenWords(report), /compatible/);
  const far = { ...report.final.unseenTargets, passAt1: 0.4, ci: [0.35, 0.45] as const };
  assert.match(
    unseenWords({ ...report, final: { ...report.final, unseenTargets: far } }),
    /clearly less.*−34\.4 points/,
  );
  const none = { ...far, n: 0 };
  assert.match(unseenWords({ ...report, final: { ...report.final, unseenTargets: none } }), /not measured/);
});

test("lists read as a sentence", () => {
  assert.deepEqual(
    [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])],
    ["", "a", "a and b", "a, b and c"],
  );
});
