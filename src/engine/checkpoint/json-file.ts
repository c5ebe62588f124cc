/** A JSON file of a checkpoint, of bounded size. */

import { readFile, stat } from "node:fs/promises";
import { malformed, openError } from "./malformed.ts";

/** The largest is a tokenizer of a million words. */
const MAX_BYTES = 256_000_000;

/** @throws MullError `checkpoint` where the file is missing, too large or not JSON */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw malformed(path, `it has ${size} bytes, expected at most ${MAX_BYTES}`);
    text = await readFile(path, "utf8");
  } catch (error) {
    throw openError(path, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(path, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
