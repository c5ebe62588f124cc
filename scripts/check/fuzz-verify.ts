/**
 * Random and mutated texts through extraction and mathematics: nothing may throw, compute for 250 ms, or be kept in memory.
 *
 *   npm run check:fuzz -- [--inputs 1000000] [--seed 1]
 *
 * An input that takes long is tried again before it is called slow: a pause for collecting garbage is not the verifier's. Ctrl-C prints
 * what was found so far.
 */

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Rng } from "../../src/core/rng.ts";
import { extractAnswers, FORMULA_ORDER } from "../../src/verify/extraction/extract-answers.ts";
import { judgeMath, MathVerifier } from "../../src/verify/math/math-verifier.ts";

const { values } = parseArgs({
  options: { inputs: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const inputs = Number(values.inputs);
const STALL_MS = 250;
const MEMORY_EVERY = 100_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const SEEDS = [
  "\\frac{1}{2}",
  "3\\sqrt{13}",
  "(-\\infty, 2] \\cup [3, 5)",
  "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
  "x^2 + 2x + 1",
  "y = 3x - 2",
  "\\{1, 2, 3\\}",
  "15\\text{ cm}^2",
  "50\\%",
  "1,234,567",
  "2\\frac{3}{4}",
  "e^{i\\pi} + 1",
  "\\log_2 8 + \\ln 3",
  "\\sin^2 x + \\cos 2x",
  "101_2",
  "\\binom{5}{2}",
  "7!",
  "|x - 2| \\le 5",
  "\\pm\\sqrt{3}",
  "\\text{Monday}",
  "x \\in [0, 1)",
  "10^{-3}",
  "0.\\overline{3}",
  "\\sum_{k=1}^{n} k^2",
  "So the answer is \\boxed{42}.",
  "#### 18",
  "The final answer is $x = 5$. I hope it is correct.",
  '{"answer": "3/4"}',
  "<answer>12</answer>",
  "(A) or (B)",
];
const PIECES = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  "\\left(",
  "\\right)",
  "\\frac",
  "\\sqrt",
  "^",
  "_",
  "\\boxed{",
  "$",
  "$$",
  "\\",
  "\\\\",
  "&",
  "%",
  "#",
  ",",
  ";",
  "=",
  "<",
  "\\le",
  "\\text{",
  "\\begin{pmatrix}",
  "\\end{pmatrix}",
  "\\begin{cases}",
  "9".repeat(50),
  "9^9^9^9",
  "^{".repeat(20),
  "!!!",
  "\\def\\a{\\a\\a}\\a",
  "\\infty",
  "\\pm",
  "i",
  "e",
  "\\pi",
  "\u0000",
  "\ud800",
  "\u202e",
  "∞",
  "²",
  "½",
  "π",
  "－",
  "x",
  "y",
  " ",
  "\n",
  "1",
  "2.5",
  "0",
  "-",
  "+",
  "*",
  "/",
  "|",
  "\\overline{3}",
  "\\sin",
  "\\tan",
  "\\log_",
  "\\sum_{i=1}^{9}",
  "\\int_0^1",
  "\\lim_{x\\to0}",
  "and",
  "or",
  "not",
  "\\mathrm{",
  "\\color{red}{",
  "\\hspace{9999em}",
  "\\rule{9em}{9em}",
  "\\href{javascript:0}{x}",
];

function mutated(rng: Rng): string {
  let text = rng.bool(0.7) ? rng.pick(SEEDS) : "";
  for (let edits = 1 + rng.int(8); edits > 0; edits--) {
    const at = rng.int(text.length + 1);
    const kind = rng.int(5);
    if (kind === 0) text = text.slice(0, at) + rng.pick(PIECES) + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + rng.int(4));
    else if (kind === 2) text += rng.pick(SEEDS);
    else if (kind === 3)
      text = text.slice(0, at) + text.slice(at, at + 1 + rng.int(6)).repeat(1 + rng.int(5)) + text.slice(at);
    else text = text.slice(0, at) + String.fromCharCode(rng.int(0x3000)) + text.slice(at);
  }
  return rng.int(2000) === 0 ? text.repeat(1 + rng.int(200)) : text;
}

const verifier = new MathVerifier();

/** Processor time of this process so far, ms. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The longest of three calls, ms of processor time: on a busy machine the clock would count others' work. */
async function once(a: string, b: string): Promise<number> {
  const times: number[] = [processorMs()];
  extractAnswers(b, { order: FORMULA_ORDER, problem: a });
  times.push(processorMs());
  judgeMath(a, b);
  times.push(processorMs());
  await verifier.verify({ id: "p", prompt: "", answer: a }, b);
  times.push(processorMs());
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] as number)));
}

const found = { threw: 0, slow: 0, slowest: 0, text: "" };
const memory: number[] = [];
let done = 0;
let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});
const began = performance.now();
for (; done < inputs && !stopped; done++) {
  const rng = new Rng(Number(values.seed)).split(done);
  const [a, b] = [mutated(rng), rng.bool(0.2) ? "" : mutated(rng)];
  try {
    let ms = await once(a, b);
    if (ms > STALL_MS / 2) for (let again = 0; again < 3; again++) ms = Math.min(ms, await once(a, b));
    if (ms > found.slowest) Object.assign(found, { slowest: ms, text: JSON.stringify([a, b]).slice(0, 400) });
    if (ms > STALL_MS) {
      found.slow++;
      console.log(`SLOW ${ms.toFixed(0)} ms: ${JSON.stringify([a, b]).slice(0, 600)}`);
    }
  } catch (error) {
    found.threw++;
    console.log(`THREW ${String(error).slice(0, 200)}: ${JSON.stringify([a, b]).slice(0, 600)}`);
  }
  if (done % MEMORY_EVERY === 0) {
    collect();
    memory.push(process.memoryUsage().heapUsed / 1e6);
  }
  if (process.stderr.isTTY && done % 1000 === 0)
    process.stderr.write(`\r${done.toLocaleString("en")} of ${inputs.toLocaleString("en")}`);
}
collect();
memory.push(process.memoryUsage().heapUsed / 1e6);
console.log(
  `${done.toLocaleString("en")} inputs in ${((performance.now() - began) / 1000).toFixed(0)} s: ${found.threw} threw, ${found.slow} took over ${STALL_MS} ms`,
);
console.log(`slowest ${found.slowest.toFixed(0)} ms: ${found.text}`);
console.log(`heap after collection, MB: ${memory.map((mb) => mb.toFixed(1)).join(" ")}`);
process.exitCode = found.threw + found.slow === 0 ? 0 : 1;
