/** The records of a JSON Lines file, plain or compressed by gzip, one after another; the file is never held as a whole. */

import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { reasonOf, storeError } from "./io-error.ts";
import { splitLines } from "./lines.ts";

export type JsonLine = { readonly value: unknown /** 1-based. */; readonly line: number };

/** The most bytes of a file after it is decompressed: a small file must not unfold without end. */
const MOST_BYTES = 64e9;

/**
 * Blank lines are left out. A path that ends in `.gz` is decompressed.
 *
 * @throws MullError `store` where the file cannot be read, `input` for a line that is no JSON or longer than
 * `LIMITS.journalLineBytes`
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  let line = 0;
  for await (const bytes of linesOf(path)) {
    line++;
    const text = bytes.toString("utf8").trim();
    if (text === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw noJson(path, line, cause);
    }
    yield { value, line };
  }
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const stream = path.endsWith(".gz") ? pipeline(file, createGunzip(), () => {}) : file;
  const most = LIMITS.journalLineBytes;
  const long = (): MullError =>
    new MullError("input", `${path}: a line is longer than ${most} bytes`, { hint: "expected one JSON object a line" });
  try {
    for await (const { bytes } of splitLines(bounded(stream as AsyncIterable<Buffer>, path), most, long)) yield bytes;
  } catch (error) {
    if (error instanceof MullError) throw error;
    if ((error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw noGzip(path, error);
    throw storeError(error, "read", path);
  } finally {
    file.destroy();
  }
}

async function* bounded(blocks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const block of blocks) {
    bytes += block.length;
    if (bytes > MOST_BYTES) throw new MullError("input", `${path}: holds more than ${MOST_BYTES} bytes`);
    yield block;
  }
}

function noJson(path: string, line: number, cause: unknown): MullError {
  return new MullError("input", `${path}: line ${line} is no JSON: ${reasonOf(cause)}`, {
    cause,
    hint: "expected one JSON object a line (.jsonl, or .jsonl.gz)",
  });
}

function noGzip(path: string, cause: unknown): MullError {
  return new MullError("input", `${path}: ${reasonOf(cause)}`, {
    cause,
    hint: "the name ends in .gz, but the file is not whole or not compressed by gzip",
  });
}
