import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventOf } from "../server/events.ts";
import { diagnosis, gaugesOf } from "./diagnostics.ts";

type Step = EventOf<"step">;

/** Healthy steps, save for what `change` says of each. */
function steps(count: number, change: (i: number) => Partial<Step> = () => ({})): Step[] {
  return Array.from({ length: count }, (_, i) => ({
    type: "step",
    step: i + 1,
    steps: count,
    flops: i + 1,
    reward: 0.4,
    useful: 0.6,
    loss: null,
    entropy: 0.5,
    meanTokens: 40,
    truncated: 0.01,
    kl: 0.02,
    gradNorm: 0.5,
    clipped: 0.01,
    lossTokens: 1000,
    seconds: 4,
    ...change(i),
  }));
}

const unhealthy = (list: Step[]): string[] =>
  gaugesOf(list).flatMap((gauge) => (gauge.health === "fine" ? [] : [`${gauge.health}: ${gauge.name}`]));

describe("gaugesOf", () => {
  test("a healthy run has eight gauges and all are fine", () => {
    assert.equal(gaugesOf(steps(30)).length, 8);
    assert.deepEqual(unhealthy(steps(30)), []);
    assert.equal(diagnosis(gaugesOf(steps(30))).health, "fine");
  });

  test("values are shown as people read them", () => {
    const shown = Object.fromEntries(gaugesOf(steps(30)).map((gauge) => [gauge.name, gauge.value]));
    assert.equal(shown["Success while practising"], "40%");
    assert.equal(shown["Open-mindedness"], "1.65", "e to the entropy of 0.5 nats");
    assert.equal(shown["Ran out of room"], "1.0%");
  });

  test("each thing that goes wrong lights its own gauge", () => {
    const late = (field: keyof Step, value: number) => steps(30, (i) => (i >= 20 ? { [field]: value } : {}));
    assert.deepEqual(unhealthy(late("entropy", 0.02)), ["trouble: Open-mindedness"]);
    assert.deepEqual(unhealthy(late("useful", 0.02)), ["trouble: Puzzles that teach"]);
    assert.deepEqual(unhealthy(late("reward", 0.1)), ["watch: Success while practising"]);
    assert.deepEqual(unhealthy(late("clipped", 0.5)), ["watch: Held back"]);
    assert.deepEqual(unhealthy(late("truncated", 0.5)), ["watch: Ran out of room"]);
    assert.deepEqual(unhealthy(late("kl", 3)), ["trouble: Distance from the start"]);
    assert.deepEqual(unhealthy(steps(30, (i) => (i === 29 ? { gradNorm: 50 } : {}))), [
      "watch: Size of the corrections",
    ]);
  });

  test("a number that got lost is trouble; one that never was is left out", () => {
    const lost = gaugesOf(steps(30, (i) => (i === 29 ? { gradNorm: null } : {})));
    const broken = lost.find((gauge) => gauge.name === "Size of the corrections");
    assert.deepEqual([broken?.health, broken?.value, broken?.values.at(-1)], ["trouble", "not a number", null]);
    assert.equal(diagnosis(lost).health, "trouble");

    const never = gaugesOf(steps(30, () => ({ kl: null })));
    assert.equal(never.length, 7);
    assert.equal(diagnosis(never).health, "fine");
  });

  test("pretraining has a loss, which may fall as far as it will", () => {
    const none = {
      reward: null,
      useful: null,
      entropy: null,
      meanTokens: null,
      truncated: null,
      kl: null,
      clipped: null,
    };
    const gauges = gaugesOf(steps(30, (i) => ({ ...none, loss: 4.5 / (i + 1) })));
    assert.deepEqual(
      gauges.map(({ name, value }) => `${name} ${value}`),
      ["Surprise 0.150", "Size of the corrections 0.500"],
    );
    assert.equal(diagnosis(gauges).health, "fine");
    const lost = gaugesOf(steps(30, (i) => ({ ...none, loss: i === 29 ? null : 1 })));
    assert.match(diagnosis(lost).text, /wrong: surprise/);
  });

  test("before the first step there is nothing to say", () => {
    assert.deepEqual(gaugesOf([]), []);
    assert.equal(diagnosis([]).health, "none");
  });
});
