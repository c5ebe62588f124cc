/**
 * The lines of a growing file. A line is what ends with a newline: text after the last newline is a line still being
 * written, or one that a kill tore, and is no line yet. Every line carries its byte offsets, so a position in the file
 * can be kept and returned to. Lines are bounded, so that a file that is no journal does not fill the memory.
 */

import type { FileHandle } from "node:fs/promises";
import { MullError } from "../core/errors.ts";

const NEWLINE = 0x0a;
const BLOCK = 256 * 1024;

export type Line = {
  /** The line without its newline. */
  readonly bytes: Buffer;
  /** 1-based. */
  readonly number: number;
  /** Byte offset of the first byte. */
  readonly start: number;
  /** Byte offset after the newline: where the next line starts. */
  readonly end: number;
};

/**
 * The whole lines of a file from byte `from` (the start of a line) to its present end.
 *
 * @throws MullError `store` for a line of more than `maxLineBytes` bytes
 */
export async function* readLines(
  file: { readonly handle: FileHandle; readonly path: string },
  options: {
    readonly from?: number /** Lines before `from`. */;
    readonly linesBefore?: number;
    readonly maxLineBytes: number;
  },
): AsyncGenerator<Line> {
  const { maxLineBytes } = options;
  let read = options.from ?? 0; // bytes of the file read so far
  let start = read; // where the line being gathered starts
  let number = options.linesBefore ?? 0;
  let parts: Buffer[] = []; // the line being gathered, in the blocks it came in
  for (;;) {
    const { bytesRead, buffer } = await file.handle.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, read);
    if (bytesRead === 0) return;
    const block = buffer.subarray(0, bytesRead);
    let at = 0;
    for (;;) {
      const newline = block.indexOf(NEWLINE, at);
      const stop = newline === -1 ? bytesRead : newline;
      if (read + stop - start > maxLineBytes) throw tooLong(file.path, number + 1, maxLineBytes);
      parts.push(block.subarray(at, stop));
      if (newline === -1) break;
      number += 1;
      const end = read + newline + 1;
      yield { bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), number, start, end };
      parts = [];
      start = end;
      at = newline + 1;
    }
    read += bytesRead;
  }
}

/**
 * Where the last whole line of a file of `size` bytes ends: `size` itself unless its last line is torn, 0 where there
 * is no whole line. Looks back over `maxLineBytes` at most.
 */
export async function lastLineEnd(
  file: { readonly handle: FileHandle; readonly path: string },
  size: number,
  maxLineBytes: number,
): Promise<number> {
  for (let unread = size; unread > 0; ) {
    const start = Math.max(0, unread - BLOCK);
    const newline = (await readExactly(file.handle, start, unread - start)).lastIndexOf(NEWLINE);
    const torn = size - (start + newline + 1); // bytes after the last newline, as far as has been looked
    if (torn > maxLineBytes) throw tooLong(file.path, undefined, maxLineBytes);
    if (newline !== -1) return size - torn;
    unread = start;
  }
  return 0;
}

/** Whether byte `offset` is where a line starts in a file of `size` bytes: its beginning, or just after a newline. */
export async function isLineStart(handle: FileHandle, offset: number, size: number): Promise<boolean> {
  if (offset === 0) return true;
  if (offset < 0 || offset > size) return false;
  const [before] = await readExactly(handle, offset - 1, 1);
  return before === NEWLINE;
}

/** Up to `length` bytes from `offset`; fewer only where the file ends. */
export async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function tooLong(path: string, line: number | undefined, maxLineBytes: number): MullError {
  const where = line === undefined ? "its last line" : `line ${line}`;
  return new MullError("store", `${path}: ${where} is longer than ${maxLineBytes} bytes`, {
    hint: "This is not a journal that Mull wrote; choose another --out, or --fresh to start over in this folder.",
  });
}
