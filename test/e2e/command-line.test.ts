/** The command line itself: help, versions, mistyped words, colours, secrets, readers that go away. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertRefused, Mull, mull, ROOT } from "./mull.ts";

const COMMANDS = [
  "reproduce",
  "solve",
  "bench",
  "verify",
  "compare",
  "improve",
  "data",
  "pretrain",
  "reward-model",
  "watch",
  "report",
  "replay",
  "shots",
  "doctor",
];

describe("help", { concurrency: 2 }, () => {
  for (const command of [undefined, ...COMMANDS]) {
    test(command ?? "mull", async (t) => {
      const { out, err, code } = await mull([...(command === undefined ? [] : [command]), "--help"]);
      assert.deepEqual([err, code], ["", 0]);
      const path = join(import.meta.dirname, "__snapshots__", `help${command === undefined ? "" : `-${command}`}.txt`);
      t.assert.fileSnapshot(out, path, { serializers: [String] });
      assert.match(out, /\nExamples:\n {2}\$ /);
      if (command !== undefined) assert.match(out, /--json /);
    });
  }

  test("mull alone shows the same, and --version the package's", async () => {
    const [alone, help, version] = await Promise.all([mull([]), mull(["--help"]), mull(["--version"])]);
    assert.deepEqual(alone, help);
    const { version: own } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.deepEqual(version, { out: `${own}\n`, err: "", code: 0 });
  });
});

describe("a command line that is wrong", { concurrency: 2 }, () => {
  const cases: readonly [args: readonly string[], error: RegExp, hint: RegExp][] = [
    [["slove", "3 7 = 21"], /unknown command 'slove'/, /did you mean solve\?/],
    [["nonsense"], /unknown command 'nonsense'/, /mull --help/],
    [["solve", "3 7 = 21", "--stratgy", "single"], /unknown option '--stratgy'/, /did you mean --strategy\?/],
    [["solve"], /missing required argument 'words'/, /mull solve --help/],
    [
      ["solve", "3 7 = 21", "--strategy", "magic"],
      /Allowed choices are single, majority, adaptive-majority, best-of-n, forced/,
      /help/,
    ],
    [["solve", "3 7 = 21", "--n", "0"], /'0' is invalid. Expected a whole number from 1/, /mull solve --help/],
    [["solve", "3 7 = 21", "--temperature", "hot"], /Expected a number from 0 to 10/, /mull solve --help/],
    [["solve", "3 7 = 21", "--seed", "-1"], /Expected a whole number from 0/, /mull solve --help/],
    [["solve", "3 7 = 21", "--n", "8"], /single writes one chain/, /--strategy majority/],
    [["reproduce", "--quick", "--full"], /'--quick' cannot be used with option '--full'/, /mull reproduce --help/],
    [["reproduce", "--port", "70000"], /Expected a whole number from 0 to 65535/, /mull reproduce --help/],
    [["watch"], /missing required argument 'dir'/, /mull watch --help/],
    [["doctor", "please"], /too many arguments/, /mull doctor --help/],
  ];
  for (const [args, error, hint] of cases) {
    test(args.join(" "), async () => assertRefused(await mull(args), 2, error, hint));
  }

  test("for programs: JSON on standard output", async () => {
    const { out, err, code } = await mull(["solve", "--jsn", "--json", "3 7 = 21"]);
    assert.deepEqual(JSON.parse(out), {
      error: { code: "usage", message: "unknown option '--jsn'", hint: "did you mean --json?" },
    });
    assert.deepEqual([err, code], ["", 2]);
  });
});

describe("what is printed", { concurrency: 2 }, () => {
  test("has no colour unless the terminal takes it, and never with NO_COLOR", async () => {
    const [plain, coloured, refused] = await Promise.all([
      mull(["solve", "1 1 = 9"]),
      mull(["solve", "1 1 = 9"], { env: { FORCE_COLOR: "1" } }),
      mull(["solve", "1 1 = 9"], { env: { NO_COLOR: "1" } }),
    ]);
    assert.ok(!plain.err.includes("\u001b"));
    assert.ok(coloured.err.includes("\u001b[31merror:"));
    assert.ok(!refused.err.includes("\u001b"));
  });

  test("holds no secret of the environment, with a stack or without", async () => {
    const env = { MY_API_KEY: "hunter2hunter2", MULL_DEBUG: "1" };
    const { err, code } = await mull(["solve", "hunter2hunter2 = 24"], { env });
    assert.match(err, /error: "\*\*\* = 24" holds "\*\*\*"/);
    assert.match(err, /\n\s+at .*puzzle\.ts/);
    assert.ok(!err.includes("hunter2"));
    assert.equal(code, 1);
  });

  test("stops without a word when its reader goes away", async () => {
    const running = new Mull(["--help"]);
    running.child.stdout.destroy();
    assert.deepEqual(await running.done, { out: "", err: "", code: 0 });
  });
});
