/** `--vary`: which settings it comes to, and what it refuses. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { contendersOf } from "./contender.ts";
import { readVariation } from "./knobs.ts";

test("a value written twice is one contender, of a name of its own", () => {
  const variations = readVariation("kl=.1,0.1,0,.10,.2");
  assert.deepEqual(variations, [{ kl: 0.1 }, { kl: 0 }, { kl: 0.2 }]);
  const names = contendersOf({ knobs: {}, variations }).map(({ name }) => name);
  assert.deepEqual(names, ["grpo-kl-0.1", "grpo-kl-0", "grpo-kl-0.2"]);
});

test("a knob with fewer than two different values is refused", () => {
  for (const text of ["kl", "kl=", "kl=.1", "kl=.1,0.10", "=1,2"]) {
    assert.throws(() => readVariation(text), { code: "usage", message: /two different values/ }, text);
  }
  assert.throws(() => readVariation("kl=.1,x"), { code: "usage", message: /a number from 0 to 10/ });
});
