import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeFolder } from "./make-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-make-folder-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("every folder on the way is made, by two at once too, and one that is there stays", async () => {
  const deep = join(folder, "a", "b", "c");
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await makeFolder(deep);
  assert.ok(statSync(deep).isDirectory());
});

test("a file in the way is an error", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await assert.rejects(makeFolder(file), { code: "EEXIST" });
  await assert.rejects(makeFolder(join(file, "below")), { code: "ENOTDIR" });
});

const NOWHERE = "/proc/mull";
test("a folder in which nothing can be made is an error, not an endless attempt", {
  skip: existsSync("/proc") ? false : "there is no /proc here",
}, async () => {
  await assert.rejects(makeFolder(join(NOWHERE, "run")), { code: "ENOENT" });
});
