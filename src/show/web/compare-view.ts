/** A comparison as it goes: a small picture a method on common axes, the others faint behind it, and a table of where each stands. */

import { percent } from "../report/format.ts";
import { type MethodCurve, methodCurves, solved } from "./comparison.ts";
import { byId, el } from "./dom.ts";
import { curve, curveEnd, type Frame, interval, label, level, picture, scalesOf } from "./marks.ts";
import type { RunState } from "./run-state.ts";
import { ticks } from "./ticks.ts";
import { inWords } from "./words.ts";

const FRAME: Frame = { width: 320, height: 190, left: 38, right: 10, top: 8, bottom: 24 };

const SENTENCES: Readonly<Record<string, string>> = {
  filter: "It guesses, keeps the attempts that the checker accepts, and copies those.",
  evaluation: "A second judge learns to score half-finished attempts, and it practises to please the judge.",
  guidance: "It searches through many next moves, trying each out to the end, and copies where the search went.",
  combination: "It copies attempts that begin wrong and then recover, to learn how to correct itself.",
  own: "An idea of your own.",
  baseline: "A plain way, here to compare the others with.",
};
/** Of methods whose hypothesis alone does not say what they do, by name. */
const BY_NAME: Readonly<Record<string, string>> = {
  grpo: "It tries each puzzle many times; attempts that did better than its own average become likelier.",
  ppo: "Like GRPO, but a learnt guess of how well it stands takes the place of the average.",
  optimal: "It copies the shortest right solutions, without any wrong turn.",
  distillation: "It learns to give at once the answer that it used to think about.",
  base: "No training at all: where every other way starts from.",
  "filter-prm":
    "It guesses and checks; of the attempts that are right it copies those whose steps a second judge likes best.",
  "evaluation-process":
    "It practises to please a second judge alone, who never learns from the mistakes that this makes.",
  "guidance-value": "As guidance, but half of each hunch comes from a second judge that learns from earlier searches.",
  "guidance-beam":
    "It follows a few promising attempts side by side, chosen by a second judge, and copies those that came out right.",
  "combination-random": "As combination, but its wrong beginnings are taken at random, not from near misses.",
  stream: "It copies whole searches written out, wrong turns and returns included.",
  "self-correction": "It answers twice, and is rewarded when the second answer mends the first.",
  star: "It copies what was right; where it failed, it is shown the first move of a solution and tries again.",
  "rest-em": "It copies what was right, each round beginning again from the first model.",
};
const STATES = { waiting: "not begun", running: "training now", done: "finished", failed: "failed" } as const;

let drawn = "";

export function drawComparison(state: RunState): void {
  const plan = state.comparing.plan;
  const section = byId("compare", HTMLElement);
  section.hidden = plan === null;
  if (plan === null) return;
  const curves = methodCurves(state.comparing);
  const now = JSON.stringify(curves);
  if (now === drawn) return;
  drawn = now;
  const amounts = curves.flatMap(({ seeds }) => seeds.flat().map(({ flops }) => flops)).filter((flops) => flops > 0);
  const high = Math.max(plan.budgetFlops, ...amounts, 1);
  const low = Math.min(...amounts, high / 10) / 2;
  byId("compare-curves", HTMLElement).replaceChildren(...curves.map((own) => card(own, curves, low, high)));
  byId("compare-table", HTMLElement).replaceChildren(table(curves));
}

function card(own: MethodCurve, all: readonly MethodCurve[], low: number, high: number): HTMLElement {
  const across = (flops: number): number => Math.log(Math.max(flops, low) / low) / Math.log(high / low);
  const scales = scalesOf(FRAME, across, 1);
  const { x, y } = scales;
  const { width, height, left } = FRAME;
  return el(
    "article",
    { class: "card method", "data-method": own.name },
    el("h3", {}, capital(own.title)),
    el("p", { class: "hypothesis" }, BY_NAME[own.name] ?? SENTENCES[own.hypothesis] ?? own.hypothesis),
    picture(
      FRAME,
      `${own.title}: ${standing(own)}`,
      ...[0, 0.5, 1].flatMap((share) => level(FRAME, y(share), percent(share, 0))),
      ...ticks(low, high, width - left).map((flops) =>
        label(x(flops) > width - 60 ? "under last" : "under", x(flops), height - 7, inWords(flops)),
      ),
      ...all.filter((other) => other !== own).map((other) => curve(other.mean, "other", scales)),
      ...(own.seeds.length > 1 ? own.seeds.map((points) => curve(points.map(solved), "seed", scales)) : []),
      ...(own.seeds.length === 1 ? (own.seeds[0] ?? []) : []).map(({ flops, ci }) => interval(flops, ci, scales)),
      curve(own.mean, "mean", scales),
      ...curveEnd(own.mean, scales),
    ),
    el("p", { class: "stands" }, standing(own)),
    el("progress", { max: "1", value: String(own.share), "aria-label": `${own.title}: training done` }),
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function standing(own: MethodCurve): string {
  const first = own.mean[0];
  const last = own.mean.at(-1);
  if (first === undefined || last === undefined) return `${STATES[own.status]}; nothing measured yet`;
  if (own.mean.length === 1) return `solves ${percent(last.value, 0)}; ${STATES[own.status]}`;
  return `from ${percent(first.value, 0)} to ${percent(last.value, 0)} solved; ${STATES[own.status]}`;
}

function table(curves: readonly MethodCurve[]): HTMLElement {
  const row = (own: MethodCurve): HTMLElement => {
    const last = own.mean.at(-1);
    const cells = [
      last === undefined ? "not measured" : percent(last.value, 0),
      last === undefined ? "" : inWords(last.flops),
      percent(own.share, 0),
      STATES[own.status],
    ];
    return el("tr", {}, el("th", { scope: "row" }, capital(own.title)), ...cells.map((words) => el("td", {}, words)));
  };
  const ranked = curves.toSorted((a, b) => (b.mean.at(-1)?.value ?? -1) - (a.mean.at(-1)?.value ?? -1));
  const heads = ["Way of learning", "Solved at first try", "Computed so far", "Training done", "Now"];
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...heads.map((words) => el("th", { scope: "col" }, words)))),
    el("tbody", {}, ...ranked.map(row)),
  );
}
