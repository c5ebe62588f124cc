import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ChainEvent, parseChain } from "./trace.ts";

const puzzle = { numbers: [3, 7, 8, 2], target: 24 };
const read = (text: string) => parseChain(puzzle, text);
const brief = (event: ChainEvent) =>
  event.kind === "operation"
    ? `${event.index}: ${event.a}${event.op}${event.b}=${event.result} ${event.fault?.kind ?? "ok"}`
    : event.kind === "back"
      ? `back ${event.to}`
      : event.kind;

test("a chain with two dead ends, worked by hand", () => {
  const chain = read("3 + 7 =10 10 + 8 =18 back:1 8 - 2 =6 10 - 6 =4 back:0 7 - 3 =4 8 - 2 =6 6 * 4 =24 solved");
  assert.deepEqual(chain.events.map(brief), [
    "1: 3+7=10 ok",
    "2: 10+8=18 ok",
    "back 1",
    "3: 8-2=6 ok",
    "4: 10-6=4 ok",
    "back 0",
    "5: 7-3=4 ok",
    "6: 8-2=6 ok",
    "7: 6*4=24 ok",
    "solved",
  ]);
  assert.equal(chain.end, "solved");
  assert.deepEqual(
    chain.path.map((event) => event.index),
    [5, 6, 7],
  );
  assert.deepEqual(chain.left, [24]);
  assert.deepEqual(chain.statistics, {
    operations: 7,
    right: 7,
    faults: { "not-left": 0, forbidden: 0, arithmetic: 0 },
    backs: 2,
    attempts: 3,
    repeats: 0,
  });
});

test("every fault, and the thinker goes on with what it claims", () => {
  const chain = read("7 * 3 =22 22 + 8 =30 30 - 7 =23 back:2 2 - 30 =28 back:0 8 / 3 =2 8 + 8 =16");
  assert.deepEqual(
    chain.events.flatMap((event) => (event.kind === "operation" ? [event.fault?.text ?? "ok"] : [])),
    [
      "7 * 3 is 21, not 22",
      "ok",
      "uses 7, which is not left (left: 2 30)",
      "2 - 30 is -28, and every result must be at least 1",
      "8 / 3 is not a whole number",
      "uses 8, which is not left (left: 2 2 7)",
    ],
  );
  assert.deepEqual(chain.statistics.faults, { "not-left": 2, forbidden: 2, arithmetic: 1 });
  assert.equal(chain.statistics.right, 1);
  assert.equal(chain.end, "ran-out");
  const [twice] = read("8 + 8 =16").events;
  assert.equal(twice?.kind === "operation" && twice.fault?.text, "uses 8 twice, and only one is left (left: 2 3 7 8)");
});

test("an attempt counts as repeated where its live path ends as an earlier one did", () => {
  const repeats = (text: string) => read(text).statistics.repeats;
  assert.equal(repeats("3 + 7 =10 back:0 3 + 7 =10 back:0 7 + 3 =10 give-up"), 2); // + commutes
  assert.equal(repeats("7 - 3 =4 back:0 8 - 2 =6 back:0"), 0);
  assert.equal(repeats("3 + 7 =10 8 - 2 =6 back:1 8 + 2 =10 back:1 8 - 2 =6"), 1);
  assert.equal(repeats("3 + 7 =10 back:0 back:0 give-up"), 0); // no operation, no attempt
  assert.equal(read("3 + 7 =10 back:0 back:0 give-up").statistics.attempts, 1);
});

test("both spellings of a result, and the signs people type, read alike", () => {
  const token = read("8 * 3 =24 7 - 2 =5 solved");
  const printed = read("8 × 3 = 24\n7 − 2 = 5\nsolved\n");
  assert.deepEqual(printed, token);
  assert.equal(read("8*3=24").statistics.right, 1);
});

test("what cannot be read ends the reading, and says where", () => {
  const malformed = (text: string) => {
    const last = read(text).events.at(-1);
    return last?.kind === "malformed" ? `${last.at}: ${last.text}` : "read";
  };
  assert.equal(
    malformed("3 + 7 =10 hmm 3"),
    '5: "hmm" stands where an operation, back:k, solved or give-up was expected',
  );
  assert.equal(malformed("3 7 =10"), '2: "7" stands where an operator was expected');
  assert.equal(malformed("3 + + =10"), '3: "+" stands where a number was expected');
  assert.equal(malformed("3 + 7 10"), '4: "10" stands where "=" was expected');
  assert.equal(malformed("3 + 7 = ="), '5: "=" stands where a result was expected');
  assert.equal(malformed("3 + 7 =1234567890123456"), '4: "1234567890123456" stands where a result was expected');
  assert.equal(
    malformed("3 + 7 =10 back:2"),
    "5: back:2 goes back to a state that is not on the live path of 1 operations",
  );
  assert.match(malformed("back:0x"), /^1: "back:0x" stands/);
  assert.match(malformed("constructor"), /^1: "constructor" stands/);
  assert.match(malformed("drill 3 + 7 =10"), /^1: "drill" stands/);
  assert.equal(malformed("give-up 3"), '2: "3" follows give-up, which ends a chain');
  assert.match(malformed(`${"x".repeat(100)}`), /"x{20}\.\.\."/);
  assert.equal(read("3 + 7 =10 hmm").statistics.operations, 1);
});

test("a chain that stops in mid-operation ran out", () => {
  for (const text of ["", " ", "3", "3 +", "3 + 7", "3 + 7 =10", "3 + 7 =10 10 *", "back:0"]) {
    assert.equal(read(text).end, "ran-out", text);
  }
});

test("a million characters of adversarial chain are read in linear time", { timeout: 20_000 }, () => {
  const texts = [
    "3 + 7 =10 back:0 ".repeat(58_000),
    "9 + 9 =18 ".repeat(99_000), // nothing of it is left: the live path only grows
    `${"9 + 9 =18 ".repeat(40_000)}${"back:39999 9 + 9 =18 ".repeat(28_000)}`, // and is never forgotten
    "(".repeat(1_000_000),
    "=".repeat(1_000_000),
    "x".repeat(1_000_000),
    "8 ".repeat(500_000),
  ];
  for (const text of texts) read(text);
  assert.equal(read(texts[0] as string).statistics.repeats, 57_999);
  assert.equal(read(texts[2] as string).statistics.attempts, 28_001);
});

test("any text is read without throwing, and its statistics add up", () => {
  const word = fc.constantFrom(
    "3",
    "7",
    "8",
    "2",
    "10",
    "24",
    "+",
    "-",
    "*",
    "/",
    "=",
    "=10",
    "=24",
    "back:0",
    "back:1",
    "back:9",
    "solved",
    "give-up",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word).map((words) => words.join(" ")),
  );
  fc.assert(
    fc.property(text, (chain) => {
      const { events, statistics, path, left } = read(chain);
      const operations = events.filter((event) => event.kind === "operation");
      assert.equal(statistics.operations, operations.length);
      assert.equal(statistics.right, operations.filter((event) => event.fault === null).length);
      assert.ok(statistics.repeats < Math.max(1, statistics.attempts));
      assert.ok(path.length <= operations.length && left.length <= 4 && left.length >= 1);
    }),
  );
});
