/**
 * `kill -9` at random moments, in earnest: a child process works through steps, journals each and saves a checkpoint
 * every third; the parent kills it somewhere, checks what must hold at any moment, and starts it again, until it is
 * through. The child is this same file, started with the word "writer".
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import * as z from "zod";
import { Rng } from "../core/rng.ts";
import { readCheckpoint } from "./checkpoints.ts";
import { lockHolder } from "./lock.ts";
import { journalEntries } from "./read-journal.ts";
import { openRun, runPaths } from "./run-folder.ts";

const LAST = 60;
const EVERY = 3;
const KILLS = 6;
const identity = { config: { steps: LAST }, seed: 1, versions: {}, now: () => new Date("2026-11-23T12:00:00Z") };

/** What a training run does: each event depends on the state, and the state is saved with each checkpoint. */
async function writer(dir: string): Promise<void> {
  const run = await openRun(dir, { ...identity, keep: 2 });
  let { step, sum } = z.object({ step: z.int(), sum: z.int() }).parse(run.checkpoint?.state ?? { step: 0, sum: 0 });
  // Every line is a moment at which the parent may kill: also in the middle of a checkpoint.
  const moment = (): void => void process.stdout.write(".\n");
  while (step < LAST) {
    step += 1;
    sum += step;
    run.journal.append({ type: "step", step, sum, padding: "x".repeat((step * 37) % 500) });
    moment();
    if (step % EVERY !== 0) await run.journal.flush();
    else {
      await run.save(step, { step, sum }, async (to) => {
        await writeFile(join(to, "weights"), "w".repeat(step * 1000));
        moment();
        await writeFile(join(to, "optimizer"), "o".repeat(step * 2000));
        moment();
      });
    }
  }
  await run.close();
}

/** What must hold whenever the writer is dead; returns the steps in the journal and that of the checkpoint. */
async function inspect(dir: string): Promise<{ journaled: number; saved: number }> {
  const paths = runPaths(dir);
  assert.equal(await lockHolder(paths.lock), null, "the lock died with its holder");
  let journaled = 0;
  let sum = 0;
  const ends = [0];
  for await (const { event, end } of journalEntries(paths.journal)) {
    journaled += 1;
    sum += journaled;
    assert.equal(event["step"], journaled, "every step once, in order");
    assert.equal(event["sum"], sum);
    ends.push(end);
  }
  const visible = (await readdir(paths.checkpoints)).filter((name) => name.startsWith("step-")).sort();
  let saved = 0;
  for (const name of visible) {
    const checkpoint = await readCheckpoint(join(paths.checkpoints, name)); // throws if any byte is missing
    assert.equal(name, `step-${String(checkpoint.step).padStart(6, "0")}`);
    assert.equal(checkpoint.journal, ends[checkpoint.step], "the journal holds exactly the steps before it");
    assert.equal((await readFile(join(checkpoint.path, "weights"), "utf8")).length, checkpoint.step * 1000);
    saved = checkpoint.step;
  }
  return { journaled, saved };
}

async function crashes(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "mull-crash-"));
  try {
    const rng = new Rng(2026);
    const killedAt: number[] = [];
    let saved = 0;
    for (let round = 0; round <= KILLS; round++) {
      const child = spawn(process.execPath, [import.meta.filename, "writer", dir], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exit = once(child, "exit");
      let moments = round === KILLS ? Number.POSITIVE_INFINITY : 1 + rng.int(20);
      for await (const _ of createInterface({ input: child.stdout })) {
        moments -= 1;
        if (moments === 0) child.kill("SIGKILL");
      }
      const [code, signal] = (await exit) as [number | null, string | null];
      if (round < KILLS) assert.equal(signal, "SIGKILL");
      else assert.equal(code, 0);
      const found = await inspect(dir);
      assert.ok(found.saved >= saved, "a checkpoint once saved is never lost");
      saved = found.saved;
      killedAt.push(found.journaled);
      if (round === KILLS) assert.deepEqual(found, { journaled: LAST, saved: LAST });
    }
    assert.ok(new Set(killedAt).size > KILLS / 2, `the kills fell at different moments: ${killedAt.join(" ")}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

if (process.argv[2] === "writer") await writer(process.argv[3] as string);
else
  test(
    "kill -9 at random moments loses no checkpoint, tears no journal and repeats no step",
    { timeout: 120_000 },
    crashes,
  );
