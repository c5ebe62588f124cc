/** Python through the code verifier: the three kinds of tests, partial credit, what is told, and that processes end. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { Verdict } from "../../src/core/verdict.ts";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import { bubblewrapSandbox } from "../../src/verify/code/native/bubblewrap-sandbox.ts";
import { equalData, fromJson, type PlainData } from "../../src/verify/code/plain-data.ts";
import { programOf } from "../../src/verify/code/program.ts";
import { pyodideSandbox } from "../../src/verify/code/python/pyodide-sandbox.ts";
import type { Sandbox } from "../../src/verify/code/sandbox.ts";

function suite(name: string, sandbox: Sandbox | null): void {
  describe(name, { skip: sandbox === null && "it is not to be had here", timeout: 120_000 }, () => {
    const verifier = new CodeVerifier({ sandboxFor: async () => sandbox });
    after(() => verifier.close());
    const verify = (data: object, program: string, signal?: AbortSignal): Promise<Verdict> =>
      verifier.verify(
        { id: "p", prompt: "", data: { language: "python", ...data } },
        program,
        signal === undefined ? {} : { signal },
      );

    test("calls: every kind of plain data, partial credit, the first failure", async () => {
      const cases = [
        { args: [[1, 2]], expected: { sum: 3, parts: [1, 2], half: 1.5, none: null, name: "é" } },
        { args: [[]], expected: { sum: 0, parts: [], half: 0, none: null, name: "é" } },
      ];
      const program =
        "def f(x):\n    return {'sum': sum(x), 'parts': tuple(x), 'half': sum(x) / 2, 'none': None, 'name': 'é'}\n";
      assert.equal((await verify({ entry: "f", tests: { kind: "calls", cases } }, program)).status, "correct");
      const verdict = await verify(
        { entry: "f", tests: { kind: "calls", cases } },
        program.replace("sum(x) / 2", "1.5"),
      );
      assert.deepEqual([verdict.status, "score" in verdict && verdict.score], ["wrong", 0.5]);
      assert.match(verdict.reason, /1 of 2 tests; f\(\[\]\) gives .*1\.5/);
    });

    test("calls: a tolerance where one is given", async () => {
      const tests = (tolerance?: number) => ({
        kind: "calls",
        cases: [{ args: [], expected: 0.3, ...(tolerance === undefined ? {} : { tolerance }) }],
      });
      const program = "def f():\n    return 0.1 + 0.2\n";
      assert.equal((await verify({ entry: "f", tests: tests() }, program)).status, "wrong");
      assert.equal((await verify({ entry: "f", tests: tests(1e-9) }, program)).status, "correct");
    });

    test("input and output: each case in a fresh interpreter, space at the ends of lines apart", async () => {
      const cases = [
        { stdin: "2 3\n", stdout: "5\n" },
        { stdin: "4 5\n", stdout: "9" },
      ];
      const program =
        "import sys\nseen = globals().get('seen', 0) + 1\nassert seen == 1\nprint(sum(map(int, sys.stdin.read().split())), ' ')\n";
      assert.equal((await verify({ tests: { kind: "io", cases } }, program)).status, "correct");
      const main = "if __name__ == '__main__':\n    print(int(input().split()[0]) + 3)\n";
      const verdict = await verify({ tests: { kind: "io", cases } }, main);
      assert.deepEqual([verdict.status, "score" in verdict && verdict.score], ["wrong", 0.5]);
      assert.match(verdict.reason, /case 2 printed "7\\n", expected "9"/);
    });

    test("asserts: judged elsewhere, counted one by one, with helpers from the prelude only", async () => {
      const prelude = "def helper(x):\n    return x + 1\n\ndef f(x):\n    '''One more, by helper.'''\n";
      const source =
        "def check(candidate):\n    assert candidate(1) == helper(1), 'one'\n    for i in range(3):\n        assert candidate([i]) == [i], i\n";
      const data = { entry: "f", prelude, tests: { kind: "asserts", source } };
      assert.equal((await verify(data, "    return x if isinstance(x, list) else helper(x)\n")).status, "correct");
      // A helper that the candidate defines again is its own: the judge has another.
      const verdict = await verify(
        data,
        "def helper(x):\n    return 0\ndef f(x):\n    return x if isinstance(x, list) else helper(x)\n",
      );
      assert.deepEqual([verdict.status, "score" in verdict && verdict.score], ["wrong", 0.75]);
      assert.match(verdict.reason, /3 of 4 tests; line 2: assert candidate\(1\) == helper\(1\), 'one': one/);
    });

    test("asserts: exceptions of the candidate and changes of its arguments cross", async () => {
      const source = [
        "def check(candidate):",
        "    try:",
        "        candidate(-1)",
        "        assert False, 'nothing was raised'",
        "    except ValueError as e:",
        "        assert str(e) == 'negative'",
        "    x = [3, 1, 2]",
        "    candidate(x)",
        "    assert x == [1, 2, 3]",
      ].join("\n");
      const program = "def f(x):\n    if x == -1:\n        raise ValueError('negative')\n    x.sort()\n";
      const verdict = await verify({ entry: "f", tests: { kind: "asserts", source } }, program);
      assert.equal(verdict.status, "correct", verdict.reason);
    });

    test("tests that fail by themselves are not the candidate's fault where it was never asked", async () => {
      const verdict = await verify(
        { entry: "f", tests: { kind: "asserts", source: "pass" } },
        "def f(x):\n    return x\n",
      );
      assert.equal(verdict.status, "unscored");
    });

    test("asserts: a test that catches everything does not hide that the candidate ended", async () => {
      const source = "try:\n    candidate(1)\nexcept:\n    pass\nassert True\n";
      const program = "import os\ndef f(x):\n    os._exit(0)\n";
      const verdict = await verify({ entry: "f", tests: { kind: "asserts", source } }, program);
      assert.equal(verdict.status, "wrong", verdict.reason);
    });

    test("asserts: what the candidate returns cannot keep the tests from a verdict", async () => {
      const source = "assert sum(1 for _ in range(candidate(1))) < 10\n";
      const verdict = await verify(
        { entry: "f", tests: { kind: "asserts", source } },
        "def f(x):\n    return 10 ** 15\n",
      );
      assert.equal(verdict.status, "wrong", verdict.reason);
    });

    test("asserts: long numbers and sets of sets cross", async () => {
      const source =
        "assert candidate(6000) == 10 ** 6000\nassert candidate({frozenset({1})}) == {frozenset({1})}\nassert candidate({(1, frozenset()): 2}) == {(1, frozenset()): 2}\n";
      const program = "def f(x):\n    return 10 ** x if isinstance(x, int) else x\n";
      const verdict = await verify({ entry: "f", tests: { kind: "asserts", source } }, program);
      assert.equal(verdict.status, "correct", verdict.reason);
    });

    test("what a failing candidate printed is in the reason", async () => {
      const program = "import sys\ndef f(x):\n    print('looking at', x)\n    sys.stderr.write('hm')\n    return 0\n";
      const calls = { kind: "calls", cases: [{ args: [1], expected: 2 }] };
      const asserts = { kind: "asserts", source: "assert f(1) == 2" };
      for (const tests of [calls, asserts]) {
        const { status, reason } = await verify({ entry: "f", tests }, program);
        assert.equal(status, "wrong");
        assert.match(reason, /; stdout "looking at 1\\n"; stderr "hm"$/);
      }
    });

    test("an abort ends what is under way", async () => {
      const controller = new AbortController();
      const verdict = verify(
        { entry: "f", tests: { kind: "calls", cases: [{ args: [], expected: 1 }] } },
        "while True:\n    pass\n",
        controller.signal,
      );
      setImmediate(() => controller.abort());
      assert.equal((await verdict).status, "unscored");
    });
  });
}

suite("Python in WebAssembly", pyodideSandbox({ wallMs: 5000 }));
suite("CPython behind bubblewrap", bubblewrapSandbox({ wallMs: 5000 }));

test("a closed sandbox leaves no process and no file behind", async () => {
  const processes = (): number =>
    process.platform === "linux"
      ? readdirSync("/proc")
          .filter((name) => /^\d+$/.test(name))
          .filter((pid) => parentOf(pid) === process.pid).length
      : 0;
  const before = processes();
  const verifier = new CodeVerifier();
  const tests = { kind: "calls", cases: [{ args: [], expected: 1 }] };
  const data = { language: "javascript", entry: "f", tests };
  assert.equal((await verifier.verify({ id: "p", prompt: "", data }, "function f() { return 1; }")).status, "correct");
  await verifier.close();
  assert.equal(processes(), before);
});

function parentOf(pid: string): number {
  try {
    return Number(
      process.getBuiltinModule("node:fs").readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1],
    );
  } catch {
    return 0;
  }
}

describe("plain data", () => {
  const same = (a: PlainData, b: PlainData): boolean => equalData(a, b) && equalData(b, a);
  test("numbers are equal by value, whatever their type; nan is nothing's equal", () => {
    assert.ok(same(["i", "1"], ["f", "1.0"]) && same(["b", true], ["i", "1"]));
    assert.ok(!same(["i", "9007199254740993"], ["f", "9007199254740992.0"]));
    assert.ok(!same(["f", "nan"], ["f", "nan"]) && same(["f", "inf"], ["f", "inf"]));
    assert.ok(!same(["i", "1"], ["s", "1"]) && !same(["n"], ["b", false]));
  });
  test("sets and dictionaries in any order, sequences in theirs", () => {
    const [one, two]: PlainData[] = [
      ["i", "1"],
      ["i", "2"],
    ] as PlainData[];
    assert.ok(same(["S", [one as PlainData, two as PlainData]], ["S", [two as PlainData, one as PlainData]]));
    assert.ok(!same(["l", [one as PlainData, two as PlainData]], ["l", [two as PlainData, one as PlainData]]));
    assert.ok(!same(["l", []], ["t", []]) && equalData(fromJson([]), ["t", []], { tuplesAreLists: true }));
    assert.ok(same(fromJson({ a: 1, b: [2] }), fromJson({ b: [2], a: 1 })));
  });
});

describe("the program in a completion", () => {
  const asked = { language: "python", entry: "f", prelude: "import math\n\ndef f(x):\n" } as const;
  test("is the last block that defines the entry, the text, or the rest of what the problem began", () => {
    assert.equal(
      programOf("```python\ndef f(x):\n    return 1\n```\nand\n```\nprint(f(2))\n```", asked),
      "def f(x):\n    return 1\n",
    );
    assert.equal(programOf("def f(x): return 1", asked), "def f(x): return 1");
    assert.equal(programOf("    return 1\n", asked), "import math\n\ndef f(x):\n    return 1\n");
    assert.equal(programOf("```python\ndef f(x):\n    return 1", asked), "def f(x):\n    return 1");
  });
});
