/** The commands around a run: its page, its report, its ports, and stopping it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { syntheticReport } from "../../src/show/report/fixtures/synthetic.ts";
import { openRun } from "../../src/store/run-folder.ts";
import { assertRefused, Mull, mull, writeTinyModel } from "./mull.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-runs-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A run of three steps, made by the store itself. */
async function smallRun(name: string): Promise<string> {
  const dir = join(folder, name);
  const run = await openRun(dir, { config: {}, seed: 1, versions: {}, now: () => new Date() });
  run.journal.append({ type: "phase", name: "training", detail: "three steps" });
  run.journal.append({ type: "eval", step: 0, flops: 0, passAt1: 0.25, ci: [0.2, 0.3], n: 400, byN: {} });
  await run.save(3, {}, async (checkpoint) => {
    await writeTinyModel(checkpoint);
  });
  await run.close();
  return dir;
}

describe("mull watch", () => {
  test("serves the run's page, answers puzzles with its last checkpoint, and ends with Ctrl-C", async () => {
    const dir = await smallRun("watched");
    const watching = new Mull(["watch", dir, "--port", "0", "--json"]);
    await watching.printed(/\n/);
    const { url } = JSON.parse(watching.out) as { url: string };
    const page = await fetch(url);
    assert.equal(page.status, 200);
    const ask = (puzzle: string): Promise<Response> =>
      fetch(`${url}api/solve`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ puzzle, model: "trained" }),
      });
    const answer = await (await ask("3 7 8 2 = 24")).text();
    assert.match(answer, /event: text\ndata: "/);
    assert.match(answer, /event: verdict\ndata: \{"text":"/);
    assert.match(await (await ask("1 1 = 9")).text(), /event: error\ndata: .*has no solution/);
    // The page is told of the run as far as it went.
    const reader = (await fetch(`${url}api/events`)).body?.pipeThrough(new TextDecoderStream()).getReader();
    let events = "";
    while (!events.includes('"passAt1":0.25')) events += (await reader?.read())?.value ?? assert.fail(events);
    await reader?.cancel();
    watching.child.kill("SIGINT");
    assert.equal((await watching.done).code, 0);
  });

  test("a folder that holds no run", async () => {
    assertRefused(await mull(["watch", join(folder, "nowhere")]), 1, /nowhere does not exist/, /folder of a run/);
    assertRefused(await mull(["watch", folder]), 1, /holds no run/, /folder of a run/);
  });
});

describe("a taken port", () => {
  test("is refused before anything is done, where it was asked for", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    try {
      const out = join(folder, "never");
      const dir = await smallRun("taken");
      const taken = new RegExp(`127\\.0\\.0\\.1:${port}: another program uses it`);
      for (const args of [
        ["reproduce", "--out", out],
        ["pretrain", "--out", out],
        ["watch", dir],
      ]) {
        assertRefused(await mull([...args, "--port", String(port)]), 1, taken, /Use --port \d+/);
      }
      assert.throws(() => readFileSync(join(out, "run.json")), { code: "ENOENT" });
    } finally {
      server.close();
    }
  });
});

describe("mull report", () => {
  test("draws everything again from report.json", async () => {
    const dir = join(folder, "report");
    mkdirSync(dir);
    writeFileSync(join(dir, "report.json"), JSON.stringify(syntheticReport()));
    const out = join(folder, "drawn");
    const { out: printed, err, code } = await mull(["report", dir, "--out", out, "--json"]);
    assert.deepEqual([err, code], ["", 0]);
    const { files } = JSON.parse(printed);
    assert.deepEqual(Object.keys(files).sort(), ["html", "json", "png", "svg"]);
    assert.match(readFileSync(files.html, "utf8"), /^<!doctype html>/i);
    assert.match(readFileSync(files.svg, "utf8"), /^<svg /);
    assert.equal(readFileSync(files.png).toString("latin1", 1, 4), "PNG");
    assert.deepEqual(JSON.parse(readFileSync(files.json, "utf8")), syntheticReport());
  });

  test("a report that is missing, cut off, or none", async () => {
    const write = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    };
    const cut = write("cut.json", JSON.stringify(syntheticReport()).slice(0, 500));
    const none = write("none.json", '{"seed":1}');
    assertRefused(await mull(["report", folder]), 1, /Cannot read the report .*: there is none/, /mull watch/);
    assertRefused(
      await mull(["report", join(cut, "folder")]),
      1,
      /Cannot read the report .*: there is none/,
      /mull watch/,
    );
    assertRefused(await mull(["report", cut]), 1, /Cannot read the report .*cut\.json: .*JSON/, /mull reproduce/);
    assertRefused(await mull(["report", none]), 1, /This is not a Mull report\. base: /, /mull reproduce/);
  });
});

describe("stopping a run", () => {
  test("Ctrl-C saves it, the same command goes on, and Ctrl-C twice ends it at once", {
    timeout: 120_000,
  }, async () => {
    const args = ["pretrain", "--steps", "3", "--out", join(folder, "stopped"), "--no-web"];
    const first = new Mull(args);
    await first.printed(/step 1 of 3/);
    first.child.kill("SIGINT");
    const stopped = await first.done;
    assert.match(stopped.err, /^a new run in /);
    assert.match(stopped.err, /stopping: what is under way is saved first/);
    assert.match(stopped.err, /stopped; everything so far is saved\n hint: run the same command to go on\n$/);
    assert.deepEqual([stopped.out, stopped.code], ["", 130]);

    const second = new Mull(args);
    await second.printed(/step \d of 3/);
    second.child.kill("SIGINT");
    await second.printed(/Ctrl-C again exits at once/);
    second.child.kill("SIGINT");
    const { err, code } = await second.done;
    assert.match(err, /^going on with the run in /);
    assert.doesNotMatch(err, /step 1 of 3/, "the first step is not done again");
    assert.doesNotMatch(err, /stopped;/, "it did not wait for anything to be saved");
    assert.equal(code, 130);
  });
});
