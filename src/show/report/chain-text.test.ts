import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { chainLines, formatChain, parsePrompt } from "./chain-text.ts";

const PROMPT = "3 7 8 2 = 24";
const CHAIN = "3 + 7 =10 10 + 8 =18 18 + 2 =20 back:1 8 - 2 =6 back:0 7 - 3 =4 8 - 2 =6 4 * 6 =24 solved";

describe("chainLines", () => {
  test("one operation a line, with what is left and how each attempt ends", () => {
    const lines = chainLines(CHAIN, { prompt: PROMPT });
    assert.deepEqual(
      lines.map(({ kind, text, note, left, depth }) => [kind, text, note, left?.join(" "), depth]),
      [
        ["operation", "3 + 7 = 10", "", "8 2 10", 0],
        ["operation", "10 + 8 = 18", "", "2 18", 1],
        ["operation", "18 + 2 = 20", "not 24", "20", 2],
        ["back", "go back to where 3 + 7 = 10", "", "8 2 10", 1],
        ["operation", "8 - 2 = 6", "", "10 6", 1],
        ["back", "go back to the start", "", "3 7 8 2", 0],
        ["operation", "7 - 3 = 4", "", "8 2 4", 0],
        ["operation", "8 - 2 = 6", "", "4 6", 1],
        ["operation", "4 * 6 = 24", "the target", "24", 2],
        ["solved", "solved", "", "24", 3],
      ],
    );
  });

  test("slips are named", () => {
    const slip = (chain: string) => chainLines(chain, { prompt: PROMPT }).at(-1);
    assert.equal(slip("3 + 7 =11")?.note, "3 + 7 is 10");
    assert.equal(slip("7 / 2 =3")?.note, "7 / 2 is not a whole number");
    assert.equal(slip("3 + 9 =12")?.note, "there is no 9 left to use");
    assert.equal(slip("3 + 7 =10 3 + 8 =11")?.note, "there is no 3 left to use");
    assert.equal(slip("8 + 8 =16")?.note, "there is no 8 left to use", "one 8 cannot be used twice");
    assert.equal(slip("3 + 7 =10 back:2")?.note, "there is no such step");
    for (const chain of ["3 + 7 =11", "3 + 9 =12", "back:3"]) assert.equal(slip(chain)?.mark, "slip");
  });

  test("a line still being written is not complete, and becomes the finished one", () => {
    const last = (chain: string) => chainLines(chain).at(-1);
    assert.deepEqual([last("3")?.text, last("3")?.complete], ["3", false]);
    assert.deepEqual([last("3 +")?.text, last("3 +")?.complete], ["3 +", false]);
    assert.deepEqual([last("3 + 7")?.text, last("3 + 7")?.complete], ["3 + 7", false]);
    assert.deepEqual([last("3 + 7 =10")?.text, last("3 + 7 =10")?.complete], ["3 + 7 = 10", true]);
  });

  test("what is no chain stays as it was written", () => {
    const lines = chainLines("<b>hi</b> 3 + + give-up", { prompt: PROMPT });
    assert.deepEqual(
      lines.map(({ kind, text }) => `${kind} ${text}`),
      ["other <b>hi</b>", "other 3", "other +", "other +", "give-up give up"],
    );
  });

  test("signs for print, and none of the marks of a sequence", () => {
    assert.deepEqual(
      chainLines("<bos> 8 * 3 =24 8 / 2 =4 8 - 2 =6 <pad>", { signs: "print" }).map((line) => line.text),
      ["8 × 3 = 24", "8 ÷ 2 = 4", "8 − 2 = 6"],
    );
  });

  test("loses no token, whatever it is given", () => {
    const word = fc.oneof(
      fc.constantFrom("+", "-", "*", "/", "back:0", "back:1", "back:9", "solved", "give-up", "=", "drill"),
      fc.integer({ min: 1, max: 99 }).map(String),
      fc.integer({ min: 1, max: 99 }).map((n) => `=${n}`),
      fc.string({ minLength: 1, maxLength: 5 }).filter((s) => !/\s|^<(bos|pad)>$/.test(s)),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const lines = chainLines(words.join(" "), { prompt: PROMPT });
        const tokens = lines.reduce(
          (sum, { kind, text }) => sum + (kind === "operation" ? text.split(" ").length : 1),
          0,
        );
        // A finished operation is printed as five words: its result "=10" became "= 10".
        const finished = lines.filter((line) => line.kind === "operation" && line.complete).length;
        assert.equal(tokens - finished, words.length);
      }),
    );
  });
});

test("formatChain puts the notes in parentheses", () => {
  assert.equal(formatChain("8 * 3 =25 back:0"), "8 * 3 = 25  (8 * 3 is 24)\ngo back to the start");
});

test("parsePrompt", () => {
  assert.deepEqual(parsePrompt("<bos> 3 7 8 2 = 24"), { numbers: [3, 7, 8, 2], target: 24 });
  for (const text of [undefined, "", "3 7 8", "= 24", "3 x = 4", "<script>"]) assert.equal(parsePrompt(text), null);
});
