/**
 * The safetensors format (huggingface/safetensors): eight bytes of header length, little-endian; a JSON header that
 * gives each tensor its type, shape and byte range; then the bytes, without a gap. We write float32, and also read
 * float16 and bfloat16, widened.
 *
 * The header is checked whole before a byte of data is read, against the file's own size: a tensor cannot reach
 * outside the file, nor two share bytes, nor a small file ask for much memory.
 */

import { type FileHandle, open } from "node:fs/promises";
import * as z from "zod";
import { LIMITS } from "../../core/limits.ts";
import { widenBfloat16, widenFloat16 } from "./half-precision.ts";
import { malformed, openError } from "./malformed.ts";

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
type TensorType = keyof typeof BYTES;

const MAX_TENSORS = 100_000;
const MAX_RANK = 8;
/** Bytes read at once. */
const CHUNK = 1 << 24;

const HEADER = z.record(
  z.string().max(1000),
  z.object({
    dtype: z.string().max(20),
    shape: z.array(z.int().nonnegative()).max(MAX_RANK),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
const METADATA = z.record(z.string(), z.string());

export type TensorInfo = {
  /** Such as `F32`; only those of `BYTES` can be read. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
};

export type TensorToWrite = { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array };

/**
 * The bytes of a file, in parts: the header, then the tensors as they lie in memory (not copied).
 *
 * @example
 * const [header] = safetensorsParts([{ name: "w", shape: [2], data: new Float32Array([1, 2]) }], {});
 * new TextDecoder().decode(header).trimEnd().slice(8);
 * // '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
 */
export function safetensorsParts(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let end = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8; // tensors begin aligned; the format pads with spaces
  const prefix = new Uint8Array(8 + padded).fill(0x20);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(padded), true);
  prefix.set(json, 8);
  return [prefix, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** An open file whose header has been checked. */
export class SafetensorsFile implements AsyncDisposable {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, header: Header) {
    this.path = path;
    this.#handle = handle;
    this.tensors = header.tensors;
    this.metadata = header.metadata;
  }

  /** @throws MullError `checkpoint` where the file is missing, or its header is not what the format says */
  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await open(path, "r").catch((error: unknown) => {
      throw openError(path, error);
    });
    try {
      return new SafetensorsFile(path, handle, await readHeader(path, handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Reads one tensor, row by row, widened to float32.
   *
   * @param into as many elements as the tensor's shape holds
   * @throws MullError `checkpoint` where there is no such tensor, its type is not a float we read, or it holds NaN or infinity
   */
  async read(name: string, into: Float32Array): Promise<void> {
    const info = this.tensors.get(name);
    if (info === undefined) throw malformed(this.path, `there is no tensor ${name}`);
    const type = info.dtype as TensorType;
    if (!Object.hasOwn(BYTES, type)) throw malformed(this.path, `${name} is ${type}, expected F32, F16 or BF16`);
    const bytes = BYTES[type];
    const count = (info.end - info.begin) / bytes;
    if (count !== into.length) throw malformed(this.path, `${name} has ${count} elements, expected ${into.length}`);
    for (let at = 0; at < count; at += CHUNK / bytes) {
      const part = into.subarray(at, at + CHUNK / bytes);
      const raw = new Uint8Array(part.length * bytes);
      await readFully(this.path, this.#handle, raw, info.begin + at * bytes);
      if (type === "F32") part.set(new Float32Array(raw.buffer));
      else (type === "F16" ? widenFloat16 : widenBfloat16)(new Uint16Array(raw.buffer), part);
      const bad = part.findIndex((v) => !Number.isFinite(v));
      if (bad >= 0)
        throw malformed(this.path, `element ${at + bad} of ${name} is ${part[bad]}, expected a finite number`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

type Header = { readonly tensors: Map<string, TensorInfo>; readonly metadata: Record<string, string> };

async function readHeader(path: string, handle: FileHandle): Promise<Header> {
  const { size } = await handle.stat();
  if (size < 8) throw malformed(path, `the file has ${size} bytes, expected at least 8`);
  const prefix = new Uint8Array(8);
  await readFully(path, handle, prefix, 0);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const most = Math.min(size - 8, LIMITS.safetensorsHeaderBytes);
  if (length > BigInt(most))
    throw malformed(path, `the header's length is ${length}, expected at most ${most} in a file of ${size} bytes`);
  const header = new Uint8Array(Number(length));
  await readFully(path, handle, header, 8);
  return parseHeader(path, header, 8 + header.length, size);
}

function parseHeader(path: string, bytes: Uint8Array, dataBegin: number, size: number): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed(path, "the header is not JSON", error);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw malformed(path, "the header is not an object");
  const { __metadata__, ...entries } = json as Record<string, unknown>;
  const metadata = METADATA.safeParse(__metadata__ ?? {});
  if (!metadata.success) throw malformed(path, "__metadata__ is not a map of texts");
  const parsed = HEADER.safeParse(entries);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(path, `the header at ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const found = Object.entries(parsed.data);
  if (found.length > MAX_TENSORS) throw malformed(path, `${found.length} tensors, expected at most ${MAX_TENSORS}`);
  const tensors = new Map<string, TensorInfo>();
  let end = dataBegin;
  for (const [name, { dtype, shape, data_offsets }] of found.sort(
    (a, b) => a[1].data_offsets[0] - b[1].data_offsets[0],
  )) {
    const [from, to] = data_offsets.map((offset) => dataBegin + offset) as [number, number];
    const elements = shape.reduce((n, d) => n * d, 1);
    const expected = Object.hasOwn(BYTES, dtype) ? elements * BYTES[dtype as TensorType] : to - from;
    if (from !== end)
      throw malformed(path, `${name} begins at byte ${from}, expected ${end}, where the tensor before it ends`);
    if (to < from || to > size) throw malformed(path, `${name} lies at bytes ${from} to ${to} of a file of ${size}`);
    if (to - from !== expected)
      throw malformed(path, `${name} has ${to - from} bytes, expected ${expected} for ${dtype} [${shape.join(", ")}]`);
    tensors.set(name, { dtype, shape, begin: from, end: to });
    end = to;
  }
  if (end !== size) throw malformed(path, `the tensors end at byte ${end}, expected ${size}, the end of the file`);
  return { tensors, metadata: metadata.data };
}

async function readFully(path: string, handle: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await handle.read(into, at, into.length - at, position + at).catch((error: unknown) => {
      throw openError(path, error);
    });
    if (bytesRead === 0)
      throw malformed(path, `the file ends at byte ${position + at}, expected ${position + into.length}`);
    at += bytesRead;
  }
}
