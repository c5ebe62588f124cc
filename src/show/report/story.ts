/**
 * The report in plain words, each sentence computed from the numbers. Where a run went badly the words say so: a gain is
 * called one only when its interval leaves out zero, and nothing is praised that the intervals do not carry.
 *
 * `^` in a sentence marks an exponent ("10^12").
 */

import { counted, duration, fixed, intervalText, percent, points, pointsInterval, powerOfTen } from "./format.ts";
import type { Report } from "./schema.ts";

export type Outcome = "better" | "worse" | "unclear";

/**
 * Whether training helped. The interval of the paired difference decides where the report has one; else the two models'
 * intervals must not overlap, which asks for more.
 */
export function outcome({ base, final, control }: Report): Outcome {
  const { gainCi } = control;
  if (gainCi) return gainCi[0] > 0 ? "better" : gainCi[1] < 0 ? "worse" : "unclear";
  return final.ci[0] > base.ci[1] ? "better" : final.ci[1] < base.ci[0] ? "worse" : "unclear";
}

/** A rate in whole percent, with a decimal where two rates would otherwise look the same. */
function pair(a: number, b: number): [string, string] {
  const digits = percent(a, 0) === percent(b, 0) ? 1 : 0;
  return [percent(a, digits), percent(b, digits)];
}

export function headline(report: Report): string {
  const [before, after] = pair(report.base.passAt1, report.final.passAt1);
  switch (outcome(report)) {
    case "better":
      return `Practice took a small model from ${before} to ${after} of puzzles solved at the first try`;
    case "worse":
      return `Training made it worse: from ${before} of puzzles solved at the first try to ${after}`;
    case "unclear":
      return `No clear gain: ${before} of puzzles solved at the first try before training, ${after} after it`;
  }
}

/** What was trained, for how long, and what came of it. */
export function summary(report: Report): string[] {
  const { base, final, train, wallSeconds } = report;
  const last = train.reduce((a, b) => (b.flops > a.flops ? b : a), { step: 0, flops: 0 });
  const gain = final.passAt1 - base.passAt1;
  const gainCi = report.control.gainCi;
  const gainText = `${points(gain)}${gainCi ? ` (95% interval ${pointsInterval(gainCi)})` : ""}`;
  const measured = `measured on ${counted(final.n, "problem")} held out of training`;
  const judged = {
    better: `The difference, ${gainText}, is clear: ${measured}, its interval leaves out zero.`,
    worse: `The difference, ${gainText}, is clear and in the wrong direction: ${measured}.`,
    unclear: `The difference, ${gainText}, may be chance: ${measured}, the numbers are compatible with no gain at all.`,
  }[outcome(report)];
  return [
    `A small language model practised puzzles. It wrote chains of thought, an exact checker said which of them were right, and the model was trained on that alone: nothing rewarded a way of thinking, only the answer. It practised for ${counted(last.step, "step")}, which cost ${powerOfTen(last.flops)} FLOPs (additions and multiplications); the whole run, measuring included, took ${duration(wallSeconds)}.`,
    judged,
  ];
}

/** Whether the base was a fair place to start from. */
export function gateWords({ gate }: Report): string {
  const facts = `${percent(gate.format)} of its chains kept the format, ${percent(gate.operations)} of its operations were computed right, and it solved ${percent(gate.passAt1)} of the problems at the first try`;
  return gate.passed
    ? `Before training, the base model was a competent but mediocre thinker: ${facts}.`
    : `The base model did not pass the gate: ${facts}. It was no fair place to start from, so part of what follows may be the repair of what it lacked rather than better thinking.`;
}

/** The control: how much of the gain is only not giving up. */
export function controlWords(report: Report): string[] {
  const { base, final, control } = report;
  const { tokensPerProblem: tokens, forced, shareNotGivingUp: share } = control;
  const what = `The base model writes ${fixed(tokens.base, 1)} tokens a problem, the trained one ${fixed(tokens.final, 1)}. A model that merely does not give up would solve more as well. So the base model was made to go on wherever it wanted to give up, until it spent ${fixed(tokens.forced, 1)} tokens a problem: it then solved ${percent(forced.passAt1)} (${intervalText(forced.ci)}).`;
  const unmatched =
    control.matched === false
      ? ["It could not be made to spend as many tokens as the trained model, so the comparison is not quite equal."]
      : [];
  if (outcome(report) !== "better" || share === null) {
    return [what, "There is no clear gain from training to explain.", ...unmatched];
  }
  const notGivingUp = forced.passAt1 - base.passAt1;
  const thinking = final.passAt1 - forced.passAt1;
  const between = control.shareCi
    ? ` (95% interval ${percent(control.shareCi[0], 0)} to ${percent(control.shareCi[1], 0)})`
    : "";
  const sentence =
    share <= 0
      ? "None of the gain is only not giving up: made to go on for as long, the base model does no better. All of it is better thinking."
      : share >= 1
        ? "All of the gain is only not giving up: made to go on for as long, the base model does as well as the trained one. This run shows no better thinking."
        : `So ${percent(share, 0)} of the gain${between} is only not giving up: ${points(notGivingUp)}. The other ${percent(1 - share, 0)} is better thinking: ${points(thinking)}.`;
  return [what, sentence, ...unmatched];
}

type NamedCurve = { readonly name: string; readonly points: readonly { readonly accuracy: number }[] };

/** Whether more test-time compute helps, over all curves; those that do not rise are named. */
export function testTimeWords(curves: readonly NamedCurve[]): string {
  const long = curves.filter((curve) => curve.points.length > 1);
  if (long.length === 0) return "Too little was measured to say whether spending more on a problem helps.";
  const change = ({ points: curve }: NamedCurve): number => (curve.at(-1)?.accuracy ?? 0) - (curve[0]?.accuracy ?? 0);
  const flat = long.filter((curve) => change(curve) < 0.01).map((curve) => `“${curve.name}”`);
  if (flat.length === 0) return "Spending more on a problem helps in every way that was measured:";
  if (flat.length === long.length) return "Spending more on a problem did not help in any way that was measured:";
  return `Spending more on a problem does not always help: ${listed(flat)} ${flat.length === 1 ? "does" : "do"} not rise.`;
}

const KINDS = {
  emerged: "Emerged, which means that nothing the base model was trained on shows it",
  amplified:
    "Amplified, which means that the base model, or what it was trained on, shows it already and training made it more frequent",
  reduced: "Reduced",
  unchanged: "Unchanged as far as the intervals can tell",
  absent: "Seen in neither model",
} as const;

/** Behaviours by what became of them. */
export function behaviourWords({ behaviours }: Report): string[] {
  const entries = Object.entries(behaviours);
  const lines = (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind) => {
    const names = entries
      .filter(([, change]) => change.kind === kind)
      .map(([name, { meaning }]) => (kind === "emerged" && meaning ? `${name} (${meaning})` : name));
    return names.length === 0 ? [] : [`${KINDS[kind]}: ${listed(names)}.`];
  });
  const emerged = entries.some(([, change]) => change.kind === "emerged");
  return emerged
    ? lines
    : [
        "Nothing emerged: no behaviour is clearly there in the trained model and absent from what the base was trained on.",
        ...lines,
      ];
}

/** How it does on the parts of the problems that are reported apart. */
export function unseenWords({ base, final }: Report): string {
  const [b, f] = [base.unseenTargets, final.unseenTargets];
  if (f.n === 0) return "Targets that never occurred in training were not measured.";
  const drop = final.passAt1 - f.passAt1;
  const judged =
    f.ci[1] < final.ci[0]
      ? `that is clearly less than on the main problems (${points(-drop)}), so part of what it learned does not carry over`
      : `its interval, ${intervalText(f.ci)}, is compatible with what it reaches on the main problems`;
  return `On ${counted(f.n, "problem")} whose target number never occurred in training the trained model solves ${percent(f.passAt1)} at the first try (base: ${percent(b.passAt1)}); ${judged}.`;
}

/** "a", "a and b", "a, b and c" */
export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
