/** Mull's sides: mathematics in threads; code behind bubblewrap where there is one (`mull`), or in WebAssembly (`pyodide`). */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import { bubblewrapSandbox } from "../../src/verify/code/native/bubblewrap-sandbox.ts";
import { pyodideSandbox } from "../../src/verify/code/python/pyodide-sandbox.ts";
import { inOrder } from "../../src/verify/parallel/in-order.ts";
import { ParallelVerifier } from "../../src/verify/parallel/parallel-verifier.ts";
import { questionSchema } from "../side-process.ts";
import { type Workload, workloadSchema } from "./workload.ts";

const [, , path = "", side = "mull"] = process.argv;
const workload = workloadSchema.parse(JSON.parse(readFileSync(path, "utf8")));
const { processes } = workload;
const say = (message: object): void => console.log(JSON.stringify(message));
const warm = { warm: processes };
const sandbox = side === "mull" ? (bubblewrapSandbox(warm) ?? pyodideSandbox(warm)) : pyodideSandbox(warm);
const math = new ParallelVerifier({ kind: "math", bare: true }, { workers: processes, limitMs: 60_000 });
const code = new CodeVerifier({ sandboxFor: async () => sandbox });
let task = "";

async function judgeMath({ pairs }: Workload): Promise<number> {
  let right = 0;
  const judged = inOrder(pairs, 64 * processes, async ({ gold, answer, equal }) => {
    const { status } = await math.verify({ id: "p", prompt: "", answer: gold }, answer);
    return (status === "correct") === equal;
  });
  for await (const each of judged) if (each) right++;
  return right;
}

async function judgeCode({ programs }: Workload): Promise<number> {
  let right = 0;
  const judged = inOrder(
    programs,
    processes,
    async ({ task_id: id, prompt, canonical_solution: solution, test, entry_point: entry }) => {
      const data = { language: "python", entry, prelude: prompt, tests: { kind: "asserts", source: test } };
      return (await code.verify({ id, prompt, data }, solution)).status === "correct";
    },
  );
  for await (const each of judged) if (each) right++;
  return right;
}

say({ side, version: side === "mull" ? sandbox.name : "pyodide" });
for await (const line of createInterface({ input: process.stdin })) {
  const question = questionSchema.parse(JSON.parse(line));
  if ("prepare" in question) {
    task = question.prepare;
    if (task === "math") await judgeMath({ ...workload, pairs: workload.pairs.slice(0, 200) });
    else await judgeCode({ ...workload, programs: workload.programs.slice(0, 2) });
    say({ ready: task });
    continue;
  }
  const began = performance.now();
  const right = task === "math" ? await judgeMath(workload) : await judgeCode(workload);
  const items = task === "math" ? workload.pairs.length : workload.programs.length;
  say({ task, seconds: (performance.now() - began) / 1000, items, right });
}
await math.close();
await code.close();
