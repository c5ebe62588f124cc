/** `mull bench` and `mull solve` of questions, as a person and as a program use them. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../src/core/rng.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { OpenAIServer } from "../model/openai-server.ts";
import { assertRefused, Mull, mull, type Result, writeTinyModel } from "./mull.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-bench-"));
const tiny = join(folder, "tiny");
const questions = join(folder, "sums.jsonl");
const sums = Array.from({ length: 6 }, (_, i) => ({
  id: `s${i}`,
  question: `What is ${i} + 1?`,
  answer: `#### ${i + 1}`,
}));
writeFileSync(questions, sums.map((sum) => JSON.stringify(sum)).join("\n"));

/** Adds right seven times in ten, in two paragraphs. */
const adder = new ScriptedModel(
  ({ prompt, seed }) => {
    const rng = new Rng(seed);
    const sum = Number(/What is (\d+)/.exec(prompt)?.[1]) + 1;
    return `Let me add. So it is \\boxed{${rng.bool(0.7) ? sum : sum + 1 + rng.int(3)}}.`;
  },
  { name: "adder" },
);

let server: OpenAIServer;
before(async () => {
  await writeTinyModel(tiny);
  server = await OpenAIServer.start(adder);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const lines = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");

describe("mull bench", () => {
  const grid = [
    "--problems",
    "3",
    "--strategy",
    "single,majority,mcts+verifier",
    "--budget",
    "40,128",
    "--model",
    tiny,
  ];

  test("compares strategies on puzzles, and leaves a report that says the same", async () => {
    const out = join(folder, "puzzles");
    const { out: printed, code } = await mull(["bench", ...grid, "--out", out]);
    assert.equal(code, 0);
    assert.match(printed, /^tiny on 3 problems of countdown, one seed\n\nstrategy +budget +accuracy/);
    for (const name of ["single", "majority", "mcts\\+verifier"]) {
      for (const budget of [40, 128]) assert.match(printed, new RegExp(`\n${name} +${budget} +\\d+\\.\\d% `));
    }
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    assert.equal(report.points.length, 6);
    for (const { tokens, budget } of report.points) assert.ok(tokens <= budget);
    assert.match(readFileSync(join(out, "report.html"), "utf8"), /<h1>tiny on countdown<\/h1>/);
    assert.match(readFileSync(join(out, "figure.svg"), "utf8"), /Chosen by the verifier/);
    assert.equal(readFileSync(join(out, "figure.png")).subarray(1, 4).toString(), "PNG");
  });

  test("is the same twice; stopped, it goes on; and strategies can be added", async () => {
    const args = (out: string, strategy: string): string[] => [
      ...["bench", "--problems", "4", "--strategy", strategy, "--budget", "300", "--model", tiny],
      ...["--concurrency", "2", "--json", "--out", join(folder, out)],
    ];
    const whole = JSON.parse((await mull(args("whole", "single,beam-search"))).out);
    const stopped = new Mull(args("stopped", "single,beam-search"));
    const journal = join(folder, "stopped", "journal.jsonl");
    for (;;) {
      await new Promise((resume) => setTimeout(resume, 5));
      try {
        if (lines(journal).length >= 2) break;
      } catch {} // not there yet
    }
    stopped.child.kill("SIGKILL");
    await stopped.done;
    const resumed = JSON.parse((await mull(args("stopped", "single,beam-search"))).out);
    assert.deepEqual(resumed, whole);
    const more = JSON.parse((await mull(args("stopped", "single,beam-search,revision"))).out);
    assert.deepEqual(more.points.slice(0, 2), whole.points);
    assert.equal(more.points[2].name, "revision");
    assert.equal(lines(journal).length, 12);
  });

  test("asks a server, keeps every completion, and asks nothing twice", async () => {
    const run = ["bench", "--tasks", questions, "--model", `${server.url}#adder`, "--strategy", "majority", "--json"];
    const args = [...run, "--budget", "100", "--out", join(folder, "asked"), "--price-in", "1", "--price-out", "2"];
    const asked = server.asked.length;
    const { out, code } = await mull([...args, "--max-dollars", "1"]);
    assert.equal(code, 0);
    const { points, spent, problems } = JSON.parse(out);
    assert.equal(problems, 6);
    assert.equal(server.asked.length - asked, points[0].calls * 6);
    assert.ok(spent.dollars > 0);
    assert.match(server.asked.at(-1)?.body.messages?.[0]?.content ?? "", /^What is \d \+ 1\?\n\nThink step by step/);
    const again = JSON.parse((await mull([...args, "--max-dollars", "1"])).out);
    assert.deepEqual(again.points, points);
    assert.equal(server.asked.length - asked, points[0].calls * 6);
  });

  test("stops where the dollars are spent, and with more of them ends as if nothing had been", async () => {
    const run = ["bench", "--tasks", questions, "--model", `${server.url}#adder`, "--strategy", "majority", "--json"];
    const prices = ["--budget", "4k", "--price-in", "0", "--price-out", "1000"];
    const at = (out: string, dollars: string): Promise<Result> =>
      mull([...run, ...prices, "--concurrency", "1", "--out", join(folder, out), "--max-dollars", dollars]);
    // Two calls of 2,048 tokens at most may cost $4.096: they are set aside for the first problem, and not for the second.
    const poor = await at("poor", "4.1");
    assert.deepEqual([JSON.parse(poor.out).error.code, poor.code], ["budget", 1]);
    const asked = server.asked.length;
    const rich = JSON.parse((await at("poor", "10")).out);
    const sent = server.asked.length - asked;
    const whole = JSON.parse((await at("whole-price", "10")).out);
    assert.deepEqual(rich.points, whole.points);
    assert.ok(sent < server.asked.length - asked - sent, "what was answered before is not asked again");
  });

  test("refuses what cannot be", async () => {
    const model = ["--model", tiny];
    for (const [args, exit, error, hint] of [
      [["--strategy", "guess"], 2, /There is no strategy "guess": expected single, /, /mull bench --help/],
      [["--strategy", "mcts+luck"], 2, /only \+verifier may stand/, /mull bench --help/],
      [["--budget", "lots"], 2, /Expected whole numbers of tokens, such as 512,1k,4k/, /mull bench --help/],
      [["--max-dollars", "1", ...model], 2, /--max-dollars needs to know what tokens cost/, /--price-in/],
      [["--tasks", join(folder, "none.jsonl"), "--model", "vllm/x"], 1, /none\.jsonl/, /./],
      [["--model", "openai/gpt-x", "--tasks", questions], 2, /OPENAI_API_KEY is not set/, /wants a key/],
      [["--tasks", questions, ...model], 2, /a model of Mull's own cannot be asked .*sums\.jsonl/, /--model http/],
      [["--model", "vllm/x"], 2, /vllm\/x cannot be asked countdown/, /--tasks questions\.jsonl/],
    ] as const) {
      assertRefused(await mull(["bench", ...args], { env: { OPENAI_API_KEY: "" } }), exit, error, hint);
    }
  });
});

describe("mull solve of a question", () => {
  test("gives the answer and what it cost", async () => {
    const asked = ["solve", "What is 4 + 1?", "--model", `${server.url}#adder`, "--strategy", "majority", "--n", "9"];
    const { out, code } = await mull([...asked, "--price-in", "1", "--price-out", "1"]);
    assert.equal(code, 0);
    assert.match(out, /\n9 chains came to:\n {2}\dx {2}5\n/);
    assert.match(out, /\nanswer {3}5\ncost {5}\d+ tokens in 9 calls, \$0\.\d+, /);
    const { answer, chains, spent } = JSON.parse((await mull([...asked, "--json"])).out);
    assert.deepEqual([answer, chains.length, spent.calls], ["5", 9, 9]);
  });

  test("one chain is shown as it is written, once", async () => {
    const { out } = await mull(["solve", "What is 2 + 1?", "--model", `${server.url}#adder`, "--strategy", "single"]);
    assert.match(out, /seed 1\nLet me add\. So it is \\boxed\{\d\}\. ?\n\nanswer {3}\d\ncost /);
  });

  test("reads it from a file, and keeps its budget", async () => {
    const file = join(folder, "question.txt");
    writeFileSync(file, "What is 6 + 1?\n");
    const { out } = await mull(["solve", `@${file}`, "--model", `${server.url}#adder`, "--budget", "3", "--json"]);
    const { question, spent, answer } = JSON.parse(out);
    assert.deepEqual([question, answer], ["What is 6 + 1?", null]);
    assert.ok(spent.tokens <= 3);
  });

  test("says what cannot be", async () => {
    const model = ["--model", `${server.url}#adder`];
    assertRefused(
      await mull(["solve", "x", ...model, "--strategy", "best-of-n"]),
      2,
      /nobody knows the answer/,
      /majority/,
    );
    assertRefused(await mull(["solve", `@${join(folder, "none.txt")}`, ...model]), 1, /none\.txt/, /./);
  });
});
