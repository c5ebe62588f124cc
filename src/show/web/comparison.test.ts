import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRunEvent } from "../server/events.ts";
import { meanCurve, methodCurves } from "./comparison.ts";
import { applyEvent, emptyState } from "./run-state.ts";

test("the mean of seeds measured after different amounts stops where the shortest does", () => {
  const mean = meanCurve([
    [
      { flops: 0, value: 0 },
      { flops: 4, value: 0.4 },
    ],
    [
      { flops: 0, value: 0.2 },
      { flops: 2, value: 0.6 },
    ],
  ]);
  assert.deepEqual(
    mean.map(({ flops }) => flops),
    [0, 2],
  );
  assert.ok(Math.abs((mean[1]?.value ?? 0) - 0.4) < 1e-12);
});

test("curves are folded per method, and what is told again replaces what was known", () => {
  const state = emptyState();
  const cell = { method: "filter", seed: 1 };
  const point = { type: "compare-point", ...cell, step: 3, flops: 9, ci: [0, 1] };
  for (const event of [
    {
      type: "compare-plan",
      methods: [{ name: "filter", title: "filter", hypothesis: "filter" }],
      seeds: [1, 2],
      budgetFlops: 9,
    },
    { type: "compare-cell", ...cell, status: "running", share: 0.5 },
    { ...point, passAt1: 0.3 },
    { ...point, passAt1: 0.4 },
  ])
    applyEvent(state, parseRunEvent(event));
  const [curve] = methodCurves(state.comparing);
  assert.deepEqual(
    curve?.mean.map(({ value }) => value),
    [0.4],
  );
  assert.equal(curve?.share, 0.25);
  assert.equal(curve?.status, "running");
});
