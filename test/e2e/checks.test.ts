/** The checks that are no part of the tests, in their smallest form: that they run, and say what they found. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "./mull.ts";

function check(name: string, ...args: readonly string[]): { out: string; err: string; code: number | null } {
  const script = join(ROOT, "scripts", "check", `${name}.ts`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { out: stdout, err: stderr, code: status };
}

describe("check", () => {
  test("faults: a few problems, as JSON", () => {
    const { out, code } = check("faults", "--problems", "4", "--json");
    const { holds, findings } = JSON.parse(out);
    assert.deepEqual([code, holds], [0, true]);
    assert.ok(findings.length > 8);
  });

  test("options that are none", () => {
    for (const args of [
      ["--problem", "4"],
      ["--problems", "none"],
    ]) {
      const { out, err, code } = check("faults", ...args);
      assert.deepEqual([out, code], ["", 2]);
      assert.match(err, /--problem.*\noptions: --json, --problems/);
    }
  });

  test("server: says what is missing", () => {
    const script = join(ROOT, "scripts", "check", "real-server.ts");
    const env = { ...process.env, MULL_PYTHON: "no-such-python" };
    const { stderr, status } = spawnSync(process.execPath, [script], { encoding: "utf8", env });
    assert.equal(status, 3);
    assert.match(stderr, /^not checked: .*no-such-python is not there.*pip install/);
  });
});
