/**
 * package-lock.json lets `npm ci` work on every platform: native packages come as one optional package a platform,
 * and an entry that is missing from the lock is a program that is missing on somebody's machine.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";

const root = join(import.meta.dirname, "..", "..");
const lockFile = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

test("the lock holds the native packages of every platform", () => {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  const locked = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map((name) => `${name}, for ${path}`),
  );
  assert.deepEqual(missing, [], "the registry lacked them: install a version that is there for every platform");
});
