/** The live page in a real browser, with a scripted run and a scripted solver. Skipped where there is no Chromium. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { MullError } from "../../src/core/errors.ts";
import { RunFeed } from "../../src/show/server/feed.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/show/server/server.ts";
import { findChromium, launch, NO_CHROMIUM } from "./chromium.ts";
import { CONTRASTS } from "./contrasts.ts";
import {
  comparisonEvents,
  firstHalf,
  judgingEvents,
  scriptedSolver,
  scriptedTree,
  secondHalf,
  trainingEvents,
} from "./scripted-run.ts";

const program = findChromium();
const HOSTILE = '<img src="x" onerror="window.hacked=true"> <script>window.hacked=true</script> {{7*7}}';

describe("the live page", { skip: program === undefined && NO_CHROMIUM, timeout: 120_000 }, () => {
  let browser: Browser;
  const servers: RunningServer[] = [];
  const complaints: string[] = [];

  before(async () => {
    browser = await launch(program as string);
  });
  after(() => browser?.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
    // A violation of the content policy, an uncaught error, a missing file: all are complaints of the console.
    assert.deepEqual(complaints.splice(0), []);
  });

  async function serve(feed: RunFeed, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startServer({ port: 0, feed, ...options });
    servers.push(server);
    return server;
  }

  async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => {
      const ours = !message.text().startsWith("Canvas2D: Multiple readback"); // the tests read the canvas
      if (ours && /^(error|warning)$/.test(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) complaints.push(`a request to ${request.url()}`);
    });
    await page.goto(url);
    await page.locator('#link[data-state="live"]').waitFor();
    return page;
  }

  function publish(feed: RunFeed, events: readonly object[]): void {
    for (const event of events) feed.publish(event);
  }

  const text = (page: Page, selector: string) => page.locator(selector).innerText();
  /** Waits until the element's text matches. */
  const reads = (page: Page, selector: string, words: RegExp) =>
    page.locator(selector).filter({ hasText: words }).first().waitFor();
  /**
   * Waits until a chart shows at least so many pixels of about the colour of a variable of the palette. It looks again in
   * the page itself, frame by frame: the page's policy forbids the `eval` with which `waitForFunction` looks a second time.
   */
  const shows = (page: Page, chart: string, role: string, pixels: number) =>
    page.evaluate(`new Promise((resolve, reject) => {
      const deadline = performance.now() + 20_000;
      const look = () => {
        const canvas = document.querySelector("${chart} canvas");
        const wanted = getComputedStyle(document.body).getPropertyValue("--${role}").trim();
        const rgb = [1, 3, 5].map((i) => parseInt(wanted.slice(i, i + 2), 16));
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 200 && rgb.every((value, c) => Math.abs(data[i + c] - value) < 12)) found++;
        }
        if (found >= ${pixels}) resolve(null);
        else if (performance.now() > deadline) reject(new Error("${chart} shows " + found + " pixels of ${role}"));
        else requestAnimationFrame(look);
      };
      look();
    })`);

  test("waits for a run, and follows it as it happens", async () => {
    const feed = new RunFeed();
    const page = await visit((await serve(feed)).url);
    await reads(page, "#phase", /Waiting for the run to begin/);
    assert.match(await text(page, "#practice"), /make 24 from 3, 7, 8 and 2[\s\S]*7 − 3 = 4[\s\S]*4 × 6 = 24/);

    publish(feed, firstHalf());
    await reads(page, "#phase", /Training/);
    await reads(page, "#pace", /^Step 32 of 60 · 4\.\d s a step · about 2 minutes of training left$/);
    await reads(page, "#tiles", /Right first time, before\s*22%/);
    await reads(page, "#practice-title", /Practising, step 32/);
    await reads(page, "#practice .verdict", /Right: \(7 - 3\) \* \(8 - 2\) = 24/);
    assert.equal(await page.locator("#bar").getAttribute("value"), "32");

    publish(feed, trainingEvents(33, 40, 60));
    await reads(page, "#pace", /^Step 40 of 60/);
    assert.match(await page.title(), /step 40 of 60/);
  });

  test("draws both curves with their intervals, and says them as numbers", async () => {
    const feed = new RunFeed();
    publish(feed, firstHalf());
    const page = await visit((await serve(feed)).url);
    await page.locator("#train canvas").waitFor();
    await reads(page, "#test .empty", /Measured before and after training/);
    assert.equal(await page.locator("#train tbody tr").count(), 6);
    await shows(page, "#train", "final", 200);
    await shows(page, "#train", "base", 100);

    publish(feed, secondHalf());
    await page.locator("#test canvas").waitFor();
    assert.equal(await page.locator("#train tbody tr").count(), 11);

    // What the model does over its training, and what it wrote before and after.
    await reads(page, "#reading-lesson", /^It solved 22% .* 6\d% now\. It ends without an answer less often: 70 times/);
    assert.equal(await page.locator("#reading-which").isVisible(), false, "there is one model");
    assert.equal(await page.locator('[data-habit="giving up"] .mean').count(), 1);
    await reads(page, "#reading-change", /^Left is wrong, right is right\./);
    assert.deepEqual(await page.locator("#reading-pair .base .own .text").allInnerTexts(), ["18 + 2 = 20", "gives up"]);
    await shows(page, "#test", "base", 400);
    await shows(page, "#test", "final", 400);
    assert.deepEqual(await page.locator("#test .legend li").allInnerTexts(), [
      "Before training",
      "After training",
      "many attempts, one right",
      "many attempts, they vote",
      "one longer attempt",
    ]);
    // Whole curves of the report: it also has the vote of one attempt, which the events had not.
    assert.equal(await page.locator("#test tbody tr").count(), 2 * (7 + 7 + 6));
    assert.match(
      (await page.locator("#test .chart").getAttribute("aria-label")) ?? "",
      /64 attempts, 2\.6 billion, 92\.4%/,
    );

    await page.locator("#train .u-over").hover({ position: { x: 5, y: 5 } });
    assert.equal(await page.locator("#train .tip").isVisible(), false);
    const over = await page.locator("#train .u-over").boundingBox();
    assert.ok(over);
    const [x, y] = (await page.evaluate(
      `(() => { const t = document.querySelector("#train .u-over"); return [t.clientWidth, t.clientHeight]; })()`,
    )) as [number, number];
    // Along the curve's height: somewhere there a point is near.
    for (let share = 0.95; share > 0.05 && !(await page.locator("#train .tip").isVisible()); share -= 0.05) {
      await page.mouse.move(over.x + x * share, over.y + y * 0.36);
    }
    assert.match(await text(page, "#train .tip"), /%[\s\S]*With training[\s\S]*operations/);
  });

  test("ends with the report's own words and a link to it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mull-page-"));
    const reportFile = join(folder, "report.html");
    const feed = new RunFeed();
    publish(feed, [...firstHalf(), ...secondHalf()]);
    const page = await visit((await serve(feed, { reportFile })).url);
    await reads(page, "h1", /Practice took a small model from 22% to 66%/);
    await reads(page, "#pace", /only not giving up/);
    assert.equal(await page.locator("#report").isVisible(), false);
    await writeFile(reportFile, "<!doctype html><title>The report</title><h1>Figures</h1>");
    await page.locator("#report a").waitFor();
    const opened = page.context().waitForEvent("page");
    await page.locator("#report a").click();
    assert.equal(await (await opened).locator("h1").innerText(), "Figures");
    await rm(folder, { recursive: true });
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await reads(page, "#link", /^the run is over$/);
    complaints.splice(0); // the browser's own, of the connection
  });

  test("two models answer a visitor's puzzle side by side, by keyboard alone", async () => {
    const feed = new RunFeed();
    publish(feed, firstHalf());
    const page = await visit((await serve(feed, { solver: scriptedSolver() })).url, { reducedMotion: "no-preference" });
    await page.locator("#puzzle").focus();
    await page.keyboard.type("3,7 8  2 = 24");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.innerText"), "Think");
    await page.keyboard.press("Enter");
    await reads(page, "#duel .base .verdict", /^✗?\s*Wrong: it gave up, for 3 7 8 2 = 24 \(13 tokens\)$/);
    await reads(page, "#duel .final .verdict", /^✓?\s*Right: .* for 3 7 8 2 = 24 \(31 tokens\)$/);
    assert.deepEqual(await page.locator("#duel .base li .text").allInnerTexts(), [
      "3 + 7 = 10",
      "10 + 8 = 18",
      "18 + 2 = 20",
      "gives up",
    ]);
    assert.equal(await page.locator("#duel .final li").count(), 10);
    assert.match(await text(page, "#duel .final li:nth-child(3)"), /go back to where 3 \+ 7 = 10/);
    assert.equal(await page.locator("#duel .final").getAttribute("data-verdict"), "correct");
    const [good, bad] = await Promise.all(
      [".final", ".base"].map((side) =>
        page.evaluate(`getComputedStyle(document.querySelector("#duel ${side} .verdict")).color`),
      ),
    );
    assert.notEqual(good, bad);
  });

  test("says what is wrong with a puzzle", async () => {
    const feed = new RunFeed();
    const solver = {
      solve: () =>
        Promise.reject(new MullError("input", "1 1 1 = 99 has no solution.", { hint: "Try another target." })),
    };
    const page = await visit((await serve(feed, { solver })).url);
    await page.locator("#puzzle").fill("three and seven");
    await page.keyboard.press("Enter");
    await reads(page, "#puzzle-error", /Write it like 3 7 8 2 = 24/);
    assert.equal(await page.locator("#puzzle").getAttribute("aria-invalid"), "true");
    await page.locator("#puzzle").fill("1 1 1 = 99");
    await page.keyboard.press("Enter");
    await reads(page, "#duel .base .verdict", /1 1 1 = 99 has no solution\. Try another target\./);
    assert.equal(await text(page, "#puzzle-error"), "");
  });

  test("shows the puzzles that the run records, while it is being watched, and then a failing training", async () => {
    const feed = new RunFeed();
    publish(feed, firstHalf());
    const page = await visit((await serve(feed)).url);
    await reads(page, "#pace", /^Step 32 of 60/); // drawn, without any puzzle
    assert.equal(await page.locator("#ask").isVisible(), false, "no model is loaded");
    assert.equal(await page.locator("#duel").isVisible(), false);
    const [first, second] = secondHalf().filter((event) => "problem" in event);
    publish(feed, [first as object]);
    await reads(page, "#which", /Puzzle 1 of 1: make 24 from 3, 7, 8 and 2/);
    publish(feed, [second as object]);
    await reads(page, "#which", /Puzzle 1 of 2/);
    await page.locator("#later").click();
    publish(feed, [{ ...(first as object), problem: "1 2 3 = 6" }]);
    await reads(page, "#which", /Puzzle 2 of 3: make 24 from 3, 7, 2 and 8/);
    await page.locator("#later").click();
    await page.locator("#later").click();
    await reads(page, "#which", /Puzzle 1 of 3/);
    await reads(page, "#duel .base .verdict", /it gave up/);

    await reads(page, "#diagnosis", /All signs are good/);
    assert.equal(await page.locator("#gauges li").count(), 8);
    publish(
      feed,
      trainingEvents(33, 42, 60).map((event) => ({ ...event, entropy: 0.001 })),
    );
    await reads(page, "#diagnosis", /Something is wrong: open-mindedness/);
    const gauge = page.locator('#gauges li[data-health="trouble"]');
    assert.match(await gauge.innerText(), /hardly tries anything new[\s\S]*Entropy fell/);
    publish(feed, [{ ...trainingEvents(43, 43, 60)[0], gradNorm: Number.NaN }]);
    await reads(page, "#gauges", /not a number/);
  });

  test("text of a model is text, whatever it says", async () => {
    const feed = new RunFeed();
    const judged = { text: HOSTILE, verdict: "wrong", reason: HOSTILE, tokens: 3 };
    publish(feed, [
      { type: "phase", name: HOSTILE, detail: HOSTILE },
      { type: "chain", step: 1, problem: HOSTILE, text: HOSTILE, verdict: "wrong", reason: HOSTILE },
      { type: "pair", problem: HOSTILE, base: judged, final: judged },
      { type: "samples", model: "base", strategy: HOSTILE, n: 1, flops: 1e8, accuracy: 0.5, ci: [0.4, 0.6] },
    ]);
    const solver = scriptedSolver({ base: HOSTILE, trained: HOSTILE, tree: scriptedTree(HOSTILE) });
    const page = await visit((await serve(feed, { solver })).url);
    await reads(page, "#phase", /<img src="x"/);
    await reads(page, "#practice .lines", /<script>window/);
    await reads(page, "#which", /onerror/);
    await page.locator("#test summary").click();
    await reads(page, "#test .table", /<img/);
    await page.locator("#ideas button").first().click();
    await reads(page, "#duel .base .lines", /<script>window/);
    // The tree of a search too, whose closed branch opens by keyboard.
    await reads(
      page,
      "#duel .base .tree",
      /7 − 3 = 4\s*3\svisits · prior\s50% · value\s50% · score\s50%\s*can still be solved/,
    );
    const branch = page.locator("#duel .base .tree details details");
    assert.equal(await branch.locator(".leaf").isVisible(), false);
    await branch.locator("summary").press("Enter");
    await branch.locator(".leaf").waitFor();
    assert.match(await branch.innerText(), /<img src="x"[\s\S]*wrong: <img/);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.equal(await page.evaluate("window.hacked"), undefined);
    // And where a script of the page tried, the browser would refuse.
    const refused = await page.evaluate(`(() => {
      try { document.body.innerHTML = "<p>"; return "done"; } catch (error) { return error.name; }
    })()`);
    assert.equal(refused, "TypeError");
    assert.match(complaints.splice(0).join(" "), /TrustedHTML/);
  });

  test("is readable by day, when night falls, and on a narrow phone", async () => {
    const feed = new RunFeed();
    publish(feed, [...firstHalf(), ...secondHalf()]);
    const { url } = await serve(feed, { solver: scriptedSolver() });
    const page = await visit(url, { colorScheme: "light" });
    const seen: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator("#test canvas").waitFor();
      await shows(page, "#train", "final", 200);
      seen.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
      assert.deepEqual(await page.evaluate(CONTRASTS), [], colorScheme);
    }
    assert.notEqual(seen[0], seen[1]);
    await page.setViewportSize({ width: 320, height: 700 });
    for (const summary of await page.locator("summary").all()) await summary.click();
    assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 320);
  });

  test("draws a comparison as it comes, each way of learning in its own picture", async () => {
    const feed = new RunFeed();
    const page = await visit((await serve(feed)).url, { viewport: { width: 390, height: 800 } });
    assert.equal(await page.locator("#compare").isVisible(), false);
    publish(feed, comparisonEvents());
    await reads(page, "#phase", /2 of 4 trainings are done/);
    await reads(page, '[data-method="filter"] .stands', /^from 20% to 45% solved; finished$/);
    await reads(page, '[data-method="grpo"] .stands', /^from 20% to 60% solved; training now$/);
    assert.equal(await page.locator('[data-method="filter"] .seed').count(), 2);
    assert.match(await text(page, "#compare tbody tr:first-child"), /GRPO\s+60%\s+300 billion\s+25%/);
    assert.equal(await page.locator("#health").isVisible(), false);
    await reads(
      page,
      "#reading-lesson",
      /^It solved 20% .* 60% now\. It ends without an answer less often: 70 times in 100/,
    );
    await reads(page, "#reading-change", /^Left is wrong, right is right\./);
    assert.deepEqual(await page.locator("#reading-pair .base .own .text").allInnerTexts(), ["18 + 2 = 20", "gives up"]);
    await page.locator("#reading-right").selectOption("0");
    await reads(page, "#reading-change", /^Both are wrong\./);
    assert.equal(await page.locator("#reading-pair .own").count(), 0);
    assert.deepEqual(await page.evaluate(CONTRASTS), []);
    assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 390);
  });

  test("shows a judge's score under every step beside the truth, at each stage of its training", async () => {
    const feed = new RunFeed();
    const page = await visit((await serve(feed)).url, { viewport: { width: 375, height: 800 } });
    publish(feed, judgingEvents(HOSTILE));
    await reads(page, "h1", /^A model learns to judge/);
    await reads(page, "#phase", /^Training the judge, reading 1 of 1:/);
    await reads(
      page,
      "#judging-agreement",
      /said 80% on average, where it could not 80%\. .* right about 2 of these 3 steps\. Always saying “yes” would be right about 2\./,
    );
    const rows = page.locator("#judged-chains tbody tr");
    assert.deepEqual(
      (await rows.allInnerTexts()).slice(0, 3).map((row) => row.replaceAll(/\s+/g, " ").trim()),
      [
        "7 − 3 = 4 90% ✓ yes",
        "8 + 2 = 10 80% ✗ no judge too hopeful",
        "go back to where 7 − 3 = 4, 8 − 2 = 6 70% ✓ yes",
      ],
    );
    assert.equal(await rows.nth(1).locator(".part").getAttribute("width"), "32");
    assert.match(await rows.nth(3).innerText(), /^<img src="x"/);
    await page.locator("#judging-moment").selectOption("0");
    await reads(page, "#judged-chains", /50%\s*✓ yes\s*judge too gloomy/);
    assert.equal(await page.locator("#health").isVisible(), false);
    assert.deepEqual(await page.evaluate(CONTRASTS), []);
    assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 375);
  });

  test("finds the server again after it was started anew, and starts afresh", async () => {
    const known = new RunFeed();
    publish(known, firstHalf());
    const first = await serve(known);
    const page = await visit(first.url);
    await reads(page, "#pace", /Step 32/);
    await first.close();
    await page.locator('#link[data-state="lost"]').waitFor();
    const again = new RunFeed();
    publish(again, trainingEvents(1, 7, 60));
    await serve(again, { port: first.port });
    await page.locator('#link[data-state="live"]').waitFor();
    await reads(page, "#pace", /Step 7 of 60/);
    assert.equal(await page.locator("#train tbody tr").count(), 1);
    complaints.splice(
      0,
      complaints.length,
      ...complaints.filter((words) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(words)),
    );
  });
});
