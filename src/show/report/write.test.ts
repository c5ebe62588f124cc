import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { figureSvg } from "./figure.ts";
import { syntheticPoorReport, syntheticReport } from "./fixtures/synthetic.ts";
import { reportHtml } from "./page.ts";
import type { Report } from "./schema.ts";
import { writeReport } from "./write.ts";

test("four files and nothing else, each what its maker says; written again, they are replaced", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "mull-report-"));
  t.after(() => rm(parent, { recursive: true }));
  const dir = join(parent, "a", "b");
  await writeReport(dir, syntheticPoorReport());
  const report = syntheticReport();
  const files = await writeReport(dir, report);
  assert.deepEqual((await readdir(dir)).sort(), ["figure.png", "figure.svg", "report.html", "report.json"]);
  assert.deepEqual(JSON.parse(await readFile(files.json, "utf8")), report);
  assert.equal(await readFile(files.html, "utf8"), reportHtml(report));
  assert.equal(await readFile(files.svg, "utf8"), figureSvg(report));
  assert.equal((await readFile(files.png)).toString("latin1", 1, 4), "PNG");
});

test("a report that does not fit its format is not written", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "mull-report-"));
  t.after(() => rm(dir, { recursive: true }));
  const wrong = { ...syntheticReport(), seed: -1 } as Report;
  await assert.rejects(writeReport(dir, wrong), (error) => error instanceof MullError && error.code === "input");
  assert.deepEqual(await readdir(dir), []);
});

test("a folder that cannot be made is a store error with a way out", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "mull-report-"));
  t.after(() => rm(parent, { recursive: true }));
  await writeFile(join(parent, "file"), "");
  await assert.rejects(writeReport(join(parent, "file", "dir"), syntheticReport()), (error) => {
    assert.ok(error instanceof MullError);
    assert.equal(error.code, "store");
    assert.match(error.hint ?? "", /--out/);
    return true;
  });
});
