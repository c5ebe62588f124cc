import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { exists } from "./atomic.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { openCheckpoints, readCheckpoint } from "./checkpoints.ts";

async function fresh(t: TestContext, keep?: number): Promise<Checkpoints> {
  const folder = await mkdtemp(join(tmpdir(), "mull-checkpoints-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return openCheckpoints(join(folder, "checkpoints"), keep === undefined ? {} : { keep });
}

async function save(checkpoints: Checkpoints, step: number): Promise<void> {
  await checkpoints.save({ step, journal: step * 10, state: { rng: [step, step + 1] } }, async (to) => {
    await writeFile(join(to, "model.safetensors"), `weights ${step}`);
    await mkdir(join(to, "optimizer"));
    await writeFile(join(to, "optimizer", "moments.bin"), Buffer.alloc(1000, step));
  });
}

test("a checkpoint comes back with its state, its place in the journal and its files", async (t) => {
  const checkpoints = await fresh(t);
  assert.equal(await checkpoints.latest(), null);
  await save(checkpoints, 120);
  const latest = await checkpoints.latest({ schema: z.object({ rng: z.tuple([z.int(), z.int()]) }) });
  assert.equal(latest?.path, join(checkpoints.folder, "step-000120"));
  assert.deepEqual(latest?.state.rng, [120, 121]);
  assert.equal(latest?.journal, 1200);
  assert.equal(await readFile(join(latest?.path ?? "", "model.safetensors"), "utf8"), "weights 120");
});

test("the newest k are kept, in the order of steps, also beyond six digits", async (t) => {
  const checkpoints = await fresh(t, 2);
  for (const step of [8, 90, 999_999, 1_000_000]) await save(checkpoints, step);
  assert.deepEqual(await checkpoints.steps(), [999_999, 1_000_000]);
  assert.deepEqual(await readdir(checkpoints.folder), ["step-1000000", "step-999999"]);
  assert.equal((await checkpoints.latest())?.step, 1_000_000);
});

test("a writer that fails leaves no trace, and the same step can be saved again over the former", async (t) => {
  const checkpoints = await fresh(t);
  await save(checkpoints, 1);
  const fail = checkpoints.save({ step: 1, journal: 0, state: null }, async (to) => {
    await writeFile(join(to, "model.safetensors"), "half");
    throw new Error("out of memory");
  });
  await assert.rejects(fail, /^Error: out of memory$/);
  assert.deepEqual((await checkpoints.latest())?.state, { rng: [1, 2] });
  await checkpoints.save({ step: 1, journal: 5, state: "later" }, (to) => writeFile(join(to, "a"), "b"));
  assert.deepEqual((await checkpoints.latest())?.state, "later");
  assert.deepEqual(await readdir(checkpoints.folder), ["step-000001"]);
});

const damages: readonly [name: string, why: RegExp, damage: (folder: string) => Promise<unknown>][] = [
  ["a flipped bit", /model\.safetensors is damaged/, (f) => writeFile(join(f, "model.safetensors"), "weightz 2")],
  [
    "a file cut short",
    /moments\.bin has 10 bytes, expected 1000/,
    (f) => truncate(join(f, "optimizer", "moments.bin"), 10),
  ],
  ["a missing file", /model\.safetensors is missing/, (f) => rm(join(f, "model.safetensors"))],
  ["a foreign file", /new\.txt is not part of this checkpoint/, (f) => writeFile(join(f, "new.txt"), "")],
  ["no state.json", /no such file/, (f) => rm(join(f, "state.json"))],
  ["a state.json that is no JSON", /JSON/, (f) => writeFile(join(f, "state.json"), "{")],
  [
    "a state.json of another format",
    /state\.json is not what was expected/,
    (f) => writeFile(join(f, "state.json"), `{"format":2}`),
  ],
];

for (const [name, why, damage] of damages) {
  test(`${name}: the checkpoint is skipped with the reason, and the one before is used`, async (t) => {
    const checkpoints = await fresh(t);
    await save(checkpoints, 1);
    await save(checkpoints, 2);
    await damage(join(checkpoints.folder, "step-000002"));
    const skipped: string[] = [];
    const latest = await checkpoints.latest({ onSkip: (reason) => skipped.push(reason) });
    assert.equal(latest?.step, 1);
    assert.equal(skipped.length, 1);
    assert.match(skipped[0] ?? "", why);
    await assert.rejects(readCheckpoint(join(checkpoints.folder, "step-000002")), (error: unknown) => {
      assert.ok(error instanceof MullError && error.code === "checkpoint");
      assert.match(error.message, why);
      return true;
    });
  });
}

test("where every checkpoint is unusable that is an error with all the reasons, not a fresh start", async (t) => {
  const checkpoints = await fresh(t);
  await save(checkpoints, 1);
  await save(checkpoints, 2);
  await rm(join(checkpoints.folder, "step-000002", "model.safetensors"));
  await assert.rejects(checkpoints.latest({ schema: z.object({ other: z.string() }) }), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "checkpoint");
    assert.match(
      error.message,
      /step-000002: model\.safetensors is missing\n.*step-000001: state\.json is not what was expected/,
    );
    return true;
  });
});

test("saving a step removes what a rolled-back course of events left of later steps", async (t) => {
  const checkpoints = await fresh(t, 3);
  for (const step of [10, 20, 30]) await save(checkpoints, step);
  assert.equal(
    (await checkpoints.latest({ reject: ({ step }) => (step > 10 ? "not in the journal" : null) }))?.step,
    10,
  );
  await save(checkpoints, 15);
  assert.deepEqual(await checkpoints.steps(), [10, 15]);
});

test("opening clears half-written checkpoints; foreign names are left alone and not taken for checkpoints", async (t) => {
  const checkpoints = await fresh(t);
  await save(checkpoints, 1);
  await mkdir(join(checkpoints.folder, ".step-000002.999999-0-1.tmp"));
  await mkdir(join(checkpoints.folder, "step-2"));
  await mkdir(join(checkpoints.folder, "step-0000003"));
  const again = await openCheckpoints(checkpoints.folder);
  assert.deepEqual(await again.steps(), [1]);
  assert.deepEqual((await readdir(checkpoints.folder)).sort(), ["step-0000003", "step-000001", "step-2"]);
});

test("steps that are no steps, and a writer that makes state.json itself", async (t) => {
  const checkpoints = await fresh(t);
  const nothing = async (): Promise<void> => undefined;
  await assert.rejects(checkpoints.save({ step: -1, journal: 0, state: 0 }, nothing), /integer from 0, got -1/);
  await assert.rejects(checkpoints.save({ step: 1.5, journal: 0, state: 0 }, nothing), /integer from 0, got 1\.5/);
  await assert.rejects(
    checkpoints.save({ step: 1, journal: 0, state: 0 }, (to) => writeFile(join(to, "state.json"), "{}")),
    /must not make state\.json/,
  );
  await assert.rejects(openCheckpoints(checkpoints.folder, { keep: 0 }), /expected 1 or more, got 0/);
});

test("a full disk while the weights are written leaves the earlier checkpoint", async (t) => {
  if (!(await exists("/dev/full"))) return t.skip("no /dev/full on this system");
  const checkpoints = await fresh(t);
  await save(checkpoints, 1);
  await assert.rejects(
    checkpoints.save({ step: 2, journal: 0, state: 0 }, async (to) => {
      await writeFile(join(to, "config.json"), "{}");
      await writeFile("/dev/full", "weights");
    }),
    /Cannot write .*step-000002: the disk is full/,
  );
  assert.equal((await checkpoints.latest())?.step, 1);
  assert.deepEqual(await readdir(checkpoints.folder), ["step-000001"]);
});
