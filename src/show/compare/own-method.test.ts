/** A way of learning from a file: taken as it is, refused with what is wrong. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { contendersOf } from "./contender.ts";
import { isFile, ownMethod } from "./own-method.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mull-own-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const MINE = `{ name: "mine", title: "mine", hypothesis: "own", summary: "as I like it", knobs: ["rate"], start: () => null }`;

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test("a file is told from a name", () => {
  assert.deepEqual(["./mine.ts", "mine.mjs", "a/b", "filter", "rest-em"].map(isFile), [true, true, true, false, false]);
});

test("what it exports takes part, beside Mull's own, with the knobs that it heeds", async () => {
  const method = await ownMethod(await file("mine.mjs", `export default ${MINE};`));
  const contenders = contendersOf({ methods: ["filter", method], knobs: { rate: 2, group: 4 } });
  assert.deepEqual(
    contenders.map(({ name, knobs }) => [name, knobs]),
    [
      ["filter", { rate: 2, group: 4 }],
      ["mine", { rate: 2 }],
    ],
  );
});

test("what is no method is refused, with the reason", async () => {
  const cases: readonly [name: string, text: string, why: RegExp][] = [
    ["empty.mjs", "", /exports? .*no method|is no method/],
    ["broken.mjs", "export default {", /does not load/],
    ["named.mjs", `export default { ...${MINE}, name: "A b" };`, /name: /],
    ["idle.mjs", `export default { ...${MINE}, start: 1 };`, /start: /],
    ["taken.mjs", `export default { ...${MINE}, name: "grpo" };`, /has a method grpo already/],
  ];
  for (const [name, text, why] of cases) {
    const path = await file(name, text);
    await assert.rejects(ownMethod(path), (error: Error & { code?: string }) => {
      return error.code === "usage" && why.test(error.message);
    });
  }
  await assert.rejects(ownMethod(join(folder, "none.ts")), /does not exist/);
});
