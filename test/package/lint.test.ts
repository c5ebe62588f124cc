/**
 * The lint rules that hold the design together, each shown to fail: a copy of the configuration lints files into
 * which violations were planted, beside files which must pass.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";

const root = join(import.meta.dirname, "..", "..");

/** Section 1 of docs/architecture.md: what each folder may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ["core"],
  verify: ["core"],
  measure: ["core"],
  store: ["core"],
  tasks: ["core", "verify"],
  model: ["core", "engine", "store"],
  search: ["core"],
  learn: ["core", "engine", "search"],
  show: ["core", "engine", "verify", "measure", "store", "tasks", "model", "search", "learn"],
};
const FOLDERS = Object.keys(MAY_IMPORT);

/** Every way to name another file in an import; `$` stands for the path to it. */
const IMPORT_FORMS: Readonly<Record<string, string>> = {
  value: 'import { x } from "$";\nexport const y = x;\n',
  type: 'import type { X } from "$";\nexport type Y = X;\n',
  effect: 'import "$";\n',
  dynamic: 'export const load = () => import("$");\n',
  "re-export": 'export { x } from "$";\n',
  "re-export-all": 'export * from "$";\n',
  "re-export-type": 'export type { X } from "$";\n',
};

/** Planted files, and whether the linter must complain about each: the category of the complaint, or null. */
const planted = new Map<string, { text: string; complaint: string | null }>();

for (const from of FOLDERS) {
  for (const to of FOLDERS) {
    if (from === to) continue;
    const complaint = MAY_IMPORT[from]?.includes(to) ? null : "lint/style/noRestrictedImports";
    planted.set(`src/${from}/imports-${to}.ts`, {
      text: `import type { X } from "../${to}/x.ts";\nexport type Y = X;\n`,
      complaint,
    });
    planted.set(`src/${from}/deep/er/imports-${to}.ts`, {
      text: `import type { X } from "../../../${to}/x.ts";\nexport type Y = X;\n`,
      complaint,
    });
  }
  planted.set(`src/${from}/imports-test.ts`, {
    text: 'import type { X } from "../../test/x.ts";\nexport type Y = X;\n',
    complaint: "lint/style/noRestrictedImports",
  });
}
for (const [form, text] of Object.entries(IMPORT_FORMS)) {
  const at = (path: string) => text.replaceAll("$", path);
  planted.set(`src/search/form-${form}.ts`, {
    text: at("../engine/x.ts"),
    complaint: "lint/style/noRestrictedImports",
  });
  planted.set(`src/search/roundabout-${form}.ts`, {
    text: at("../../src/engine/x.ts"),
    complaint: "lint/style/noRestrictedImports",
  });
  planted.set(`src/search/package-${form}.ts`, { text: at("mull"), complaint: "lint/style/noRestrictedImports" });
  planted.set(`src/show/subpath-${form}.ts`, {
    text: at("mull/search/single"),
    complaint: "lint/style/noRestrictedImports",
  });
}
const plant = (path: string, complaint: string | null, text: string) => planted.set(path, { text, complaint });
plant("src/search/inline-type.ts", "plugin", 'export type Y = import("../engine/x.ts").X;\n');
plant("src/index.ts", "lint/style/noRestrictedImports", 'import "./show/x.ts";\n');
plant("src/learn/random.ts", "lint/nursery/noJsRestrictedProperties", "export const x = Math.random();\n");
plant("src/learn/taken.ts", "lint/nursery/noJsRestrictedProperties", "const { random } = Math;\nexport { random };\n");
plant("src/learn/now.ts", "lint/nursery/noJsRestrictedProperties", "export const x = Date.now();\n");
plant("src/learn/new-date.ts", "plugin", "export const x = new Date();\n");
plant("src/learn/given-date.ts", null, "export const at = (ms: number) => new Date(ms);\n");
plant("src/show/now.ts", null, "export const x = Date.now();\n");
plant("src/show/lines-400.ts", null, `${"// .\n".repeat(399)}export const x = 1;\n`);
plant("src/show/lines-401.ts", "lint/style/noExcessiveLinesPerFile", `${"// .\n".repeat(400)}export const x = 1;\n`);
plant("src/core/enum.ts", "lint/style/noEnum", "export enum Colour {\n  Red = 1,\n}\n");
plant("src/core/floating.ts", "lint/nursery/noFloatingPromises", "const f = async () => 1;\nf();\n");
plant("src/core/talks.ts", "lint/suspicious/noConsole", 'console.log("here");\n');

describe("the linter", () => {
  let folder = "";
  const complaints = new Map<string, Set<string>>();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mull-lint-"));
    for (const name of ["biome.json", "package.json", ".gitignore", "scripts"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    for (const name of FOLDERS) planted.set(`src/${name}/x.ts`, { text: "export type X = 1;\n", complaint: null });
    for (const [path, { text }] of planted) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
    const run = spawnSync(
      process.execPath,
      [biome, "lint", "--error-on-warnings", "--reporter=json", "--max-diagnostics=none", "src"],
      { cwd: folder, encoding: "utf8", maxBuffer: 64e6 },
    );
    assert.equal(run.status, 1, `it must fail on the planted violations:\n${run.stderr}`);
    const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(run.stdout);
    for (const { category, location } of report.diagnostics) {
      const of = complaints.get(location.path) ?? new Set();
      complaints.set(location.path, of.add(category));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("complains about every planted violation and about nothing else", () => {
    for (const [path, { complaint, text }] of planted) {
      const found = [...(complaints.get(path) ?? [])];
      const beginning = text.slice(0, 200);
      if (complaint === null) assert.deepEqual(found, [], `${path} must pass:\n${beginning}`);
      else assert.ok(found.includes(complaint), `${path} must give ${complaint}, gave [${found}]:\n${beginning}`);
    }
  });

  // The linter's own rule counts a block comment as one line, and reads no styles or pages.
  test("no file of ours passes 400 lines, comments included", () => {
    const files = globSync("{src,test,bench,bin,scripts}/**/*.{ts,js,css,html,py}", {
      cwd: root,
      exclude: ["**/node_modules/**", "**/testdata/**", "**/__snapshots__/**"],
    });
    assert.ok(files.includes("bin/mull.js"));
    const tooLong = files
      .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n").length - 1 }))
      .filter((file) => file.lines > 400);
    assert.deepEqual(tooLong, []);
  });

  test("knows every folder of src", () => {
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unknown = folders.map((entry) => entry.name).filter((name) => !FOLDERS.includes(name));
    assert.deepEqual(unknown, [], "give a new folder its imports in biome.json and here");
  });
});
