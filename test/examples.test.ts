/** Runs every example of the documentation (see examples/): it compiles, it runs, and it gives what it says. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findExamples } from "./examples/find.ts";
import { moduleOf } from "./examples/module.ts";

const root = join(import.meta.dirname, "..");
const WEB = "src/show/web/";

/** The page's scripts are compiled with a browser's types, everything else without. */
const PROJECTS: Readonly<Record<string, { config: string; mine: (file: string) => boolean }>> = {
  node: { config: "tsconfig.json", mine: (file) => !file.startsWith(WEB) },
  browser: { config: `${WEB}tsconfig.json`, mine: (file) => file.startsWith(WEB) },
};
const examples = findExamples(root);

/** What the package exports under a name lies in dist, as its source does in src. */
function entry(name: string): string {
  const compiled = relative(join(root, "dist"), fileURLToPath(import.meta.resolve(name)));
  return join(root, "src", compiled.replace(/\.js$/, ".ts"));
}

describe("the examples of the documentation", () => {
  // Inside the repository, where packages resolve.
  const folder = mkdtempSync(join(root, ".examples-"));
  const scratch = mkdtempSync(join(tmpdir(), "mull-examples-"));
  const pathOf = (index: number) => join(folder, `example-${index}.ts`);
  const cwd = process.cwd();

  before(() => {
    const read = (path: string) => readFileSync(path, "utf8");
    for (const [index, example] of examples.entries()) {
      const own = join(scratch, String(index));
      mkdirSync(own);
      writeFileSync(pathOf(index), moduleOf(example, { root, folder, scratch: own, entry, read }));
    }
    for (const [name, { config, mine }] of Object.entries(PROJECTS)) {
      const files = examples.flatMap(({ file }, index) => (mine(file) ? [pathOf(index)] : []));
      const project = { extends: join(root, config), include: [], files };
      if (files.length > 0) writeFileSync(join(folder, `${name}.json`), JSON.stringify(project));
    }
    process.chdir(scratch);
  });
  after(() => {
    process.chdir(cwd);
    rmSync(folder, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
  });

  test("there are some", () => assert.ok(examples.length > 0));

  for (const name of Object.keys(PROJECTS)) {
    test(`they compile: ${name}`, (t) => {
      const project = join(folder, `${name}.json`);
      if (!existsSync(project)) return t.skip("there are none");
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      const { status, stdout } = spawnSync(process.execPath, [tsc, "--noEmit", "-p", project], { encoding: "utf8" });
      const named = stdout.replaceAll(/\S*example-(\d+)\.ts/g, (_, index: string) => {
        const example = examples[Number(index)];
        return `${example?.file}:${example?.line}`;
      });
      assert.equal(status, 0, named);
    });
  }

  for (const [index, { file, line }] of examples.entries()) {
    test(`${file}:${line}`, { timeout: 30_000 }, async (t) => {
      t.mock.method(console, "log", () => {});
      await import(pathToFileURL(pathOf(index)).href);
    });
  }
});
