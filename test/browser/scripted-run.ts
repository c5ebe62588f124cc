/** A made-up run and a made-up solver for the page's tests: smooth curves, no measurement of anything. */

import type { TreeRecord } from "../../src/search/tree-record.ts";
import { syntheticReport } from "../../src/show/report/fixtures/synthetic.ts";
import type { Solver } from "../../src/show/server/solve-route.ts";

const CHAINS = {
  wrong: "3 + 7 =10 10 + 8 =18 18 + 2 =20 give-up",
  right: "3 + 7 =10 10 + 8 =18 back:1 8 - 2 =6 10 - 6 =4 back:0 7 - 3 =4 8 - 2 =6 4 * 6 =24 solved",
} as const;

const JUDGED = {
  base: { text: CHAINS.wrong, verdict: "wrong", reason: "it gave up", tokens: 13 },
  final: { text: CHAINS.right, verdict: "correct", reason: "(7 - 3) * (8 - 2) = 24", tokens: 31 },
} as const;

/** An interval of about the width that 400 puzzles give. */
function around(p: number): [number, number] {
  const half = 1.96 * Math.sqrt((p * (1 - p)) / 400);
  return [Math.max(0, p - half), Math.min(1, p + half)];
}

/** Accuracy that grows with the logarithm of x between two points. */
function climb(x: number, from: readonly [number, number], to: readonly [number, number]): number {
  const share = Math.log(x / from[0]) / Math.log(to[0] / from[0]);
  return Math.max(0, Math.min(1, from[1] + share * (to[1] - from[1])));
}

/** A comparison of two methods on two seeds, with the second seed of one still to come. */
export function comparisonEvents(): object[] {
  const methods = [
    { name: "filter", title: "filter", hypothesis: "filter" },
    { name: "grpo", title: "GRPO", hypothesis: "baseline" },
  ];
  const events: object[] = [{ type: "compare-plan", methods, seeds: [1, 2], budgetFlops: 1e12 }];
  const tell = (method: string, seed: number, accuracies: readonly number[], status: string): void => {
    for (const [i, passAt1] of accuracies.entries()) {
      const flops = i === 0 ? 0 : 1e11 * 3 ** i;
      const point = { step: i, flops, passAt1, ci: around(passAt1), ...reading(passAt1) };
      events.push({ type: "compare-point", method, seed, ...point });
    }
    events.push({ type: "compare-cell", method, seed, status, share: status === "done" ? 1 : 0.5 });
  };
  tell("filter", 1, [0.2, 0.3, 0.4], "done");
  tell("filter", 2, [0.2, 0.4, 0.5], "done");
  tell("grpo", 1, [0.2, 0.6], "running");
  return events;
}

/** What a model of such accuracy does and writes. */
function reading(passAt1: number): object {
  return {
    behaviours: { "giving up": passAt1 < 0.5 ? 0.7 : 0.2, backtracking: 4 },
    shown: [{ problem: "3 7 8 2 = 24", ...(passAt1 < 0.5 ? JUDGED.base : JUDGED.final) }],
  };
}

/** A reward model that learns to judge, before its first pass over its lessons and after it; one step says `text`. */
export function judgingEvents(text: string): object[] {
  const scores = (pass: number, each: readonly number[]): object => ({
    type: "reward-scores",
    pass,
    chains: [
      {
        problem: "3 7 8 2 = 24",
        verdict: "wrong",
        reason: "gave up",
        steps: [
          { text: "7 - 3 =4", score: each[0], solvable: true },
          { text: " 8 + 2 =10", score: each[1], solvable: false },
          { text: " back:1 8 - 2 =6", score: each[2], solvable: true },
          { text: ` ${text}`, score: each[3], solvable: null },
        ],
      },
    ],
  });
  return [
    { type: "reward-plan", kind: "process", target: "attempt", passes: 1 },
    { type: "phase", name: "training", detail: "pass 1 of 1" },
    scores(0, [0.5, 0.5, 0.5, 0.5]),
    scores(1, [0.9, 0.8, 0.7, 0.1]),
  ];
}

/** Steps `from` to `to` of a training of `steps`, with an exam after every sixth. */
export function trainingEvents(from: number, to: number, steps: number): object[] {
  const events: object[] = [];
  const wave = (step: number, period: number): number => Math.sin((step * 2 * Math.PI) / period);
  for (let step = from; step <= to; step++) {
    const flops = step * 6.4e11;
    const done = step / steps;
    const reward = 0.22 + 0.42 * Math.sqrt(done) + 0.02 * wave(step, 5);
    events.push({
      type: "step",
      step,
      steps,
      flops,
      reward,
      useful: 0.78 - 0.3 * done + 0.03 * wave(step, 7),
      entropy: 0.62 - 0.25 * done + 0.01 * wave(step, 4),
      meanTokens: 24 + 46 * done + 2 * wave(step, 6),
      truncated: 0.02 * done,
      kl: 0.08 * done,
      gradNorm: 0.4 + 0.08 * wave(step, 3),
      clipped: 0.012 + 0.004 * wave(step, 5),
      lossTokens: 9200,
      seconds: 4.1 + 0.2 * wave(step, 8),
    });
    if (step % 6 === 0) {
      const p = climb(flops, [3e12, 0.26], [4e13, 0.66]);
      events.push({ type: "eval", step, flops, passAt1: p, ci: around(p), n: 400, byN: {}, ...reading(p) });
    }
  }
  return events;
}

/** From the first exam to the middle of training. */
export function firstHalf(): object[] {
  return [
    { type: "phase", name: "training", detail: "" },
    { type: "eval", step: 0, flops: 0, passAt1: 0.22, ci: around(0.22), n: 400, byN: {}, ...reading(0.22) },
    ...trainingEvents(1, 32, 60),
    {
      type: "chain",
      step: 32,
      problem: "3 7 8 2 = 24",
      text: CHAINS.right,
      verdict: "correct",
      reason: "(7 - 3) * (8 - 2) = 24",
    },
  ];
}

/** From there to the end, both test-time curves included. */
export function secondHalf(): object[] {
  const events: object[] = [
    ...trainingEvents(33, 60, 60),
    { type: "phase", name: "measuring", detail: "base model, 1 to 64 attempts" },
  ];
  for (const [model, flops, one, many] of [
    ["base", 4.2e7, 0.22, 0.93],
    ["final", 1.1e8, 0.66, 0.95],
  ] as const) {
    for (let n = 1; n <= 64; n *= 2) {
      const best = climb(n, [1, one], [64, many]);
      const vote = climb(n, [1, one], [64, one + 0.22]);
      events.push({
        type: "samples",
        model,
        strategy: "pass@n",
        n,
        flops: flops * n,
        accuracy: best,
        ci: around(best),
      });
      if (n > 1) {
        events.push({
          type: "samples",
          model,
          strategy: "majority",
          n,
          flops: flops * n,
          accuracy: vote,
          ci: around(vote),
        });
      }
    }
    for (let tokens = 32; tokens <= 1024; tokens *= 2) {
      const p = climb(tokens, [32, one * 0.7], [1024, one + 0.24]);
      events.push({
        type: "length",
        model,
        maxTokens: tokens,
        flops: tokens * 1.7e6,
        tokens,
        accuracy: p,
        ci: around(p),
      });
    }
  }
  for (const problem of ["3 7 8 2 = 24", "3 7 2 8 = 24"]) events.push({ type: "pair", problem, ...JUDGED });
  events.push({ type: "result", report: syntheticReport(0.22, 0.66) });
  events.push({ type: "phase", name: "done", detail: "" });
  return events;
}

/** A small tree, one step of which says `text`, after which a chain ended with `text` for the verdict. */
export function scriptedTree(text: string): TreeRecord {
  const node = { prior: 0.5, visits: 2, value: 0.5, score: 0.5, ended: false, verdict: null, solvable: null };
  const end = { ended: true, verdict: { status: "wrong" as const, reason: text } };
  const nodes = [
    { ...node, parent: null, step: "", visits: 5 },
    { ...node, parent: 0, step: "7 - 3 =4", visits: 3, solvable: true },
    { ...node, parent: 0, step: text },
    { ...node, parent: 2, step: " solved", visits: 1, ...end },
  ];
  return { version: 1, problem: { id: "a", prompt: "3 7 8 2 = 24" }, nodes, leftOut: 2 };
}

/** Answers every puzzle with the chain of its model, a token at a time. */
export function scriptedSolver(
  texts: { readonly base?: string; readonly trained?: string; readonly tree?: TreeRecord } = {},
): Solver {
  return {
    async solve(puzzle, model, onText, signal, options) {
      const judged = model === "base" ? JUDGED.base : JUDGED.final;
      const text = (model === "base" ? texts.base : texts.trained) ?? judged.text;
      for (const token of text.split(" ")) {
        signal.throwIfAborted();
        onText(`${token} `);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (texts.tree !== undefined) options?.onTree?.(texts.tree);
      return { ...judged, text, reason: `${judged.reason}, for ${puzzle}` };
    },
  };
}
