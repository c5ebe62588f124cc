/** The diagnostics as small diagrams, each with its meaning and, where it is unhealthy, what is wrong and what to try. */

import { diagnosis, type Gauge, gaugesOf } from "./diagnostics.ts";
import { byId, el, say, svg } from "./dom.ts";
import type { RunState } from "./run-state.ts";
import { sparkline } from "./sparkline.ts";

const WIDTH = 200;
const HEIGHT = 44;

export function drawGauges(state: RunState): void {
  const gauges = gaugesOf(state.steps);
  const overall = diagnosis(gauges);
  const line = byId("diagnosis", HTMLElement);
  say(line, overall.text);
  line.dataset["health"] = overall.health;
  byId("gauges", HTMLElement).replaceChildren(...gauges.map(drawGauge));
}

function drawGauge(gauge: Gauge): HTMLElement {
  const item = el(
    "li",
    { class: "card gauge", "data-health": gauge.health },
    el("h3", {}, gauge.name),
    el("p", { class: "value" }, gauge.value),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "spark", "aria-hidden": "true" },
      svg("path", { d: sparkline(gauge.values, WIDTH, HEIGHT) }),
    ),
    el("p", { class: "meaning" }, gauge.meaning),
  );
  if (gauge.finding !== "") {
    item.append(el("p", { class: "finding" }, gauge.finding), el("p", { class: "advice" }, gauge.advice));
  }
  return item;
}
