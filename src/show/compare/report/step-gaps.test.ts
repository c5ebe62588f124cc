import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellResult } from "../cells/cell-result.ts";
import type { CellStep } from "../cells/cell-state.ts";
import { type Figures, gapChange, gapSteps, gapWindows } from "./step-gaps.ts";

const FIGURES: Figures = { upper: ({ told }) => told["search"], lower: ({ told }) => told["policy"] };

/** A run that spends 1 FLOP a step. */
function run(told: readonly Record<string, number>[]): CellResult {
  const steps = told.map((own, i): CellStep => {
    const rest = { reward: 0, useful: 0, entropy: null, kl: 0, meanTokens: 1 };
    return { step: i + 1, flops: i + 1, ...rest, told: own };
  });
  return { steps } as unknown as CellResult;
}

test("only steps that tell both figures count, each at its place in its run", () => {
  const steps = gapSteps(
    [run([{ search: 0.5, policy: 0.2 }, { search: 0.5 }, {}, { search: 0.75, policy: 0.5 }])],
    FIGURES,
  );
  assert.deepEqual(steps, [
    { flops: 1, upper: 0.5, lower: 0.2, before: 0 },
    { flops: 4, upper: 0.75, lower: 0.5, before: 0.5 },
  ]);
});

test("at most twelve windows are made, of four steps or more; of few steps each is its own", () => {
  const even = (count: number) =>
    gapSteps([run(Array.from({ length: count }, () => ({ search: 1, policy: 0.5 })))], FIGURES);
  const sizes = (count: number) => gapWindows(even(count)).map(({ steps }) => steps);
  assert.deepEqual(sizes(13), [5, 4, 4]);
  assert.deepEqual(
    sizes(120),
    Array.from({ length: 12 }, () => 10),
  );
  assert.deepEqual(
    gapWindows(even(2)).map(({ flops, gap, ci }) => [flops, gap, ci]),
    [
      [1, 0.5, null],
      [2, 0.5, null],
    ],
  );
  assert.deepEqual(gapWindows([]), []);
});

test("a window's mean and interval over the steps of several runs, worked out by hand", () => {
  const gaps = [0.1, 0.2, 0.3, 0.4]; // mean .25, spread sqrt(.05 / 3), t of 3 degrees 3.18245
  const runs = gaps.map((gap) => run([{ search: gap, policy: 0 }]));
  const windows = gapWindows(gapSteps(runs, FIGURES));
  const [window] = windows;
  const half = (3.18245 * Math.sqrt(0.05 / 3)) / 2;
  assert.equal(windows.length, 1);
  assert.ok(Math.abs((window?.gap as number) - 0.25) < 1e-12);
  assert.ok(Math.abs((window?.ci?.[0] as number) - (0.25 - half)) < 1e-5);
});

test("the last third against the first, over two runs of different lengths", () => {
  const short = run([0.3, 0.2, 0.1].map((search) => ({ search, policy: 0 })));
  const long = run([0.5, 0.4, 0.9, 0.9, 0.2, 0.1].map((search) => ({ search, policy: 0 })));
  const change = gapChange(gapSteps([short, long], FIGURES));
  assert.equal(change?.first.steps, 3); // .3; .5 and .4
  assert.equal(change?.last.steps, 3); // .1; .2 and .1
  assert.ok(Math.abs((change?.change as number) - (0.4 / 3 - 0.4)) < 1e-12);
  assert.ok((change?.ci?.[1] as number) < 0, "it shrinks");
});

test("too little to compare is told as nothing", () => {
  assert.equal(gapChange([]), null);
  assert.equal(gapChange(gapSteps([run([{ search: 1, policy: 0 }])], FIGURES)), null);
  const flat = gapChange(gapSteps([run(Array.from({ length: 6 }, () => ({ search: 1, policy: 0 })))], FIGURES));
  assert.deepEqual([flat?.change, flat?.ci], [0, null]);
});
