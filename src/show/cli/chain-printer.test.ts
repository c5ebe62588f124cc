import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { chainPrinter } from "./chain-printer.ts";
import { unpainted } from "./terminal.ts";

const PUZZLE = "3 7 8 2 = 24";

/** What is printed after each piece, and at the end. */
function printed(pieces: readonly string[]): { after: number[]; lines: string[] } {
  const lines: string[] = [];
  const printer = chainPrinter(PUZZLE, { print: (line = "") => lines.push(line), paint: unpainted });
  const after = pieces.map((piece) => {
    printer.write(piece);
    return lines.length;
  });
  printer.end();
  return { after, lines };
}

describe("a chain printed while it is written", () => {
  test("an operation appears when its result is there", () => {
    const pieces = "3 + 7 =10 back:0 8 * 3 =25 give-up".split(" ").map((word) => `${word} `);
    const { after, lines } = printed(pieces);
    assert.deepEqual(after, [0, 0, 0, 1, 2, 2, 2, 2, 3, 4]);
    assert.deepEqual(lines, ["  3 + 7 = 10", "  go back to the start", "  8 * 3 = 25  (8 * 3 is 24)", "  give up"]);
  });

  test("what is cut off is printed at the end", () => {
    assert.deepEqual(printed(["3 + "]).lines, ["  3 +"]);
  });

  test("any chain, piece by piece or at once, gives the same lines", () => {
    const word = fc.constantFrom("3", "7", "+", "*", "=10", "=21", "back:0", "back:2", "solved", "give-up", "=", "?");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const whole = printed([words.join(" ")]).lines;
        assert.deepEqual(printed(words.map((each) => `${each} `)).lines, whole);
      }),
    );
  });
});
