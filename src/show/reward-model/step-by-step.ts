/** A few chains, under each step the score of a process reward model beside the truth by an exact solver. */

import { agreementOf, disagrees, type ScoredStep } from "../../measure/agreement.ts";
import { stepWords } from "../report/chain-text.ts";
import { counted, percent } from "../report/format.ts";
import type { Html } from "../report/html.ts";
import { paragraphs, section, table } from "../report/page/parts.ts";
import type { ShownChain } from "./measure.ts";

const CHAINS = 6;
const STEPS = 12;

/** The section of the report; null where no chain has steps enough to be looked at. */
export function stepByStep(shown: readonly ShownChain[]): Html | null {
  const told = shown.filter(({ steps }) => steps.length > 1).slice(0, CHAINS);
  if (told.length === 0) return null;
  return section(
    "chains",
    "Step by step",
    paragraphs([
      "Its score after each step, beside whether the numbers that are left can still make the target, which an exact solver says.",
      ...agreement(told.flatMap(({ steps }) => steps.slice(0, STEPS))),
    ]),
    ...told.map(stepTable),
  );
}

function stepTable({ prompt, steps: all }: ShownChain): Html {
  const rows = all.slice(0, STEPS).map((step, s) => {
    const before = all.slice(0, s).map(({ text }) => text);
    return { ...step, words: stepWords(before.join(" "), ` ${step.text}`, prompt) };
  });
  return table(
    prompt,
    [
      { name: "step", cell: ({ words }) => words },
      { name: "its score", cell: ({ score }) => percent(score, 0) },
      { name: "can be solved", cell: ({ solvable }) => (solvable === null ? "–" : solvable ? "yes" : "no") },
      { name: "they disagree", cell: (step) => (disagrees(step) ? "✗" : "") },
    ],
    rows,
  );
}

function agreement(all: readonly ScoredStep[]): string[] {
  const found = agreementOf(all);
  if (found === null) return [];
  const { agreeing, steps, constant } = found;
  return [
    `Read as yes above one half and as no below, its scores agree with the solver after ${agreeing} of these ${counted(steps, "step")}; to say the same each time would agree after ${constant.agreeing}.`,
  ];
}
