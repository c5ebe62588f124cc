/** `mull verify` as a person and as a program would use it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Mull, mull, type Result } from "./mull.ts";

type Line = { id?: string | number; verdict: string; score: number | null; reason: string; ms: number };

async function piped(args: readonly string[], input: string): Promise<Result & { lines: Line[] }> {
  const running = new Mull(["verify", ...args]);
  running.child.stdin.end(input);
  const result = await running.done;
  return {
    ...result,
    lines:
      result.out.trim() === ""
        ? []
        : result.out
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Line),
  };
}

describe("one answer", () => {
  test("is judged, with its reason, and the exit code says how", async () => {
    const right = await mull(["verify", "--kind", "math", "--gold", "\\frac{1}{2}", "--answer", "0.5"]);
    assert.deepEqual([right.code, right.out], [0, "correct: 0.5 is \\frac{1}{2}: the same number\n"]);
    const wrong = await mull(["verify", "--kind", "math", "--gold", "5", "--answer", "not 5", "--json"]);
    assert.equal(wrong.code, 1);
    const { ms, ...line } = JSON.parse(wrong.out) as Line;
    assert.ok(ms >= 0);
    assert.deepEqual(line, { verdict: "wrong", score: 0, reason: "not 5 is not 5" });
    const open = await mull(["verify", "--kind", "exact", "--answer", "x"]);
    assert.deepEqual([open.code, /unscored: .*no reference/.test(open.out)], [3, true]);
  });

  test("of each kind: choice, exact, code with tests in a file, SMT", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mull-verify-"));
    after(() => rmSync(folder, { recursive: true }));
    const tests = { language: "javascript", entry: "f", tests: { kind: "calls", cases: [{ args: [2], expected: 4 }] } };
    writeFileSync(join(folder, "tests.json"), JSON.stringify(tests));
    writeFileSync(join(folder, "f.js"), "function f(x) { return 2 * x; }");
    const options = JSON.stringify({ options: ["London", "Paris"], correct: "B" });
    for (const args of [
      ["--kind", "choice", "--data", options, "--completion", "It is (B)."],
      ["--kind", "exact", "--gold", "Paris", "--answer", "paris", "--ignore-case"],
      ["--kind", "code", "--data", join(folder, "tests.json"), "--completion-file", join(folder, "f.js")],
      [
        "--kind",
        "smt",
        "--gold",
        "(> x 0)",
        "--data",
        '{"declarations": "(declare-const x Int)"}',
        "--answer",
        "(>= x 1)",
      ],
    ]) {
      const { code, out, err } = await mull(["verify", ...args]);
      assert.deepEqual([code, out.startsWith("correct")], [0, true], out + err);
    }
  });

  test("what does not go together, or is not there, is said with what to do", async () => {
    for (const [args, pattern] of [
      [["--answer", "1"], /give --kind/],
      [["--kind", "maths"], /Allowed choices are math/],
      [["--kind", "math", "--answer", "1", "--completion", "1"], /exclude each other/],
      [["--kind", "math", "--completion-file", "/nowhere/at/all"], /cannot read|could not read|nowhere/],
      [["--kind", "code", "--data", "{broken", "--completion", "x"], /no JSON/],
    ] as const) {
      const { code, err } = await mull(["verify", ...args]);
      assert.notEqual(code, 0);
      assert.match(err, pattern);
    }
  });
});

describe("lines", () => {
  test("are answered in their order, a bad one by itself, with what they were named", async () => {
    const pairs = Array.from({ length: 300 }, (_, i) =>
      i % 50 === 7 ? "{broken" : JSON.stringify({ id: i, gold: `${i}/2`, answer: i % 3 === 0 ? String(i / 2) : "x" }),
    );
    const { code, lines, err } = await piped(
      ["--kind", "math", "--workers", "2", "--limit", "10000"],
      `${pairs.join("\n")}\n`,
    );
    assert.equal(code, 0);
    assert.equal(lines.length, 300);
    for (const [i, line] of lines.entries()) {
      const broken = i % 50 === 7;
      assert.equal(line.id, broken ? undefined : i);
      assert.equal(line.verdict, broken ? "unscored" : i % 3 === 0 ? "correct" : "wrong", JSON.stringify(line));
      if (broken) assert.equal(line.reason, `line ${i + 1} is no JSON`);
    }
    assert.match(err, /300 answers: .* correct, .* wrong, 6 unscored/);
  });

  test("of problem and completion: the problem's own text is no answer", async () => {
    const problem = { prompt: "Is it \\boxed{7}?", answer: "7" };
    const { lines } = await piped(
      ["--kind", "math"],
      [
        JSON.stringify({ problem, completion: "Is it \\boxed{7}? I do not know." }),
        JSON.stringify({ problem, completion: "So it is \\boxed{7}." }),
        JSON.stringify({ problem: "2 + 3?", completion: "#### 5", gold: 5 }),
      ].join("\n"),
    );
    assert.deepEqual(
      lines.map(({ verdict }) => verdict),
      ["wrong", "correct", "correct"],
    );
  });

  test("come out as soon as they and those before them are done; a reader that has enough is no error", async () => {
    const running = new Mull(["verify", "--kind", "exact"]);
    running.child.stdin.write(`${'{"gold":"a","answer":"a"}\n'.repeat(40)}`);
    await running.printed(/"correct"/); // while the input is still open
    running.child.stdout.destroy();
    running.child.stdin.on("error", () => {});
    running.child.stdin.end(`${'{"gold":"a","answer":"a"}\n'.repeat(4000)}`);
    const { err, code } = await running.done;
    assert.ok(code === 0 || code === null, err);
    assert.doesNotMatch(err, /EPIPE|defect/);
  });
});

test("the self-test says what would be wrongly accepted, and nothing is", async () => {
  for (const kind of ["math", "choice", "exact", "smt"]) {
    const { code, out } = await mull(["verify", "--self-test", "--kind", kind, "--json"]);
    const [result] = JSON.parse(out) as { accepted: object[]; refused: object[]; trials: number }[];
    assert.deepEqual([code, result?.accepted, result?.refused], [0, [], []]);
    assert.ok((result?.trials ?? 0) > 20);
  }
});
