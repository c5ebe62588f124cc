/** `report.html` of a reward model: what it is good for, in words first. */

import { counted, fixed, intervalText, percent, points, pointsInterval, powerOfTen } from "../report/format.ts";
import { type Html, html } from "../report/html.ts";
import { pageDocument } from "../report/page/document.ts";
import { chart, paragraphs, section, table } from "../report/page/parts.ts";
import { THEMED } from "../report/palette.ts";
import { lookingAhead, lookingAheadSentences } from "./ahead-view.ts";
import { pressurePanel, reliabilityPanel } from "./figure.ts";
import { rankingPanel, STATE_WORDS } from "./ranking-panel.ts";
import type { RewardReport } from "./report.ts";
import { stepByStep } from "./step-by-step.ts";
import type { Choosing, Estimate } from "./votes.ts";

const SIZE = { palette: THEMED, width: 812, height: 480 };

const ANSWERS: Readonly<Record<Choosing["reading"], string>> = {
  claimed: "what a chain says is solved",
  reached: "what a chain's last attempt comes to",
};

export function rewardHtml(report: RewardReport): string {
  const { plan, labels, flops } = report;
  return pageDocument({
    title: `A ${plan.kind} reward model`,
    kicker: "Mull reward-model",
    lead: `It read ${counted(labels.chains, "chain")} of ${report.model} and learnt to say, after every step, ${target(report)}. ${powerOfTen(flops.chains + flops.labels + flops.training)} FLOPs.`,
    head: paragraphs(findings(report)),
    main: html`${ranking(report)}${report.ahead === null ? null : lookingAhead(report.ahead)}${calibration(report)}${choosing(report)}${hacking(report)}${plan.kind === "outcome" ? null : stepByStep(report.shown)}${making(report)}`,
    footer: "Every number on this page is computed from the run; report.json holds them all.",
  });
}

function target({ plan }: RewardReport): string {
  if (plan.kind === "outcome") return "whether the whole chain is right";
  return plan.target === "attempt"
    ? "whether the present attempt can still come out right"
    : "how likely the policy is to come out right from there";
}

/** What there is to know, in sentences. */
export function findings({ rankings, reliability, ahead, choosing: chosen }: RewardReport): string[] {
  const ranked = rankings
    .filter(({ states }) => states !== "1" && states !== "2")
    .map(
      ({ states, auroc, ci }) =>
        `${fixed(auroc, 3)} over ${STATE_WORDS[states]} (${fixed(ci[0], 3)} to ${fixed(ci[1], 3)})`,
    );
  return [
    `A good one scores above a bad one with probability (AUROC, against the truth by an exact solver) ${ranked.join(", ")}.`,
    `Its scores miss the shares of fresh roll-outs by ${fixed(reliability.after.ece, 3)} in the mean (expected calibration error; ${fixed(reliability.before.ece, 3)} before calibration).`,
    ...(ahead === null ? [] : lookingAheadSentences(ahead)),
    ...chosen.map((c) => {
      const { lo, verdict } = judged(c.weightedGain);
      return `Where the answer is ${ANSWERS[c.reading]}, a vote of ${c.n} weighted by its scores solves ${percent(c.weighted.value)} and a plain one ${percent(c.majority.value)}: ${points(c.weightedGain.value)} (${lo}), which ${verdict}. An exact verifier would solve ${percent(c.ceiling.value)}.`;
    }),
  ];
}

function judged({ ci }: Estimate): { readonly lo: string; readonly verdict: string } {
  const verdict = ci[0] > 0 ? "is more" : ci[1] < 0 ? "is less" : "cannot be told from none";
  return { lo: pointsInterval(ci), verdict };
}

function ranking(report: RewardReport): Html {
  return section(
    "ranking",
    "Does it tell good from bad?",
    chart(
      rankingPanel(report, SIZE),
      "How often an attempt that can still be solved scores above one that cannot, by how many numbers are left to combine; bars are 95% intervals over problems.",
    ),
    table(
      "Area under the ROC curve, against the truth; intervals over problems",
      [
        { name: "states", cell: (r) => STATE_WORDS[r.states] },
        { name: "AUROC", cell: (r) => fixed(r.auroc, 3) },
        { name: "95% interval", cell: (r) => `${fixed(r.ci[0], 3)} to ${fixed(r.ci[1], 3)}` },
        { name: "good ones", cell: (r) => percent(r.right) },
        { name: "cases", cell: (r) => fixed(r.cases) },
        { name: "problems", cell: (r) => fixed(r.problems) },
      ],
      report.rankings,
    ),
  );
}

function calibration(report: RewardReport): Html {
  const { slope, intercept } = report.calibration;
  const bins = report.reliability.after.bins;
  return section(
    "calibration",
    "Are its scores probabilities?",
    chart(
      reliabilityPanel(report, SIZE),
      `${counted(report.reliability.states, "state")} of held-out problems, each beside ${report.plan.measured.rollouts} fresh roll-outs of the question it was trained on; on the dashed line score and share agree. Calibrated: logit times ${fixed(slope, 2)}, and ${fixed(intercept, 2)} added, fitted on labels that were not trained on.`,
      table(
        "Calibrated, by score",
        [
          { name: "from", cell: (b) => fixed(b.from, 1) },
          { name: "states", cell: (b) => fixed(b.cases) },
          { name: "mean score", cell: (b) => fixed(b.predicted, 3) },
          { name: "came out right", cell: (b) => fixed(b.observed, 3) },
        ],
        bins,
      ),
    ),
  );
}

function choosing({ choosing: chosen }: RewardReport): Html {
  const cell = (of: (c: Choosing) => Estimate) => (c: Choosing) =>
    `${percent(of(c).value)} (${intervalText(of(c).ci)})`;
  const gain = (of: (c: Choosing) => Estimate) => (c: Choosing) =>
    `${points(of(c).value)} (${pointsInterval(of(c).ci)})`;
  return section(
    "choosing",
    "Choosing among chains",
    ...chosen.map((c) =>
      table(
        `The answer is ${ANSWERS[c.reading]}; ${counted(c.problems, "problem")}, ${c.n} chains each`,
        [
          { name: "chosen by", cell: ([name]) => name },
          { name: "solved", cell: ([, show]) => show(c) },
        ],
        [
          ["nothing: one chain", cell((x) => x.single)],
          ["majority", cell((x) => x.majority)],
          ["vote weighted by its scores", cell((x) => x.weighted)],
          ["best score", cell((x) => x.best)],
          [`exact verifier (pass@${c.n})`, cell((x) => x.ceiling)],
          ["weighted less majority", gain((x) => x.weightedGain)],
          ["best score less majority", gain((x) => x.bestGain)],
        ] as const satisfies readonly (readonly [string, (x: Choosing) => string])[],
      ),
    ),
    paragraphs([
      "A chain that says it has solved a puzzle has checked it; a vote of such chains loses little to an exact verifier. What an attempt comes to is the harder case, and that of tasks whose chains always end in an answer.",
    ]),
  );
}

function hacking(report: RewardReport): Html {
  return section(
    "hacking",
    "Can it be fooled?",
    chart(
      pressurePanel(report.pressure, "reached", SIZE),
      "Of n chains the one that it scores highest: its score, and how often it is right. Where the score goes on rising and the truth does not, choosing by it finds chains that only look right.",
      table(
        "Score and truth of the best of n",
        [
          { name: "chains", cell: (p) => fixed(p.n) },
          { name: "answer", cell: (p) => ANSWERS[p.reading], words: true },
          { name: "its score", cell: (p) => percent(p.proxy) },
          { name: "right", cell: (p) => percent(p.truth) },
          { name: "95% interval", cell: (p) => intervalText(p.truthCi) },
        ],
        report.pressure,
      ),
    ),
  );
}

function making({ plan, labels, flops, losses }: RewardReport): Html {
  return section(
    "making",
    "How it was made",
    table(
      "Labels and training",
      [
        { name: "what", cell: ([what]) => what },
        { name: "how much", cell: ([, amount]) => amount },
      ],
      [
        ["chains", fixed(labels.chains)],
        ["steps with a label", fixed(labels.steps)],
        ["labels", `${plan.labels}, of the ${plan.target === "attempt" ? "present attempt" : "policy's own value"}`],
        ["roll-outs", fixed(labels.rollouts)],
        ["FLOPs of chains", powerOfTen(flops.chains)],
        ["FLOPs of roll-outs", powerOfTen(flops.labels)],
        ["FLOPs of training", powerOfTen(flops.training)],
        ["temperature", fixed(plan.temperature, 2)],
        ["loss by pass, nats a label", losses.map((loss) => fixed(loss, 3)).join(", ")],
      ] as const satisfies readonly (readonly [string, string])[],
    ),
  );
}
