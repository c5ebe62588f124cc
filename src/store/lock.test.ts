import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { MullError } from "../core/errors.ts";
import { acquireLock, lockHolder } from "./lock.ts";

const now = (): Date => new Date("2026-11-23T12:00:00Z");

async function lockPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-lock-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, ".lock");
}

/** Another process that takes the lock and says "held", or says the message of the error and ends. */
async function other(t: TestContext, path: string): Promise<{ child: ChildProcess; said: string }> {
  const module = JSON.stringify(new URL("./lock.ts", import.meta.url).href);
  const program = `
    const { acquireLock } = await import(${module});
    try {
      globalThis.lock = await acquireLock(${JSON.stringify(path)}, () => new Date());
      console.log("held");
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.code + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

test("taking, looking and releasing", async (t) => {
  const path = await lockPath(t);
  assert.equal(await lockHolder(path), null, "no lock file yet");
  const lock = await acquireLock(path, now);
  const holder = { pid: process.pid, host: hostname(), since: "2026-11-23T12:00:00.000Z" };
  assert.deepEqual(await lockHolder(path), holder);
  await lock.release();
  await lock.release();
  assert.equal(await lockHolder(path), null);
  assert.deepEqual(
    await readdir(join(path, "..")),
    [".lock"],
    "the empty lock file stays, so that nobody races for it",
  );
  await (await acquireLock(path, now))[Symbol.asyncDispose]();
});

test("one process cannot open a run twice", async (t) => {
  const path = await lockPath(t);
  const lock = await acquireLock(path, now);
  t.after(() => lock.release());
  await assert.rejects(acquireLock(path, now), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "locked");
    assert.match(error.message, /^This very process already writes this run/);
    return true;
  });
});

test("two processes contend: the second is told who has it and what to do", async (t) => {
  const path = await lockPath(t);
  const first = await other(t, path);
  assert.equal(first.said, "held");
  await assert.rejects(acquireLock(path, now), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "locked");
    assert.match(error.message, new RegExp(`process ${first.child.pid}, since \\d{4}-`));
    assert.equal(error.hint, `Wait until it ends, stop it (kill ${first.child.pid}), or choose another --out.`);
    return true;
  });
  const holder = await lockHolder(path);
  assert.ok(holder !== null && holder !== "unknown" && holder.pid === first.child.pid);
});

test("kill -9 of the holder frees the lock at once", async (t) => {
  const path = await lockPath(t);
  const { child, said } = await other(t, path);
  assert.equal(said, "held");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(await lockHolder(path), null, "what the dead one wrote about itself does not count");
  const lock = await acquireLock(path, now);
  await lock.release();
});

test("looking at a lock this process holds does not drop it", async (t) => {
  const path = await lockPath(t);
  const lock = await acquireLock(path, now);
  t.after(() => lock.release());
  for (let i = 0; i < 3; i++) assert.notEqual(await lockHolder(path), null);
  const { said } = await other(t, path);
  assert.match(said, new RegExp(`^locked: Another process writes this run .*process ${process.pid}`));
});

test("a holder whose word is missing or worthless is still a holder", async (t) => {
  const path = await lockPath(t);
  const { child } = await other(t, path);
  await writeFile(`${path}.holder.json`, `{"pid": "x"}`);
  assert.equal(await lockHolder(path), "unknown");
  await assert.rejects(acquireLock(path, now), /^MullError: Another process writes this run \(/);
  await writeFile(`${path}.holder.json`, JSON.stringify({ pid: 7, host: "elsewhere", since: "then" }));
  await assert.rejects(acquireLock(path, now), (error: unknown) => {
    assert.ok(error instanceof MullError);
    assert.match(error.message, /process 7 on elsewhere, since then$/);
    assert.match(error.hint ?? "", /stop it there/);
    return true;
  });
  child.kill("SIGKILL");
});

test("a lock file that is something else, and a folder that is not there", async (t) => {
  const path = await lockPath(t);
  await assert.rejects(acquireLock(join(path, "no", ".lock"), now), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "store");
    assert.match(error.message, /cannot be opened/);
    return true;
  });
  await writeFile(path, "a letter to my mother, long enough to be no database header\n".repeat(20));
  await assert.rejects(acquireLock(path, now), /it is not a lock file of Mull/);
});
