/** The top of the page: what is going on, how far it is, and the few figures that tell the story. */

import { duration, fixed, percent, points } from "../report/format.ts";
import { controlWords } from "../report/story.ts";
import { byId, el, say } from "./dom.ts";
import { progress, type RunState } from "./run-state.ts";
import { headline, inWords, isDone, paceWords, phaseWords, tabTitle } from "./words.ts";

type Tile = {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
  readonly role?: "base" | "final";
};

export function drawOverview(state: RunState): void {
  const now = progress(state);
  say(byId("title", HTMLElement), headline(state));
  say(byId("phase", HTMLElement), phaseWords(state));
  say(byId("pace", HTMLElement), state.result === null ? paceWords(now) : controlWords(state.result).join(" "));
  document.title = tabTitle(state);
  const bar = byId("bar", HTMLProgressElement);
  bar.hidden = now === null || isDone(state);
  if (now !== null) {
    bar.max = Math.max(1, now.steps);
    bar.value = now.step;
  }
  byId("tiles", HTMLElement).replaceChildren(
    ...tiles(state).map((tile) =>
      el(
        "div",
        { class: `tile ${tile.role ?? ""}` },
        el("dt", {}, tile.name),
        el("dd", { class: "value" }, tile.value),
        el("dd", { class: "detail" }, tile.detail),
      ),
    ),
  );
}

function tiles(state: RunState): Tile[] {
  const before = state.result?.base ?? state.evals.find((exam) => exam.step === 0);
  const latest = state.evals.findLast((exam) => exam.step > 0);
  const after = state.result?.final ?? latest;
  const out: Tile[] = [];
  if (before !== undefined) {
    out.push({
      name: "Right first time, before",
      value: percent(before.passAt1, 0),
      detail: sure(before.ci),
      role: "base",
    });
  }
  if (after !== undefined) {
    const gain = before === undefined ? "" : `${points(after.passAt1 - before.passAt1, 0)}; `;
    const name = state.result === null ? "Right first time, now" : "Right first time, after";
    out.push({ name, value: percent(after.passAt1, 0), detail: gain + sure(after.ci), role: "final" });
  }
  const first = state.steps.find((step) => step.meanTokens !== null)?.meanTokens ?? null;
  const last = state.steps.at(-1);
  if (first !== null && last !== undefined && last.meanTokens !== null) {
    out.push({
      name: "Length of a thought",
      value: `${fixed(last.meanTokens)} tokens`,
      detail: `${fixed(first)} at the start; four tokens are one operation`,
    });
  }
  if (last !== undefined) {
    out.push({ name: "Spent on training", value: inWords(last.flops), detail: "additions and multiplications" });
  }
  const seconds = state.result?.wallSeconds;
  if (seconds !== undefined) out.push({ name: "The whole run", value: duration(seconds), detail: "on this machine" });
  return out;
}

/** An interval in words. */
function sure(ci: readonly [number, number]): string {
  return `${percent(ci[0], 0)} to ${percent(ci[1], 0)}, 95% sure`;
}
