/**
 * Many programs through one code verifier: processes, descriptors, temporary folders and memory of this process must be the
 * same at the end as after a warm-up.
 *
 *   npm run check:sandbox-leaks -- [--runs 10000] [--backend quickjs|bubblewrap|pyodide] [--at-once 2]
 *
 * Every program in ten fails in one of several ways. Ctrl-C ends with what was seen so far.
 */

import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import { quickJsSandbox } from "../../src/verify/code/javascript/quickjs-sandbox.ts";
import { bubblewrapSandbox } from "../../src/verify/code/native/bubblewrap-sandbox.ts";
import { pyodideSandbox } from "../../src/verify/code/python/pyodide-sandbox.ts";
import { inOrder } from "../../src/verify/parallel/in-order.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    backend: { type: "string", default: "quickjs" },
    "at-once": { type: "string", default: "2" },
  },
});
const runs = Number(values.runs);
const limits = { wallMs: 2000, warm: Number(values["at-once"]) };
const sandbox =
  values.backend === "quickjs"
    ? quickJsSandbox(limits)
    : values.backend === "pyodide"
      ? pyodideSandbox(limits)
      : bubblewrapSandbox(limits);
if (sandbox === null) {
  console.error("there is no bubblewrap with Python here");
  process.exit(2);
}
const language = values.backend === "quickjs" ? "javascript" : "python";
const programs: readonly (readonly [string, string])[] =
  language === "python"
    ? [
        ["def f(x):\n    return x * 2", "correct"],
        ["def f(x):\n    raise ValueError(x)", "wrong"],
        ["import os\ndef f(x):\n    os._exit(1)", "wrong"],
        ["def f(x:", "wrong"],
        ["def f(x):\n    return [0] * 10 ** 9", "wrong"],
      ]
    : [
        ["const f = (x) => 2 * x;", "correct"],
        ["function f(x) { throw new Error(x); }", "wrong"],
        ["function f(x) { return f(x); }", "wrong"],
        ["function f(x {", "wrong"],
        ["function f(x) { return new Array(1e9).fill(0); }", "wrong"],
      ];
const data = { language, entry: "f", tests: { kind: "calls", cases: [{ args: [21], expected: 42 }] } };
const verifier = new CodeVerifier({ sandboxFor: async () => sandbox });

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

type Held = {
  readonly processes: number;
  readonly descriptors: number;
  readonly folders: number;
  readonly heapMB: number;
  readonly rssMB: number;
};

/** What this process holds; processes and descriptors where the system tells. */
function held(): Held {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const linux = process.platform === "linux";
  const children = linux
    ? readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid).length
    : 0;
  return {
    processes: children,
    descriptors: linux ? readdirSync("/proc/self/fd").length : 0,
    folders: readdirSync(tmpdir()).filter((name) => /^mull-(?:python|javascript)-/.test(name)).length,
    heapMB: Math.round(heapUsed / 1e5) / 10,
    rssMB: Math.round(rss / 1e6),
  };
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
  } catch {
    return 0;
  }
}

let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});
function* numbers(): Generator<number> {
  for (let i = 0; i < runs && !stopped; i++) yield i;
}

const seen: Held[] = [];
let done = 0;
let unlike = 0;
const began = performance.now();
const before = held();
const results = inOrder(numbers(), Number(values["at-once"]), async (i) => {
  const [program, wanted] = programs[i % 10 === 9 ? 1 + (Math.floor(i / 10) % (programs.length - 1)) : 0] as readonly [
    string,
    string,
  ];
  const verdict = await verifier.verify({ id: String(i), prompt: "", data }, program);
  return verdict.status === wanted ? null : `${wanted} expected, ${verdict.status}: ${verdict.reason}`;
});
for await (const problem of results) {
  done++;
  if (problem !== null) {
    unlike++;
    console.log(`run ${done}: ${problem}`);
  }
  if (done % Math.max(100, Math.floor(runs / 20)) === 0) {
    seen.push(held());
    console.log(
      `${done} runs, ${(done / ((performance.now() - began) / 1000)).toFixed(1)} a second: ${JSON.stringify(seen.at(-1))}`,
    );
  }
}
await verifier.close();
const end = held();
console.log(`before ${JSON.stringify(before)}\nclosed ${JSON.stringify(end)}`);
const [first, last] = [seen[0] ?? before, seen.at(-1) ?? end];
const leaks = [
  end.processes > before.processes && "processes",
  last.descriptors > first.descriptors + 4 && "descriptors",
  last.folders > first.folders + 2 && "folders",
  last.heapMB > first.heapMB + 5 && "heap",
].filter((each) => each !== false);
console.log(
  leaks.length === 0
    ? `nothing leaks over ${done} runs; ${unlike} verdicts not as they should be`
    : `leaks: ${leaks.join(", ")}`,
);
process.exitCode = leaks.length + unlike === 0 ? 0 : 1;
