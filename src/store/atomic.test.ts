import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { MullError } from "../core/errors.ts";
import { exists, removeDirAtomic, replaceFile, sweepTemporary, writeDirAtomic, writeFileAtomic } from "./atomic.ts";

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-atomic-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a file is replaced whole and nothing is left beside it", async (t) => {
  const folder = await temporary(t);
  const path = join(folder, "a.json");
  await writeFileAtomic(path, "one");
  await writeFileAtomic(path, new TextEncoder().encode("zwei ü"));
  assert.equal(await readFile(path, "utf8"), "zwei ü");
  assert.deepEqual(await readdir(folder), ["a.json"]);
});

test("a write that fails half way leaves the former version and nothing beside it", async (t) => {
  const folder = await temporary(t);
  const path = join(folder, "a.json");
  await writeFileAtomic(path, "former");
  await assert.rejects(
    replaceFile(path, async (to) => {
      await writeFile(to, "half");
      // What the kernel says on a full disk, from the kernel itself where it has the device for it.
      if (await exists("/dev/full")) await writeFile("/dev/full", "x");
      else throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    }),
    (error: unknown) => {
      assert.ok(error instanceof MullError);
      assert.equal(error.code, "store");
      assert.equal(error.message, `Cannot write ${path}: the disk is full`);
      assert.match(error.hint ?? "", /Free some space/);
      return true;
    },
  );
  assert.equal(await readFile(path, "utf8"), "former");
  assert.deepEqual(await readdir(folder), ["a.json"]);
});

test("a folder appears whole, and is replaced whole", async (t) => {
  const folder = await temporary(t);
  const path = join(folder, "step-000001");
  await writeDirAtomic(path, async (to) => {
    await writeFile(join(to, "old.bin"), "1");
    assert.equal(await exists(path), false, "not visible while it is written");
  });
  await writeDirAtomic(path, async (to) => {
    await mkdir(join(to, "sub"));
    await writeFile(join(to, "sub", "new.bin"), "2");
    assert.deepEqual(await readdir(path), ["old.bin"], "the former stays until the new one is whole");
  });
  assert.deepEqual((await readdir(path, { recursive: true })).sort(), ["sub", join("sub", "new.bin")]);
  assert.deepEqual(await readdir(folder), ["step-000001"]);
});

test("a folder whose writer throws is left as it was, and the error passes through", async (t) => {
  const folder = await temporary(t);
  const path = join(folder, "checkpoint");
  await writeDirAtomic(path, (to) => writeFile(join(to, "a"), "former"));
  const own = new MullError("engine", "the weights are not finite");
  await assert.rejects(
    writeDirAtomic(path, async (to) => {
      await writeFile(join(to, "a"), "new");
      throw own;
    }),
    own,
  );
  assert.equal(await readFile(join(path, "a"), "utf8"), "former");
  assert.deepEqual(await readdir(folder), ["checkpoint"]);
});

test("sweeping removes what a killed process left and puts back a former version that was moved aside", async (t) => {
  const folder = await temporary(t);
  await writeFile(join(folder, ".run.json.999999-0-1.tmp"), "half");
  await mkdir(join(folder, ".step-000002.999999-0-2.tmp"));
  await writeFile(join(folder, ".step-000002.999999-0-2.tmp", "weights"), "half");
  // Killed between the two renames: only the former version is there, under its aside name.
  await mkdir(join(folder, ".step-000001.999999-0-3.old"));
  await writeFile(join(folder, ".step-000001.999999-0-3.old", "weights"), "former");
  // Killed just after: the new one is there, the former is rubbish.
  await mkdir(join(folder, "step-000003"));
  await mkdir(join(folder, ".step-000003.999999-0-4.old"));
  await writeFile(join(folder, ".env"), "not ours");
  assert.equal((await sweepTemporary(folder)).length, 4);
  assert.deepEqual((await readdir(folder)).sort(), [".env", "step-000001", "step-000003"]);
  assert.equal(await readFile(join(folder, "step-000001", "weights"), "utf8"), "former");
  assert.deepEqual(await sweepTemporary(folder), []);
});

test("removing a folder that is not there is no error", async (t) => {
  const folder = await temporary(t);
  await mkdir(join(folder, "a"));
  await writeFile(join(folder, "a", "b"), "c");
  await removeDirAtomic(join(folder, "a"));
  await removeDirAtomic(join(folder, "a"));
  assert.deepEqual(await readdir(folder), []);
});

test("a folder that is missing, and one that may not be written, are named with what to do", async (t) => {
  const folder = await temporary(t);
  await assert.rejects(writeFileAtomic(join(folder, "no", "such", "file"), "x"), /there is no such file or folder/);
  await writeFile(join(folder, "file"), "x");
  await assert.rejects(
    writeFileAtomic(join(folder, "file", "below"), "x"),
    /a part of the path is a file, not a folder/,
  );
  if (!(await exists("/sys/kernel"))) return t.skip("no /sys here: nothing that refuses even the superuser");
  await assert.rejects(writeFileAtomic("/sys/kernel/mull", "x"), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "store");
    assert.match(
      error.message,
      /Cannot write .*: (permission is denied|the operation is not permitted|the file system is read-only)/,
    );
    assert.match(error.hint ?? "", /another --out|--out on a disk/);
    return true;
  });
});

test("names of concurrent writers do not collide: the last to finish wins, whole", async (t) => {
  const folder = await temporary(t);
  const path = join(folder, "a");
  const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
  await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
  assert.ok(texts.includes(await readFile(path, "utf8")));
  await rename(path, join(folder, "b"));
  assert.deepEqual(await readdir(folder), ["b"]);
});
