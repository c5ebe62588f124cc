/** The live page: events come in, the state is folded from them, and once a frame the page is drawn from the state. */

import type { Hello } from "../server/event-stream.ts";
import { drawComparison } from "./compare-view.ts";
import { follow } from "./connection.ts";
import { Curves } from "./curves.ts";
import { byId, say } from "./dom.ts";
import { drawGauges } from "./gauges.ts";
import { drawJudging } from "./judging-view.ts";
import { drawOverview } from "./overview.ts";
import { drawReadings } from "./readings-view.ts";
import { applyEvent, emptyState, kindOf, type RunState } from "./run-state.ts";
import { Thinking } from "./thinking.ts";
import { isDone } from "./words.ts";

const LINK_WORDS = { live: "live", lost: "connection lost, trying again" } as const;
const REPORT_TRIES = 60;
const REPORT_WAIT_MS = 2000;

const curves = new Curves(byId("train", HTMLElement), byId("test", HTMLElement));
const thinking = new Thinking();
const link = byId("link", HTMLElement);
const report = byId("report", HTMLElement);
let state: RunState = emptyState();
let hasReport = false;
let lookedForReport = false;
let scheduled = false;

function draw(): void {
  scheduled = false;
  document.body.dataset["kind"] = kindOf(state);
  drawOverview(state);
  drawComparison(state);
  drawReadings(state);
  drawJudging(state);
  curves.draw(state);
  thinking.draw(state);
  drawGauges(state);
  report.hidden = !hasReport || !isDone(state);
  if (isDone(state) && !hasReport && !lookedForReport) void lookForReport();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(draw);
}

function onHello(hello: Hello): void {
  if (!hello.resumed) {
    state = emptyState();
    lookedForReport = false;
  }
  hasReport = hello.report;
  thinking.hello(hello);
  schedule();
}

/** The report is written just after the last event, so the page asks for it a few times. */
async function lookForReport(): Promise<void> {
  lookedForReport = true;
  for (let i = 0; i < REPORT_TRIES && !hasReport; i++) {
    hasReport = await fetch("/api/report").then(
      async (response) => (await response.json()).report === true,
      () => false,
    );
    if (!hasReport) await new Promise((resolve) => setTimeout(resolve, REPORT_WAIT_MS));
  }
  schedule();
}

follow("/api/events", {
  onHello,
  onEvent(event) {
    applyEvent(state, event);
    schedule();
  },
  onLink(now) {
    link.dataset["state"] = now;
    say(link, now === "lost" && isDone(state) ? "the run is over" : LINK_WORDS[now]);
  },
});
draw();
