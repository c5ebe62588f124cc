import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BEHAVIOUR_NAMES, BEHAVIOURS, type Behaviour, type ChainEvent, countBehaviours } from "./behaviours.ts";

/**
 * Writes events as a chain reads: `3+7=10`, `back:1`, `solved`, `give-up`. A wrong result is an arithmetic fault by
 * itself; `!` behind an operation says that its numbers are not left.
 */
function events(text: string): ChainEvent[] {
  return text.split(" ").map((word): ChainEvent => {
    if (word === "solved" || word === "give-up" || word === "malformed") return { kind: word };
    if (word.startsWith("back:")) return { kind: "back", to: Number(word.slice(5)) };
    const [, a, op, b, result, mark] = /^(\d+)([-+*/])(\d+)=(\d+)(!?)$/.exec(word) ?? [];
    assert.ok(a && op && b && result, `no such event: ${word}`);
    const [x, y] = [Number(a), Number(b)];
    const value = { "+": x + y, "-": x - y, "*": x * y, "/": x / y }[op];
    const fault = mark ? "not-left" : value === Number(result) ? null : "arithmetic";
    return { kind: "operation", a: x, op, b: y, result: Number(result), fault: fault && { kind: fault } };
  });
}

/** The behaviours that a chain shows, those at zero left out. */
function shown(text: string, numbers = 3, target = 24): Partial<Record<Behaviour, number>> {
  const { counts } = countBehaviours({ problem: "p", numbers, target, events: events(text) });
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

describe("behaviours", () => {
  test("a direct miss shows nothing but giving up; operations are counted", () => {
    assert.deepEqual(shown("8+2=10 10+3=13 give-up"), { "giving up": 1 });
    const events3 = events("8+2=10 10+3=13 give-up");
    assert.equal(countBehaviours({ problem: "p", numbers: 3, target: 24, events: events3 }).operations, 2);
    assert.deepEqual(shown("8+2=10 10+3=13"), {}); // ran out
  });

  test("backtracking after a dead end, and early abandonment before one", () => {
    assert.deepEqual(shown("8+2=10 10+3=13 back:0 8-2=6 6+3=9"), { backtracking: 1 });
    assert.deepEqual(shown("8+2=10 back:0 8-2=6 6+3=9"), {
      backtracking: 1,
      "early abandonment": 1,
      "systematic exploration": 1,
    });
    assert.deepEqual(shown("8+2=10 back:1 10+3=13"), {}); // back to where it stands is no way back
  });

  test("systematic exploration is one step back and then something new from there", () => {
    assert.deepEqual(shown("8+2=10 10+3=13 back:1 10-3=7"), { backtracking: 1, "systematic exploration": 1 });
    assert.deepEqual(shown("8+2=10 10+3=13 back:1 10-3=7 back:1 3+10=13"), {
      backtracking: 2,
      "systematic exploration": 1, // the last one had been tried
      repetition: 1,
    });
    assert.deepEqual(shown("8+2=10 10+3=13 back:0 8-2=6"), { backtracking: 1 }); // two steps
  });

  test("repetition compares attempts in any order of their operations", () => {
    const first = "8+2=10 9-3=6 10*6=60";
    assert.deepEqual(shown(`${first} back:0 9-3=6 2+8=10 6*10=60`, 4), {
      backtracking: 1,
      repetition: 1,
      "independent parts": 2,
      "sub-goals": 2, // 6 is a factor of 24, and it is multiplied by
    });
  });

  test("verification: redone at once, or restated or inverted where the numbers are not left", () => {
    assert.deepEqual(shown("8+2=10 back:0 2+8=10 10+3=13"), {
      verification: 1,
      backtracking: 1,
      "early abandonment": 1,
    });
    assert.deepEqual(shown("8+2=10 10-2=8!", 4), { verification: 1 });
    assert.deepEqual(shown("8+2=10 10-8=2!", 4), { verification: 1 });
    assert.deepEqual(shown("8*2=16 16/8=2!", 4), { verification: 1 });
    assert.deepEqual(shown("8-2=6 6+2=8!", 4), { verification: 1 });
    assert.deepEqual(shown("8/2=4 2*4=8!", 4), { verification: 1 });
    assert.deepEqual(shown("8+2=10 8+2=10!", 4), { verification: 1 });
    assert.deepEqual(shown("8+2=10 9-2=7!", 4), {}); // neither
    assert.deepEqual(shown("8+2=10 10-2=8", 4), {}); // another 2 was left: a step, perhaps
    // Two steps back and on by the same operation is another way to go on from it, not a check.
    assert.deepEqual(shown("8+2=10 10+3=13 back:0 8+2=10 10-3=7"), { backtracking: 1 });
    // Two steps back, redone, and right this time: a correction all the same.
    assert.deepEqual(shown("8+2=11 11+3=14 back:0 8+2=10"), { backtracking: 1, "error correction": 1 });
    // The same operation, but not of the state that was just left: back to an old thought, not a check.
    assert.deepEqual(shown("8+2=10 10+3=13 back:0 8-2=6 back:0 8+2=10", 4), {
      backtracking: 2,
      "early abandonment": 2,
    });
  });

  test("error correction: discarded by the very next event, or redone right, and counted once", () => {
    assert.deepEqual(shown("8+2=11 back:0 8-2=6"), {
      "error correction": 1,
      backtracking: 1,
      "early abandonment": 1,
      "systematic exploration": 1,
    });
    assert.deepEqual(shown("8+2=11 back:0 2+8=10"), {
      "error correction": 1,
      verification: 1,
      backtracking: 1,
      "early abandonment": 1,
    });
    assert.deepEqual(shown("8+2=10 10+3=14 back:1 10+3=13"), {
      "error correction": 1,
      verification: 1,
      backtracking: 1,
      repetition: 1,
    });
    // After a dead end the slip is only one more attempt that missed, and two operations later it went unnoticed.
    assert.deepEqual(shown("8+2=10 10+3=14 back:0"), { backtracking: 1 });
    assert.deepEqual(shown("8+2=11 11+3=14 back:0"), { backtracking: 1 });
    // Redone as wrong as before.
    assert.deepEqual(shown("8+2=11 back:0 8+2=11"), {
      "error correction": 1, // it was discarded at once all the same
      verification: 1,
      backtracking: 1,
      "early abandonment": 1,
    });
  });

  test("sub-goals: a factor that is multiplied by, or a number that a last + or - completes", () => {
    assert.deepEqual(shown("5-2=3 8*3=24 solved"), { "sub-goals": 1 });
    assert.deepEqual(shown("9-3=6 5*6=30"), { "sub-goals": 1 }); // a miss, but by way of a factor
    assert.deepEqual(shown("9-2=7 5*7=35"), {}); // 7 is none
    assert.deepEqual(shown("3-2=1 20*1=20"), {}); // neither is 1
    assert.deepEqual(shown("5*3=15 15+9=24 solved"), { "sub-goals": 1 });
    assert.deepEqual(shown("5*3=15 15+8=23"), {});
    assert.deepEqual(shown("5*3=15 15+8=24"), {}); // a slip completes nothing
    assert.deepEqual(shown("8*6=48 48/2=24 solved"), {}); // a multiple is no part of the target
  });

  test("independent parts: the last operation joins two results, neither made of the other", () => {
    assert.deepEqual(shown("1+2=3 9-1=8 3*8=24 solved", 4), { "independent parts": 1, "sub-goals": 1 });
    assert.deepEqual(shown("1+2=3 3+5=8 8*3=24 solved", 4), { "sub-goals": 1 }); // 8 was made of the 3
  });

  test("a false success is one that the path does not bear out", () => {
    assert.deepEqual(shown("5-2=3 8*3=24 solved"), { "sub-goals": 1 });
    assert.deepEqual(shown("5-2=4 8*4=32 solved"), { "sub-goals": 1, "false success": 1 });
    assert.deepEqual(shown("8*2=16 16+9=24 solved"), { "false success": 1 });
    assert.deepEqual(shown("5-2=3 solved"), { "false success": 1 });
    assert.deepEqual(shown("solved"), { "false success": 1 });
    assert.deepEqual(shown("8*3=24! 24*1=24 solved"), { "false success": 1 });
  });

  test("nothing is read after a malformed word, and an impossible way back is none", () => {
    assert.deepEqual(shown("8+2=10 malformed back:0 give-up"), {});
    assert.deepEqual(shown("8+2=10 back:3 give-up"), { "giving up": 1 });
    assert.deepEqual(shown("back:0 8+2=10"), {});
  });

  test("reading is linear: 100,000 impossible operations and no way back", { timeout: 5_000 }, () => {
    const endless = Array.from({ length: 100_000 }, (_, i) => `${i}+1=${i + 1}!`).join(" ");
    assert.deepEqual(shown(`${endless} give-up`), { "giving up": 1 });
  });

  test("every behaviour says what it is", () => {
    for (const name of BEHAVIOUR_NAMES) assert.ok(BEHAVIOURS[name].means.length > 20);
  });
});
