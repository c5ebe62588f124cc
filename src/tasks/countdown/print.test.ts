import assert from "node:assert/strict";
import { test } from "node:test";
import { printChain } from "./print.ts";

test("one operation a line", () => {
  assert.equal(
    printChain("3 + 7 =10 10 + 8 =18 back:1 8 - 2 =6 solved"),
    "3 + 7 = 10\n10 + 8 = 18\nback:1\n8 - 2 = 6\nsolved",
  );
});

test("what is unfinished or odd is kept", () => {
  assert.equal(printChain(""), "");
  assert.equal(printChain("3 + 7 =10 10 +"), "3 + 7 = 10\n10 +");
  assert.equal(printChain("3 + give-up"), "3 +\ngive-up");
  assert.equal(printChain("= 3 ( =4 ?"), "= 3 ( = 4\n?");
});
