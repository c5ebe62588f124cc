/**
 * A folder with those above it. Node's own recursive `mkdir` tries again for ever where a folder exists in which nothing
 * can be made (under /proc), so the way up is walked here, each folder tried once.
 */

import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoCode } from "./io-error.ts";

/**
 * Makes the folder `path` where it is not there yet.
 *
 * @throws the file system's error, such as EEXIST for a file of that name
 * @example
 * await makeFolder("/tmp/mull-example/runs/first");
 * await makeFolder("/tmp/mull-example/runs/first"); // is there already
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    if (errnoCode(error) !== "EEXIST" || !(await isFolder(path))) throw error; // another process may have been first
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return false;
    throw error;
  }
}
