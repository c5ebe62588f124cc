/** `mull replay` as a person and as a program use it. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { assertRefused, mull } from "./mull.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-replay-"));
after(() => rmSync(folder, { recursive: true }));

const records = ["\\boxed{7}", "\\boxed{8}"].map((answer, i) => ({
  unique_id: `p${i}`,
  answer: "7",
  completions: [answer, "Wait. #### 7"],
  completion_tokens: [10, 20],
  scores: [[0.25, 0.75], [0.5]],
}));
const path = join(folder, "rollouts.jsonl.gz");
writeFileSync(path, gzipSync(records.map((record) => JSON.stringify(record)).join("\n")));

describe("mull replay", () => {
  test("prints what strategies reach, and what to take", async () => {
    const { out, code } = await mull(["replay", path]);
    assert.equal(code, 0);
    assert.match(out, /^2 problems, 4 chains, of which 0 state no answer\n/);
    assert.match(out, /\npass@1 +75\.0% .* 15\.0\npass@2 +100\.0% .* 30\.0\n/);
    assert.match(out, /\nbest-of-n of 2 +50\.0% /);
    assert.match(out, /\n15 tokens +one chain +75\.0% /);
    assert.match(out, /\nbacktracking +50\.0% /);
  });

  test("gives a program the same numbers, and leaves them in a folder", async () => {
    const out = join(folder, "deep", "out");
    const printed = await mull(["replay", path, "--aggregate", "min", "--json", "--out", out]);
    assert.equal(printed.code, 0);
    const result = JSON.parse(printed.out);
    assert.deepEqual(JSON.parse(readFileSync(join(out, "replay.json"), "utf8")), result);
    assert.match(
      readFileSync(join(out, "figure.svg"), "utf8"),
      /rollouts\.jsonl\.gz: accuracy against test-time compute/,
    );
    assert.equal(readFileSync(join(out, "figure.png")).subarray(1, 4).toString(), "PNG");
    assert.deepEqual(
      [result.passAtK, result.bestOfK],
      [
        { 1: 0.75, 2: 1 },
        { 1: 0.75, 2: 1 },
      ],
    );
    const byK = { 1: { naive: "8", weighted: "8", majority: "8" }, 2: { naive: "7", weighted: "7", majority: "8" } };
    assert.deepEqual(result.picks[1], { id: "p1", ...byK[2], byK });
  });

  test("says what is wrong with a file", async () => {
    const bad = join(folder, "bad.jsonl");
    writeFileSync(bad, '{"problem":"?"}\n');
    assertRefused(await mull(["replay", bad]), 1, /bad\.jsonl: line 1: answer: /, /a line is \{id, problem/);
    assertRefused(await mull(["replay", join(folder, "none")]), 1, /there is no such file/, /Check the path/);
  });
});
