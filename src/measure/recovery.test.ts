import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChainEvent, ChainEvents } from "./behaviours.ts";
import { firstComplete, recoveries } from "./recovery.ts";

/** Events as a chain reads, on three numbers towards 20; a wrong result is a slip. */
function chain(text: string, problem = "p"): ChainEvents {
  const events = text.split(" ").map((word): ChainEvent => {
    if (word === "solved" || word === "give-up" || word === "malformed") return { kind: word };
    if (word.startsWith("back:")) return { kind: "back", to: Number(word.slice(5)) };
    const [, a, op, b, result] = /^(\d+)([+*])(\d+)=(\d+)$/.exec(word) ?? [];
    const [x, y] = [Number(a), Number(b)];
    const fault = (op === "+" ? x + y : x * y) === Number(result) ? null : ({ kind: "arithmetic" } as const);
    return { kind: "operation", a: x, op: op as string, b: y, result: Number(result), fault };
  });
  return { problem, numbers: 3, target: 20, events };
}

const HIT = "3+7=10 10*2=20";
const MISS = "3+7=10 10+2=12";

test("the first attempt that used up all numbers decides", () => {
  assert.equal(firstComplete(chain(`${HIT} solved`)), "hit");
  assert.equal(firstComplete(chain(`${MISS} back:0 ${HIT} solved`)), "missed");
  assert.equal(firstComplete(chain(`3*7=21 back:0 ${HIT} solved`)), "hit", "one that was left counts for nothing");
  assert.equal(firstComplete(chain("3+7=10 back:0 3*7=21 give-up")), "none");
  assert.equal(firstComplete(chain("give-up")), "none");
  assert.equal(firstComplete(chain("7+2=9 malformed 9+3=12")), "none", "nothing is read behind what is malformed");
});

test("an attempt that ends at the target through a slip has missed", () => {
  assert.equal(firstComplete(chain("3+7=11 11+2=20 solved")), "missed");
  assert.equal(firstComplete(chain("3+7=18 18+2=20 solved")), "missed");
  assert.equal(firstComplete(chain("3+7=18 back:0 3+7=10 10*2=20 solved")), "hit", "taken back before it was complete");
});

test("counts are kept problem by problem, and what was not judged is left out", () => {
  const judged = [
    { ...chain(`${HIT} solved`, "a"), right: true, tokens: 9 },
    { ...chain(`${MISS} back:0 ${HIT} solved`, "a"), right: true, tokens: 18 },
    { ...chain(`${MISS} give-up`, "a"), right: false, tokens: 9 },
    { ...chain(`${MISS} give-up`, "b"), right: null, tokens: 9 },
    { ...chain("give-up", "b"), right: false, tokens: 1 },
    { ...chain(`${HIT} back:0 ${MISS} solved`, "c"), right: false, tokens: 18 },
  ];
  assert.deepEqual(recoveries(judged), [
    { attempted: 3, missed: 2, recovered: 1, tokens: 27 },
    { attempted: 0, missed: 0, recovered: 0, tokens: 0 },
    { attempted: 1, missed: 0, recovered: 0, tokens: 0 },
  ]);
});
