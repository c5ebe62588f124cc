/**
 * The published package: packed, installed into an empty folder, and used from there as a program and as a library.
 * Needs the npm registry, or a cache that holds what it would give.
 */

import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { z } from "zod";
import { CORE, WHOLE } from "./consumers.ts";

const root = join(import.meta.dirname, "..", "..");
const { version, exports: exported } = z
  .object({ version: z.string(), exports: z.record(z.string(), z.string().nullable()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** What npm says when it cannot reach the registry. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/** The npm that runs these tests, else the one on the path. */
function npm(cwd: string, ...args: string[]): SpawnSyncReturns<string> {
  const cli = process.env["npm_execpath"];
  const [command, first] = cli?.endsWith(".js") ? [process.execPath, [cli]] : ["npm", []];
  return spawnSync(command, [...first, ...args], { cwd, encoding: "utf8", maxBuffer: 64e6, timeout: 300_000 });
}

describe("the published package", () => {
  const folder = mkdtempSync(join(tmpdir(), "mull-pack-"));
  const consumer = join(folder, "consumer");
  let packed: string[] = [];
  let unreachable: string | undefined;

  before(() => {
    const pack = npm(root, "pack", "--json", "--pack-destination", folder);
    assert.equal(pack.status, 0, pack.stderr + pack.stdout);
    // What the build prints comes before the JSON.
    const json: unknown = JSON.parse(pack.stdout.slice(pack.stdout.search(/^[[{]$/m)));
    const entry = z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) });
    const [of] = z.array(entry).parse(Array.isArray(json) ? json : Object.values(json as object));
    assert.ok(of);
    packed = of.files.map((file) => file.path);

    mkdirSync(consumer);
    writeFileSync(join(consumer, "package.json"), '{ "private": true, "type": "module" }\n');
    writeFileSync(join(consumer, "core.ts"), CORE);
    writeFileSync(join(consumer, "whole.ts"), WHOLE);
    const reachable =
      npm(consumer, "view", "zod", "version", "--fetch-retries=0", "--fetch-timeout=10000").status === 0;
    const flags = [reachable ? "--prefer-offline" : "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    const install = npm(consumer, "install", ...flags, join(folder, of.filename));
    if (install.status !== 0 && UNREACHABLE.test(install.stderr)) unreachable = UNREACHABLE.exec(install.stderr)?.[1];
    else assert.equal(install.status, 0, install.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const installed = (name: string, run: (t: TestContext) => void | Promise<void>) =>
    test(name, (t) => {
      if (unreachable === undefined) return run(t);
      t.skip(`the npm registry cannot be reached (${unreachable}), so nothing was installed`);
      return undefined;
    });
  const mull = (...args: string[]) =>
    spawnSync(process.execPath, [join(consumer, "node_modules", "mull", "bin", "mull.js"), ...args], {
      cwd: consumer,
      encoding: "utf8",
    });

  test("holds the compiled program, its declarations and the models, and neither sources nor tests", () => {
    for (const path of [
      "LICENSE",
      "README.md",
      "bin/mull.js",
      "bin/package.json",
      "dist/index.js",
      "dist/index.d.ts",
    ]) {
      assert.ok(packed.includes(path), `${path} is missing`);
    }
    assert.deepEqual(
      packed.filter((path) => /\.test\.|^(src|test|bench|docs)\/|(?<!\.d)\.ts$/.test(path)),
      [],
    );
  });

  installed("runs as a program, through the link that npm makes", (t) => {
    assert.equal(mull("--version").stdout, `${version}\n`);
    const help = mull("--help");
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, /reproduce[\s\S]*solve/);
    if (process.platform === "win32") return t.diagnostic("npm makes no link on Windows");
    // The link looks for a `node`: let it find the one that runs this test.
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` };
    const link = spawnSync(join(consumer, "node_modules", ".bin", "mull"), ["--version"], { encoding: "utf8", env });
    assert.equal(link.stdout, `${version}\n`, link.stderr);
  });

  installed("solves a puzzle, and says so in one JSON document", () => {
    const { stdout, stderr, status } = mull("solve", "3 7 8 2 = 24", "--json");
    assert.deepEqual([stderr, status], ["", 0]);
    const { puzzle, verdict, chain } = z
      .object({ puzzle: z.string(), verdict: z.object({ status: z.string() }), chain: z.string() })
      .parse(JSON.parse(stdout));
    assert.equal(puzzle, "3 7 8 2 = 24");
    assert.match(verdict.status, /^(correct|wrong)$/);
    assert.notEqual(chain, "");
  });

  installed("every entry point is there, with its types, and gives what its source exports", async () => {
    // Programs of processes and threads are no modules: they begin to work when they are loaded.
    const closed = Object.keys(exported).filter((name) => exported[name] === null);
    for (const [name, target] of Object.entries(exported)) {
      if (target === null) continue;
      const pattern = new RegExp(`^${target.replace("./", "").replaceAll(".", "\\.").replace("*", ".+")}$`);
      const isClosed = (path: string): boolean => closed.some((each) => path.startsWith(`dist/${each.slice(2)}.`));
      const files = packed.filter((path) => pattern.test(path) && !isClosed(path));
      assert.ok(files.length > 0, `${name} is ${target}, which is not there`);
      for (const file of files.filter((path) => path.endsWith(".js"))) {
        assert.ok(packed.includes(file.replace(/\.js$/, ".d.ts")), `${file} has no declarations`);
        const source = join(root, file.replace("dist", "src").replace(/\.js$/, ".ts"));
        const compiled = join(consumer, "node_modules", "mull", file);
        assert.deepEqual(Object.keys(await import(compiled)).sort(), Object.keys(await import(source)).sort(), file);
      }
    }
  });

  const programs = {
    core: ["correct", true, "function", "input"],
    whole: {
      ...{ falls: true, kept: true, verdict: "correct", answer: "3*7", exact: "correct", passAt2: 0.5 },
      ...{ report: "input", runs: 0 },
    },
  };
  installed("is used by strict TypeScript programs", () => {
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const types = ["--typeRoots", join(root, "node_modules", "@types")];
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const files = Object.keys(programs).map((name) => `${name}.ts`);
    const check = spawnSync(process.execPath, [tsc, ...options, ...types, "--ignoreConfig", ...files], {
      cwd: consumer,
      encoding: "utf8",
    });
    assert.equal(check.status, 0, check.stdout);
  });

  for (const [name, printed] of Object.entries(programs)) {
    installed(`is used by a program: ${name}`, () => {
      const run = spawnSync(process.execPath, [`${name}.ts`], { cwd: consumer, encoding: "utf8" });
      assert.equal(run.stderr, "");
      assert.deepEqual(JSON.parse(run.stdout), printed);
    });
  }
});
