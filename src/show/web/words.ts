/** Quantities and moments of a run in words that need no background. Pure. */

import { parsePrompt } from "../report/chain-text.ts";
import { fixed, percent } from "../report/format.ts";
import { listed, headline as reportHeadline } from "../report/story.ts";
import { kindOf, type Progress, progress, type RunState } from "./run-state.ts";

const SCALES = ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion"];

/**
 * A large number as people say it, to two digits.
 *
 * @example
 * inWords(32_100_000_000_000); // "32 trillion"
 */
export function inWords(x: number): string {
  if (x === 0) return "0";
  const power = Math.floor(Math.log10(x) / 3 + 1e-9);
  const scale = Math.max(0, Math.min(power, SCALES.length - 1));
  const mantissa = x / 1000 ** scale;
  const rounded = Number(mantissa.toPrecision(2));
  if (rounded >= 1000 && scale < SCALES.length - 1) return `1 ${SCALES[scale + 1]}`;
  const text = rounded >= 10 || Number.isInteger(rounded) ? fixed(rounded) : fixed(rounded, 1);
  return `${text} ${SCALES[scale]}`.trim();
}

/** "about 24 minutes"; seconds below a minute and a half are given as such, rounded to ten. */
export function roughly(seconds: number): string {
  if (seconds < 8) return "a few seconds";
  if (seconds < 90) return `about ${Math.ceil(seconds / 10) * 10} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${minutes} minutes`;
  return `about ${fixed(minutes / 60, minutes < 300 ? 1 : 0)} hours`;
}

/**
 * A puzzle for people.
 *
 * @example
 * puzzleWords("3 7 8 2 = 24"); // "make 24 from 3, 7, 8 and 2"
 */
export function puzzleWords(prompt: string): string {
  const puzzle = parsePrompt(prompt);
  return puzzle === null ? prompt : `make ${puzzle.target} from ${listed(puzzle.numbers.map(String))}`;
}

/** What is going on, in one or two sentences. */
export function phaseWords(state: RunState): string {
  const phase = state.phase;
  const plan = state.comparing.plan;
  if (plan !== null && !isDone(state)) {
    const done = state.comparing.cells.filter((cell) => cell.status === "done").length;
    return `The same small model is trained in different ways, each with the same amount of computing. ${done} of ${plan.methods.length * plan.seeds.length} trainings are done.`;
  }
  if (phase === null) return state.steps.length > 0 ? explain("training") : "Waiting for the run to begin.";
  const detail = phase.detail.trim();
  if (kindOf(state) === "reward-model") return judgingWords(phase.name, detail);
  return [explain(phase.name), detail === "" ? "" : sentence(detail)].filter(Boolean).join(" ");
}

function explain(phase: string): string {
  if (/^done|^finished/i.test(phase)) return "Done.";
  if (/^train/i.test(phase)) {
    return "Training. It practises on fresh puzzles; the attempts that worked become a little more likely.";
  }
  if (/^pretrain/i.test(phase)) return "Pretraining. It learns to write down attempts by copying a mediocre player.";
  if (/^measur|^eval/i.test(phase)) return `${sentence(phase)} The puzzles are ones it has never trained on.`;
  return sentence(phase);
}

/** Of a reward model: "chains and labels, round 1 of 3", "training, pass 2 of 4". */
function judgingWords(phase: string, detail: string): string {
  const part = /(\d+ of \d+)$/.exec(detail)?.[1] ?? "";
  if (/^chains/i.test(phase)) {
    return `Making lessons for the judge, part ${part}: puzzles are tried, and every step is marked with how its attempt came out.`;
  }
  if (/^train/i.test(phase)) {
    return `Training the judge, reading ${part}: it reads attempts whose end is known, and learns to foresee it.`;
  }
  return explain(phase);
}

/** "Step 120 of 300 · 8.2 s a step · about 24 minutes of training left" */
export function paceWords(now: Progress | null): string {
  if (now === null) return "";
  if (now.step >= now.steps) return `All ${fixed(now.steps)} steps of training are done.`;
  const parts = [`Step ${fixed(now.step)} of ${fixed(now.steps)}`];
  if (now.secondsAStep !== null) parts.push(`${fixed(now.secondsAStep, now.secondsAStep < 10 ? 1 : 0)} s a step`);
  if (now.secondsLeft !== null) parts.push(`${roughly(now.secondsLeft)} of training left`);
  return parts.join(" · ");
}

/** Whether the run has told its end. */
export function isDone(state: RunState): boolean {
  return state.result !== null || /^done|^finished/i.test(state.phase?.name ?? "");
}

/** The page's headline: at the end the report's own, which claims no more than the intervals allow. */
export function headline(state: RunState): string {
  if (state.result !== null) return reportHeadline(state.result);
  if (kindOf(state) === "compare") return "Which way of learning to think works best?";
  if (kindOf(state) === "reward-model") return "A model learns to judge attempts that are not finished";
  return isDone(state) ? "The run is over" : "A small model is learning to think";
}

/** The browser tab's title. */
export function tabTitle(state: RunState): string {
  const now = progress(state);
  const score = state.result?.final ?? state.evals.at(-1);
  const parts: string[] = [];
  if (score !== undefined) parts.push(percent(score.passAt1, 0));
  if (isDone(state)) parts.push("done");
  else if (now !== null) parts.push(`step ${now.step} of ${now.steps}`);
  return [...parts, "Mull"].join(" · ");
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
