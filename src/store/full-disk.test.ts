/**
 * A disk that really fills up, and is then freed: a file system of 512 KB in memory, mounted in a namespace of its own
 * that vanishes with the child process. The child is this same file, started with the word "child" in that namespace.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { promisify } from "node:util";
import { MullError } from "../core/errors.ts";
import { readJournal } from "./read-journal.ts";
import { openRun } from "./run-folder.ts";

const run = promisify(execFile);
const IN_SMALL_DISK = `mount -t tmpfs -o size=512k none "$1" && shift && exec "$@"`;

async function steps(path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const event of readJournal(path)) found.push(event["step"]);
  return found;
}

function isFull(error: unknown): boolean {
  assert.ok(error instanceof MullError && error.code === "store");
  assert.match(error.message, /: the disk is full$/);
  assert.match(error.hint ?? "", /Free some space/);
  return true;
}

async function child(disk: string): Promise<void> {
  const options = { config: {}, seed: 1, versions: {}, now: () => new Date("2026-11-23T12:00:00Z") };
  const opened = await openRun(join(disk, "run"), options);
  const { journal, checkpoints, paths } = opened;
  const ballast = join(disk, "ballast");
  await writeFile(ballast, Buffer.alloc(200_000));
  journal.append({ type: "step", step: 1 });
  await opened.save(1, null, (to) => writeFile(join(to, "weights"), Buffer.alloc(50_000)));

  // A checkpoint that does not fit: the earlier one stays, and the half of the new one takes no space.
  const tooLarge = opened.save(2, null, (to) => writeFile(join(to, "weights"), Buffer.alloc(400_000)));
  await assert.rejects(tooLarge, isFull);
  assert.deepEqual(await readdir(checkpoints.folder), ["step-000001"]);

  // The journal fills the disk: what it took is whole, and the kernel took only a part of the last batch.
  const padding = "x".repeat(3001);
  let step = 1;
  const fill = async (): Promise<void> => {
    for (;;) {
      step += 1;
      journal.append({ type: "step", step, padding });
      await journal.flush();
    }
  };
  await assert.rejects(fill(), isFull);
  assert.ok(step > 20, `only ${step} events fitted`);
  assert.deepEqual((await steps(paths.journal)).length, step - 1);
  assert.throws(() => journal.append({ type: "step", step: step + 1 }), isFull);
  await assert.rejects(opened.writeFile("report.html", "x".repeat(10_000)), isFull);

  // Space is made: the event that did not fit is written now, and the run goes on.
  await rm(ballast);
  await journal.flush({ durable: true });
  journal.append({ type: "step", step: step + 1 });
  await opened.close();
  assert.deepEqual(
    await steps(paths.journal),
    Array.from({ length: step + 1 }, (_, i) => i + 1),
  );
  const again = await openRun(join(disk, "run"), options);
  assert.equal(again.checkpoint?.step, 1);
  await again.close();
}

async function onSmallDisk(t: TestContext): Promise<void> {
  const disk = await mkdtemp(join(tmpdir(), "mull-disk-"));
  t.after(() => rm(disk, { recursive: true, force: true }));
  const inNamespace = ["--user", "--map-root-user", "--mount", "sh", "-c", IN_SMALL_DISK, "sh", disk];
  try {
    await run("unshare", [...inNamespace, "true"]);
  } catch {
    return t.skip("this system gives no namespace to mount a small disk in (unshare)");
  }
  await run("unshare", [...inNamespace, process.execPath, import.meta.filename, "child", disk]);
}

if (process.argv[2] === "child") await child(process.argv[3] as string);
else test("a disk that fills up loses nothing, and the run goes on once there is space", onSmallDisk);
