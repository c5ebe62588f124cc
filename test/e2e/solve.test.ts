/** `mull solve`, on a model that knows nothing and, where it is there, on the one that ships. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SHIPPED } from "../../src/model/open.ts";
import { treeRecordSchema } from "../../src/search/tree-record.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { judge } from "../../src/tasks/countdown/verifier.ts";
import { assertRefused, Mull, mull, writeTinyModel } from "./mull.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-solve-"));
const model = join(folder, "tiny");
const PUZZLE = "3 7 8 2 = 24";

before(() => writeTinyModel(model));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("mull solve", { concurrency: 2 }, () => {
  test("shows the chain, the answer, the verdict and the cost", async () => {
    const { out, err, code } = await mull(["solve", PUZZLE, "--model", model, "--seed", "3"]);
    assert.match(out, /^3 7 8 2 = 24 {3}tiny model, single, seed 3\n\n {2}/);
    assert.match(out, /\nanswer {3}none\n/);
    assert.match(out, /\nverdict {2}wrong: /);
    assert.match(out, /\ncost {5}\d+ tokens?, .* FLOPs, ([\d,]+ ms|\d+ s|\d+ min( \d+ s)?)\n$/);
    assert.deepEqual([err, code], ["", 0]);
  });

  test("takes the puzzle with or without quotes, in other spellings", async () => {
    const spellings = [["3,7,8,2->24"], ["3", "7", "8", "2", "=", "24"]];
    const options = ["--model", model, "--budget", "20", "--json"];
    const results = await Promise.all(spellings.map((words) => mull(["solve", ...words, ...options])));
    const chains = results.map(({ out }) => JSON.parse(out).chain);
    assert.equal(chains[0], chains[1]);
  });

  const budgeted = ["solve", PUZZLE, "--model", model, "--budget", "60", "--seed", "7"];

  for (const [strategy, ...options] of [["single"], ["forced"], ["majority", "--n", "5"], ["best-of-n", "--n", "5"]]) {
    test(`${strategy} as JSON, within its budget`, async () => {
      const { out, code } = await mull([...budgeted, "--strategy", strategy as string, ...options, "--json"]);
      const result = JSON.parse(out);
      assert.equal(result.puzzle, PUZZLE);
      assert.equal(result.strategy, strategy);
      assert.equal(result.chains.length, options.length === 0 ? 1 : 5);
      const tokens = result.chains.reduce((sum: number, chain: { tokens: number }) => sum + chain.tokens, 0);
      assert.equal(result.usage.tokens, tokens);
      assert.ok(tokens <= 60);
      assert.equal(code, 0);
    });
  }

  test("one seed gives one result, another seed another", async () => {
    const args = [...budgeted, "--strategy", "majority", "--json"];
    const results = await Promise.all([mull(args), mull(args), mull([...args, "--seed", "8"])]);
    const [first, second, other] = results.map(({ out }) => JSON.parse(out));
    assert.deepEqual({ ...second, ms: 0 }, { ...first, ms: 0 });
    assert.notDeepEqual(other.chains, first.chains);
  });

  test("several chains are counted, not shown", async () => {
    const { out } = await mull([...budgeted, "--strategy", "best-of-n", "--n", "4"]);
    assert.match(out, /\n4 chains, of which \d came to an answer/);
    assert.match(out, /\n\d of 4 chains (is|are) right\n.*pass@n/);
    assert.match(out, /\nthe chosen chain:\n {2}/);
  });

  test("with --json a search tells its tree, from the root on", async () => {
    const { out } = await mull([...budgeted, "--strategy", "mcts", "--json"]);
    const { nodes } = treeRecordSchema.parse(JSON.parse(out).tree);
    assert.ok(nodes.length > 1 && nodes.slice(1).every(({ parent }, i) => parent !== null && parent <= i));
  });

  test("a puzzle of a kind that no model has practised is answered, with a note", async () => {
    const { err, code } = await mull(["solve", "25 3 = 75", "--model", model]);
    assert.match(err, /^note: models practise on three or four numbers from 1 to 20/);
    assert.equal(code, 0);
  });

  test("a puzzle that is malformed or has no solution", async () => {
    const cases: readonly [puzzle: string, error: RegExp, hint: RegExp][] = [
      ["3 7 8 2", /has 0 equals signs/, /"3 7 8 2 = 24"/],
      ["3 = 3", /has one number before the equals sign, expected 2 to 5/, /"3 7 8 2 = 24"/],
      ["1 1 1 = 57", /has no solution/, /try 1 1 1 = 3/],
      [`${"9 ".repeat(300)}= 3`, /603 characters, expected at most 200/, /"3 7 8 2 = 24"/],
    ];
    for (const [puzzle, error, hint] of cases) assertRefused(await mull(["solve", puzzle]), 1, error, hint);
    const { out, code } = await mull(["solve", "1 1 1 = 57", "--json"]);
    assert.equal(JSON.parse(out).error.code, "input");
    assert.equal(code, 1);
  });

  test("a model that is missing, of another kind, or damaged", async () => {
    const damaged = (name: string, damage: (path: string) => void): string => {
      const path = join(folder, name);
      cpSync(model, path, { recursive: true });
      damage(path);
      return path;
    };
    mkdirSync(join(folder, "empty"));
    const cases: readonly [path: string, error: RegExp][] = [
      [join(folder, "nowhere"), /nowhere does not exist/],
      [join(folder, "empty"), /empty holds no model/],
      [damaged("cut", (path) => truncateSync(join(path, "model.safetensors"), 5000)), /cut.*model\.safetensors/],
      [damaged("config", (path) => writeFileSync(join(path, "config.json"), "{")), /config.*config\.json/],
      [damaged("words", (path) => rmSync(join(path, "tokenizer.json"))), /words.*tokenizer\.json/],
    ];
    for (const [path, error] of cases) assertRefused(await mull(["solve", PUZZLE, "--model", path]), 1, error, /./);
  });

  test("Ctrl-C ends it without an error", async () => {
    const running = new Mull(["solve", PUZZLE, "--model", model, "--strategy", "best-of-n", "--n", "4096"]);
    await running.printed(/seed 1/); // it has begun
    running.child.kill("SIGINT");
    const { err, code } = await running.done;
    assert.equal(err, "stopped before there was an answer\n");
    assert.equal(code, 130);
  });

  const noFull = { skip: existsSync("/dev/full") ? false : "needs /dev/full" };
  test("output that cannot be written is an error", noFull, async () => {
    const full = openSync("/dev/full", "w");
    const { err, code } = await mull(["--help"], { stdio: ["ignore", full, "pipe"] });
    assert.match(err, /^error: .*no space left on device/);
    assert.equal(code, 1);
  });
});

describe("mull solve with the base model that ships", {
  skip: existsSync(join(SHIPPED.base, "config.json")) ? false : "there is no models/base",
}, () => {
  test("the verdict is the verifier's, and sixty-four chains solve an easy puzzle", async () => {
    const { out, code } = await mull([
      "solve",
      "5 3 2 = 10",
      "--model",
      "base",
      "--strategy",
      "best-of-n",
      "--n",
      "64",
      "--json",
    ]);
    assert.equal(code, 0);
    const { chain, verdict, correct, answer, model: name } = JSON.parse(out);
    assert.deepEqual(judge(problemOf({ numbers: [5, 3, 2], target: 10 }), chain), verdict);
    assert.equal(correct, verdict.status === "correct");
    assert.equal(name, "base");
    assert.ok(correct, `${answer}: ${verdict.reason}`);
  });
});
