/**
 * The image of a Python's memory just after it has started, from which every other goes on. Making it takes seconds, so it stays in
 * the user's folder of caches, one file for each version of all that goes into it, with its digest beside it; where nothing can be
 * kept there, it lies in a temporary folder that goes with this process.
 */

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import envPaths from "env-paths";

/**
 * Where the image is, made if it is not there.
 *
 * @param parts what it depends on: another text is another image
 * @param make writes it to a path, in a folder that is there
 * @throws what `make` throws
 */
export async function memoryImage(
  parts: readonly string[],
  make: (path: string) => Promise<void>,
  folder: string = envPaths("mull", { suffix: "" }).cache,
): Promise<string> {
  const path = join(folder, `python-${digest(parts.join("\0")).slice(0, 16)}.bin`);
  if (await isWhole(path)) return path;
  let own: string; // others may be making one at the same time, in this process too
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    own = await mkdtemp(join(folder, ".making-"));
  } catch {
    return temporary(make);
  }
  try {
    const [image, sum] = [join(own, "memory.bin"), join(own, "sha256")];
    await make(image);
    await writeFile(sum, digest(await readFile(image)));
    await rename(image, path);
    await rename(sum, `${path}.sha256`);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return path;
}

/** One that a power cut or a full disk left behind is not. */
async function isWhole(path: string): Promise<boolean> {
  try {
    return digest(await readFile(path)) === (await readFile(`${path}.sha256`, "utf8"));
  } catch {
    return false;
  }
}

async function temporary(make: (path: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-python-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "memory.bin");
  await make(path);
  return path;
}

function digest(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
