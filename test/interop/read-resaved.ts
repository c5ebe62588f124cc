/**
 * Opens in Mull what `transformers.py` saved from a checkpoint of Mull, and compares the two bit by bit:
 *
 *     node test/interop/read-resaved.ts FOLDER
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readModel } from "../../src/engine/checkpoint/checkpoint.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node test/interop/read-resaved.ts FOLDER");
  process.exit(2);
}
const [ours, theirs] = await Promise.all(["model", "resaved"].map((name) => readModel(join(folder, name))));
assert.deepEqual(theirs?.config, ours?.config);
assert.deepEqual(theirs?.parameters, ours?.parameters);
console.log(`${folder}: what transformers saved has the same shape and the same ${ours?.parameters.length} weights`);
