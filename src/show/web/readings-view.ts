/** What a way of learning does and writes, over its training: small pictures of its habits, and two checkpoints side by side. */

import { chainLines } from "../chain-text.ts";
import type { EventOf } from "../server/events.ts";
import { drawLine, VERDICT_WORDS } from "./chain-view.ts";
import type { CurvePoint, MethodCurve } from "./comparison.ts";
import { byId, el, say, svg } from "./dom.ts";
import { change, HABITS, type Habit, habitCurve, lesson, rate, sharedLines, shownPoints } from "./readings.ts";
import { inWords } from "./words.ts";

const WIDTH = 320;
const HEIGHT = 130;
const LEFT = 38;
const BOTTOM = 20;
const TOP = 10;

type Point = EventOf<"compare-point">;
type Option = { readonly value: string; readonly words: string };

let known: readonly MethodCurve[] = [];
let listening = false;

/** Draws what the chosen way, puzzle and checkpoints are; hidden where no point tells of chains. */
export function drawReadings(curves: readonly MethodCurve[]): void {
  known = curves.filter(({ seeds }) =>
    seeds.flat().some(({ behaviours, shown }) => shown.length > 0 || "backtracking" in behaviours),
  );
  byId("readings", HTMLElement).hidden = known.length === 0;
  if (!listening) byId("readings", HTMLElement).addEventListener("change", draw);
  listening = true;
  draw();
}

function draw(): void {
  const best = known.toSorted((a, b) => (b.mean.at(-1)?.passAt1 ?? 0) - (a.mean.at(-1)?.passAt1 ?? 0))[0];
  const chosen = choose(
    "reading-method",
    known.map(({ name, title }) => ({ value: name, words: title })),
    best?.name,
  );
  const own = known.find(({ name }) => name === chosen);
  if (own === undefined) return;
  say(byId("reading-lesson", HTMLElement), lesson(own));
  byId("habits", HTMLElement).replaceChildren(...HABITS.map((habit) => picture(habit, own)));
  drawPair(shownPoints(own));
}

function picture(habit: Habit, own: MethodCurve): HTMLElement {
  const curve = habitCurve(own, habit);
  const others = known.filter((other) => other !== own).map((other) => habitCurve(other, habit));
  const all = [...others, curve].flat();
  const high = Math.max(1, ...all.map(({ passAt1 }) => passAt1));
  const most = Math.max(1, ...all.map(({ flops }) => flops));
  const x = (flops: number): number => LEFT + (flops / most) * (WIDTH - LEFT - 10);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / high) * (HEIGHT - BOTTOM - TOP);
  const line = (points: readonly CurvePoint[], kind: string): SVGElement =>
    svg("polyline", { class: kind, points: points.map((p) => `${x(p.flops)},${y(p.passAt1)}`).join(" ") });
  const label = (kind: string, px: number, py: number, said: string): SVGElement =>
    svg("text", { class: kind, x: String(px), y: String(py) }, document.createTextNode(said));
  const grid = [0, high].flatMap((value) => [
    svg("line", {
      class: "grid",
      x1: String(LEFT),
      x2: String(WIDTH - 10),
      y1: String(y(value)),
      y2: String(y(value)),
    }),
    label("side", LEFT - 5, y(value) + 4, rate(value)),
  ]);
  const [first, last] = [curve[0], curve.at(-1)];
  const words =
    first === undefined || last === undefined
      ? "not measured"
      : curve.length === 1
        ? `${rate(first.passAt1)} times in 100 ${habit.per}, before training`
        : `${rate(first.passAt1)} times in 100 ${habit.per} before, ${rate(last.passAt1)} now`;
  const end =
    last === undefined
      ? []
      : [svg("circle", { class: "end", cx: String(x(last.flops)), cy: String(y(last.passAt1)), r: "4" })];
  return el(
    "article",
    { class: "card method habit", "data-habit": habit.name },
    el("h3", {}, habit.title),
    el("p", {}, `It ${habit.words}.`),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${habit.title}: ${words}` },
      ...grid,
      label("side", WIDTH - 10, HEIGHT - 4, "more training →"),
      ...others.map((points) => line(points, "other")),
      line(curve, "mean"),
      ...end,
    ),
    el("p", { class: "stands" }, words),
  );
}

function drawPair(points: readonly Point[]): void {
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
  point: Point,
  { verdict, reason }: Point["shown"][number],
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

function stopWords({ step, flops }: Point): string {
  return step === 0 ? "Before training" : `After step ${step} (${inWords(flops)} operations)`;
}

function pointAt(points: readonly Point[], step: string): Point | undefined {
  return points.find((point) => String(point.step) === step);
}

function written(point: Point | undefined, problem: string): Point["shown"][number] | undefined {
  return point?.shown.find((each) => each.problem === problem);
}

/** Fills a select anew where its options changed; what a visitor chose stays, else the first choice is taken. */
function choose(id: string, options: readonly Option[], first = options[0]?.value, latest = false): string {
  const select = byId(id, HTMLSelectElement);
  const offered = options.map(({ value }) => value);
  const old = [...select.options].map(({ value }) => value);
  if (JSON.stringify(old) !== JSON.stringify(offered)) {
    const followed = latest && select.value === old.at(-1); // who looks at the newest goes on looking at the newest
    const kept = offered.includes(select.value) && !followed ? select.value : (first ?? "");
    select.replaceChildren(...options.map(({ value, words }) => el("option", { value }, words)));
    select.value = kept;
  }
  return select.value;
}
