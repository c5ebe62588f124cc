/** What a model does and writes, over its training: small pictures of its habits, and two checkpoints side by side. */

import { chainLines } from "../report/chain-text.ts";
import { drawLine, VERDICT_WORDS } from "./chain-view.ts";
import { choose } from "./choice.ts";
import { byId, el, say } from "./dom.ts";
import { curve, curveEnd, type Frame, label, level, picture, scalesOf } from "./marks.ts";
import {
  change,
  HABITS,
  type Habit,
  habitCurve,
  type Learner,
  learnersOf,
  lesson,
  type Reading,
  rate,
  sharedLines,
  shownPoints,
} from "./readings.ts";
import type { RunState } from "./run-state.ts";
import { inWords } from "./words.ts";

const FRAME: Frame = { width: 320, height: 130, left: 38, right: 10, top: 10, bottom: 20 };

let known: readonly Learner[] = [];
let drawn: readonly Reading[] | null = null;

/** Draws what the chosen model, puzzle and checkpoints are; hidden where no point tells of chains. */
export function drawReadings(state: RunState): void {
  known = learnersOf(state);
  const readings = known.flatMap(({ seeds }) => seeds.flat());
  if (readings.length === drawn?.length && readings.every((reading, i) => reading === drawn?.[i])) return;
  const section = byId("readings", HTMLElement);
  if (drawn === null) section.addEventListener("change", draw);
  drawn = readings;
  section.hidden = known.length === 0;
  byId("to-readings", HTMLElement).hidden = known.length === 0;
  byId("reading-which", HTMLElement).hidden = known.length < 2;
  draw();
}

function draw(): void {
  const best = known.toSorted((a, b) => (b.mean.at(-1)?.value ?? 0) - (a.mean.at(-1)?.value ?? 0))[0];
  const chosen = choose(
    "reading-method",
    known.map(({ name, title }) => ({ value: name, words: title })),
    best?.name,
  );
  const own = known.find(({ name }) => name === chosen);
  if (own === undefined) return;
  say(byId("reading-lesson", HTMLElement), lesson(own));
  const measured = HABITS.filter((habit) => known.some((learner) => habitCurve(learner, habit).length > 0));
  byId("habits", HTMLElement).replaceChildren(...measured.map((habit) => drawHabit(habit, own)));
  drawPair(shownPoints(own));
}

function drawHabit(habit: Habit, own: Learner): HTMLElement {
  const rates = habitCurve(own, habit);
  const others = known.filter((other) => other !== own).map((other) => habitCurve(other, habit));
  const all = [...others, rates].flat();
  const high = Math.max(1, ...all.map(({ value }) => value));
  const most = Math.max(1, ...all.map(({ flops }) => flops));
  const scales = scalesOf(FRAME, (flops) => flops / most, high);
  const { width, height, right } = FRAME;
  const [first, last] = [rates[0], rates.at(-1)];
  const words =
    first === undefined || last === undefined
      ? "not measured"
      : rates.length === 1
        ? `${rate(first.value)} times in 100 ${habit.per}, before training`
        : `${rate(first.value)} times in 100 ${habit.per} before, ${rate(last.value)} now`;
  return el(
    "article",
    { class: "card method habit", "data-habit": habit.name },
    el("h3", {}, habit.title),
    el("p", {}, `It ${habit.words}.`),
    picture(
      FRAME,
      `${habit.title}: ${words}`,
      ...[0, high].flatMap((value) => level(FRAME, scales.y(value), rate(value))),
      label("side", width - right, height - 4, "more training →"),
      ...others.map((points) => curve(points, "other", scales)),
      curve(rates, "mean", scales),
      ...curveEnd(rates, scales),
    ),
    el("p", { class: "stands" }, words),
  );
}

function drawPair(points: readonly Reading[]): void {
  byId("checkpoints", HTMLElement).hidden = points.length < 2; // one alone has nothing beside it
  const puzzles = [...new Set(points.flatMap(({ shown }) => shown.map((each) => each.problem)))];
  const learnt = puzzles.find(
    (each) => written(points[0], each)?.verdict !== "correct" && written(points.at(-1), each)?.verdict === "correct",
  );
  const problem = choose(
    "reading-puzzle",
    puzzles.map((words) => ({ value: words, words })),
    learnt,
  );
  const stops = points.map((point) => ({ value: String(point.step), words: stopWords(point) }));
  const left = pointAt(points, choose("reading-left", stops, stops[0]?.value));
  const right = pointAt(points, choose("reading-right", stops, stops.at(-1)?.value, true));
  const [a, b] = [written(left, problem), written(right, problem)];
  const pair = byId("reading-pair", HTMLElement);
  if (left === undefined || right === undefined || a === undefined || b === undefined) {
    pair.replaceChildren();
    return;
  }
  say(byId("reading-change", HTMLElement), change(a, b));
  const lines = [a, b].map(({ text }) => chainLines(text, { prompt: problem, signs: "print" }));
  const [shared, sharedToo] = sharedLines(
    ...(lines.map((each) => each.map(({ text }) => text)) as [string[], string[]]),
  );
  pair.replaceChildren(side(left, a, lines[0] ?? [], shared), side(right, b, lines[1] ?? [], sharedToo));
}

function side(
  point: Reading,
  { verdict, reason }: Reading["shown"][number],
  lines: ReturnType<typeof chainLines>,
  shared: readonly boolean[],
): HTMLElement {
  const items = lines.map((line, i) => {
    const item = drawLine(line);
    if (shared[i] !== true) item.classList.add("own");
    return item;
  });
  return el(
    "article",
    { class: `card chain ${point.step === 0 ? "base" : "final"}`, "data-verdict": verdict },
    el("h3", {}, stopWords(point)),
    el("ol", { class: "lines", tabindex: "0", "aria-label": `What it wrote: ${stopWords(point)}` }, ...items),
    el("p", { class: "verdict" }, `${VERDICT_WORDS[verdict]}: ${reason}`),
  );
}

function stopWords({ step, flops }: Reading): string {
  return step === 0 ? "Before training" : `After step ${step} (${inWords(flops)} operations)`;
}

function pointAt(points: readonly Reading[], step: string): Reading | undefined {
  return points.find((point) => String(point.step) === step);
}

function written(point: Reading | undefined, problem: string): Reading["shown"][number] | undefined {
  return point?.shown.find((each) => each.problem === problem);
}
