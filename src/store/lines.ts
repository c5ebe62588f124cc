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
  const { maxLineBytes, from = 0, linesBefore = 0 } = options;
  let start = from;
  let number = linesBefore;
  const long = (line: number): MullError => journalTooLong(file.path, linesBefore + line, maxLineBytes);
  for await (const { bytes, whole } of splitLines(blocksOf(file.handle, from), maxLineBytes, long)) {
    if (!whole) return;
    number += 1;
    const end = start + bytes.length + 1;
    yield { bytes, number, start, end };
    start = end;
  }
}

async function* blocksOf(handle: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let read = from; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, read);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    read += bytesRead;
  }
}

/**
 * The lines of what comes in blocks, without their newlines; `whole` says of the last whether a newline ended it.
 *
 * @param tooLong the error for a line of more than `maxLineBytes` bytes, by its number from 1
 */
export async function* splitLines(
  blocks: AsyncIterable<Buffer>,
  maxLineBytes: number,
  tooLong: (line: number) => MullError,
): AsyncGenerator<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let number = 0;
  let parts: Buffer[] = []; // the line being gathered, in the blocks it came in
  let gathered = 0;
  for await (const block of blocks) {
    let at = 0;
    for (;;) {
      const newline = block.indexOf(NEWLINE, at);
      const part = block.subarray(at, newline === -1 ? block.length : newline);
      gathered += part.length;
      if (gathered > maxLineBytes) throw tooLong(number + 1);
      parts.push(part);
      if (newline === -1) break;
      number += 1;
      yield { bytes: joined(parts), whole: true };
      parts = [];
      gathered = 0;
      at = newline + 1;
    }
  }
  if (gathered > 0) yield { bytes: joined(parts), whole: false };
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
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
    if (torn > maxLineBytes) throw journalTooLong(file.path, undefined, maxLineBytes);
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

function journalTooLong(path: string, line: number | undefined, maxLineBytes: number): MullError {
  const where = line === undefined ? "its last line" : `line ${line}`;
  return new MullError("store", `${path}: ${where} is longer than ${maxLineBytes} bytes`, {
    hint: "This is not a journal that Mull wrote; choose another --out, or --fresh to start over in this folder.",
  });
}
