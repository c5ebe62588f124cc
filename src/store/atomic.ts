/**
 * Files and folders that are there whole or not at all: written under a temporary name in the same folder, flushed to
 * the disk, renamed over the former version, and the folder flushed too, so that the new name itself survives a power
 * cut. A reader sees the former version or the new one, never a mixture, and a failure leaves the former in place.
 *
 * A file is replaced by one rename, which POSIX makes atomic. A folder that is not empty cannot be renamed over, so
 * the former is first moved aside under a name `sweepTemporary` knows: a kill between the two renames leaves no
 * folder of that name, and the next sweep puts the former back.
 */

import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { errnoCode, storeError } from "./io-error.ts";

const TEMPORARY = /^\.(.+)\.\d+-\d+-\d+\.(tmp|old)$/;
let counter = 0;

/** A hidden name beside `path` that no other live process or thread on this machine uses. */
function beside(path: string, kind: "tmp" | "old"): string {
  counter += 1;
  return join(dirname(path), `.${basename(path)}.${process.pid}-${threadId}-${counter}.${kind}`);
}

/** Flushes a file's content, or a folder's list of names, to the disk. Windows cannot flush folders and need not. */
async function fsyncPath(path: string, kind: "file" | "folder"): Promise<void> {
  if (kind === "folder" && process.platform === "win32") return;
  const handle = await open(path, kind === "file" ? "r+" : "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function fsyncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await fsyncTree(path);
    else if (entry.isFile()) await fsyncPath(path, "file");
  }
  await fsyncPath(folder, "folder");
}

/**
 * Writes `data` (text as UTF-8) to `path`, durably and atomically. The folder must exist.
 *
 * @throws MullError `store` when the disk is full, read-only or not ours to write; the former version is intact.
 * @example
 * await writeFileAtomic("/tmp/run.json", JSON.stringify({ seed: 1 }));
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await replaceFile(path, (temporary) => writeFile(temporary, data));
}

/**
 * As `writeFileAtomic`, for what writes files by itself: `write` makes the file it is given the name of, which then
 * takes the name `path`.
 *
 * @throws MullError `store` as above; whatever `write` throws, with system errors mapped the same way
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = beside(path, "tmp");
  try {
    await write(temporary);
    await fsyncPath(temporary, "file");
    await rename(temporary, path);
    await fsyncPath(dirname(path), "folder");
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw errnoCode(error) === undefined ? error : storeError(error, "write", path);
  }
}

/**
 * Writes a folder: `write` fills a temporary folder, which then takes the name `path`. Where `path` exists it is
 * replaced; where `write` throws, it is left as it was and the error passes through.
 *
 * @throws MullError `store` as `writeFileAtomic`; whatever `write` throws, with system errors mapped the same way.
 * @example
 * await writeDirAtomic("/tmp/step-000001", (folder) => writeFile(join(folder, "config.json"), "{}"));
 */
export async function writeDirAtomic(path: string, write: (folder: string) => Promise<void>): Promise<void> {
  const temporary = beside(path, "tmp");
  try {
    await mkdir(temporary);
    await write(temporary);
    await fsyncTree(temporary);
    await replaceFolder(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw errnoCode(error) === undefined ? error : storeError(error, "write", path);
  }
}

async function replaceFolder(temporary: string, path: string): Promise<void> {
  const former = beside(path, "old");
  const replaces = await moveIfThere(path, former);
  try {
    await rename(temporary, path);
  } catch (error) {
    if (replaces) await rename(former, path);
    throw error;
  }
  await fsyncPath(dirname(path), "folder");
  if (replaces) await rm(former, { recursive: true, force: true });
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes a folder so that it is never seen half removed under its own name. Does nothing where there is none. */
export async function removeDirAtomic(path: string): Promise<void> {
  const temporary = beside(path, "tmp");
  try {
    if (await moveIfThere(path, temporary)) await rm(temporary, { recursive: true, force: true });
  } catch (error) {
    throw storeError(error, "remove", path);
  }
}

/**
 * Clears what a killed process left in `folder`: temporary files and folders are removed; a former version that was
 * moved aside is put back where the new one never arrived. Only the one writer of the folder may call it (`lock.ts`),
 * since another writer's work in progress looks the same.
 *
 * @returns the names it removed or put back
 */
export async function sweepTemporary(folder: string): Promise<string[]> {
  const swept: string[] = [];
  try {
    for (const name of await readdir(folder)) {
      const [, target, kind] = TEMPORARY.exec(name) ?? [];
      if (target === undefined) continue;
      if (kind === "old" && !(await exists(join(folder, target))))
        await rename(join(folder, name), join(folder, target));
      else await rm(join(folder, name), { recursive: true, force: true });
      swept.push(name);
    }
  } catch (error) {
    throw storeError(error, "clean up", folder);
  }
  return swept;
}

/** Whether something is at `path`. A path that cannot be looked at is an error, not an absence. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return false;
    throw storeError(error, "look at", path);
  }
}
