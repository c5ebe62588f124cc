import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { memoryImage } from "./memory-image.ts";

describe("the image of Python's memory", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mull-image-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  let made = 0;
  const make = async (path: string): Promise<void> => {
    made++;
    await writeFile(path, "memory");
  };

  test("is made once for each version of what goes into it, and is there whole or not at all", async () => {
    const cache = join(folder, "cache", "mull");
    const path = await memoryImage(["3.13", "a"], make, cache);
    assert.equal(await memoryImage(["3.13", "a"], make, cache), path);
    assert.equal(made, 1);
    assert.notEqual(await memoryImage(["3.13", "b"], make, cache), path);
    await assert.rejects(
      memoryImage(["3.14", "a"], async () => Promise.reject(new Error("no Python")), cache),
      /no Python/,
    );
    assert.equal((await readdir(cache)).length, 4, "two images, each with its digest");
  });

  test("may be made twice at the same time", async () => {
    const cache = join(folder, "twice");
    const paths = await Promise.all([memoryImage(["a"], make, cache), memoryImage(["a"], make, cache)]);
    assert.equal(paths[0], paths[1]);
    assert.equal((await readdir(cache)).length, 2, "one image, and its digest");
  });

  test("that was damaged is made again", async () => {
    const path = await memoryImage(["damaged"], make, folder);
    await writeFile(path, "mem");
    assert.equal(await memoryImage(["damaged"], make, folder), path);
    assert.equal(await readFile(path, "utf8"), "memory");
  });

  test("lies in a temporary folder where nothing can be kept", async () => {
    const file = join(folder, "a file");
    await writeFile(file, "");
    const path = await memoryImage(["x"], make, join(file, "mull"));
    assert.equal(await readFile(path, "utf8"), "memory");
    await rm(dirname(path), { recursive: true });
  });
});
