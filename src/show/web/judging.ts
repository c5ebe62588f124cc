/** What a reward model says of chains, step by step, beside the truth, in words that need no background. Pure. */

import { agreementOf, disagrees } from "../../measure/agreement.ts";
import { stepWords } from "../report/chain-text.ts";
import { percent } from "../report/format.ts";
import type { EventOf } from "../server/events.ts";

type Plan = EventOf<"reward-plan">;
type Chain = EventOf<"reward-scores">["chains"][number];

/** A step as a row. */
export type JudgedRow = {
  /** Whatever the model wrote, so text and nothing else. */
  readonly words: string;
  readonly score: number;
  readonly said: string;
  /** `open`: it can still be solved; `lost`: it cannot; empty where that cannot be asked. */
  readonly truth: "open" | "lost" | "";
  /** Where the score says otherwise than the truth, and is meant to say the same. */
  readonly error: "too hopeful" | "too gloomy" | "";
};

/** Chains that are shown at once. */
const CHAINS = 6;

/** Chains that have steps enough to be looked at, those in which hope is lost or won on the way before the others. */
export function judgedChains({ chains }: EventOf<"reward-scores">): readonly Chain[] {
  const turns = ({ steps }: Chain): boolean => new Set(steps.flatMap(({ solvable }) => solvable ?? [])).size > 1;
  const long = chains.filter(({ steps }) => steps.length > 1);
  return [...long.filter(turns), ...long.filter((chain) => !turns(chain))].slice(0, CHAINS);
}

export function rowsOf({ problem, steps }: Chain, { target }: Pick<Plan, "target">): JudgedRow[] {
  let before = "";
  return steps.map((step) => {
    const words = stepWords(before, step.text, problem);
    before += step.text;
    const { score, solvable } = step;
    const wrong = target === "attempt" && disagrees(step);
    return {
      words,
      score,
      said: percent(score, 0),
      truth: solvable === null ? "" : solvable ? "open" : "lost",
      error: wrong ? (solvable === true ? "too gloomy" : "too hopeful") : "",
    };
  });
}

/** What it says where the truth is yes and where it is no, and how often it is right, beside saying the same every time. */
export function agreementWords(chains: readonly Chain[], { target }: Pick<Plan, "target">): string {
  const all = chains.flatMap(({ steps }) => steps);
  const agreement = agreementOf(all);
  if (agreement === null) return "";
  const [open, lost] = [true, false].map((truth) => meanScore(all.filter(({ solvable }) => solvable === truth)));
  const means =
    open === undefined || lost === undefined
      ? ""
      : `Where the puzzle could still be solved the judge said ${percent(open, 0)} on average, where it could not ${percent(lost, 0)}. `;
  if (target === "policy") {
    return `${means}This judge looks to the end of the whole text: the writer may go back and try again, so it may hope where this attempt is lost.`;
  }
  const { agreeing, constant } = agreement;
  return (
    `${means}Take more than 50% as a “yes”: then it is right about ${agreeing} of these ${agreement.steps} steps. ` +
    `Always saying “${constant.answer ? "yes" : "no"}” would be right about ${constant.agreeing}. ` +
    "It foresees what the writer, who often errs, will make of the attempt, so it tends to be gloomier than the truth."
  );
}

function meanScore(steps: Chain["steps"]): number | undefined {
  return steps.length === 0 ? undefined : steps.reduce((sum, { score }) => sum + score, 0) / steps.length;
}

/** "Before it learnt anything", "After reading its lessons twice", "After step 12 of the training". */
export function momentWords(pass: number, moments: Plan["moments"] = "passes"): string {
  if (pass === 0) return "Before it learnt anything";
  if (moments === "steps") return `After step ${pass} of the training`;
  return `After reading its lessons ${pass === 1 ? "once" : pass === 2 ? "twice" : `${pass} times`}`;
}
