import assert from "node:assert/strict";
import { test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { Rng } from "../../core/rng.ts";
import type { Change } from "../../measure/behaviour-change.ts";
import { fitLogCompute } from "../../measure/fit.ts";
import type { Gain } from "../../measure/gain.ts";
import { syntheticReport } from "./fixtures/synthetic.ts";
import { type BehaviourReport, type FitReport, type Report, reportSchema, validateReport } from "./schema.ts";

const refused = (json: unknown): MullError => {
  try {
    validateReport(json);
  } catch (error) {
    if (error instanceof MullError) return error;
  }
  throw new Error("expected a MullError");
};

test("a report survives being written and read", () => {
  const report = syntheticReport();
  assert.deepEqual(validateReport(JSON.parse(JSON.stringify(report))), report);
});

test("what the format does not know is left out, what it needs is asked for by name", () => {
  const report = syntheticReport();
  assert.deepEqual(validateReport({ ...report, later: 1 }), report);
  const { seed, ...rest } = report;
  assert.equal(seed, 1);
  const error = refused(rest);
  assert.equal(error.code, "input");
  assert.match(error.message, /seed/);
  assert.match(error.hint ?? "", /mull reproduce/);
  assert.equal(refused(null).code, "input");
});

test("numbers out of their range are refused with their place", () => {
  const report = syntheticReport();
  const wrong = (part: object): string => refused({ ...report, ...part }).message;
  assert.match(wrong({ base: { ...report.base, passAt1: 1.2 } }), /base\.passAt1/);
  assert.match(wrong({ final: { ...report.final, ci: [0.8, 0.7] } }), /final\.ci.*lo <= hi/);
  assert.match(wrong({ wallSeconds: -1 }), /wallSeconds/);
  assert.match(wrong({ train: [{ step: 0.5, flops: 0, passAt1: 0, ci: [0, 0] }] }), /train\.0\.step/);
});

test("many faults are counted, not all printed", () => {
  assert.match(refused({}).message, /and \d+ more$/);
});

test("every field that the format promises is required", () => {
  const report = syntheticReport();
  const optional = ["command"];
  for (const key of Object.keys(reportSchema.shape)) {
    const rest = Object.fromEntries(Object.entries(report).filter(([name]) => name !== key));
    assert.equal(reportSchema.safeParse(rest).success, optional.includes(key), key);
  }
});

test("what is measured fits the format as it is", () => {
  const rng = new Rng(1);
  const points = [1e9, 1e10, 1e11, 1e12].map((flops) => ({ flops, accuracy: rng.next() }));
  const fit: FitReport = fitLogCompute(points);
  const none: FitReport = fitLogCompute([]);
  const change: Change = {
    base: 1,
    final: 2,
    baseCi: [0.5, 1.5],
    finalCi: [1.5, 2.5],
    kind: "amplified",
    unit: "per chain",
    meaning: "",
  };
  const behaviour: BehaviourReport = change;
  const gain = {
    tokensPerProblem: { base: 24, forced: 66, final: 66 },
    flopsPerProblem: { base: 4e7, forced: 1.1e8, final: 1.1e8 },
    forced: { passAt1: 0.4, ci: [0.35, 0.45], n: 400 },
    gain: 0.5,
    gainCi: [0.45, 0.55],
    shareNotGivingUp: 0.3,
    shareCi: null,
    shareBetterThinking: 0.7,
    matched: true,
    remark: "",
  } as const satisfies Gain;
  const control: Report["control"] = gain;
  const { command: _command, ...report } = syntheticReport();
  const whole = { ...report, fits: { fit, none }, behaviours: { behaviour }, control };
  assert.equal(validateReport(JSON.parse(JSON.stringify(whole))).fits.none?.slope, null);
});
