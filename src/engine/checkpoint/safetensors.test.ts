/** The format by its bytes, and every way in which a header can be wrong. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { MullError } from "../../core/errors.ts";
import { SafetensorsFile, safetensorsParts } from "./safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-safetensors-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "x.safetensors");

/** A file of a header, as text or value, and so many bytes of data. */
function bytesOf(header: unknown, data: Uint8Array | number = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return Buffer.concat([length, json, typeof data === "number" ? new Uint8Array(data) : data]);
}

/** Opens a file of these bytes and reads every tensor of it. */
async function readAll(bytes: Uint8Array): Promise<Record<string, number[]>> {
  writeFileSync(path, bytes);
  await using file = await SafetensorsFile.open(path);
  const all: Record<string, number[]> = {};
  for (const [name, { shape }] of file.tensors) {
    const into = new Float32Array(shape.reduce((n, d) => n * d, 1));
    await file.read(name, into);
    all[name] = Array.from(into);
  }
  return all;
}

const written = Buffer.concat(
  safetensorsParts(
    [
      { name: "a", shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) },
      { name: "b", shape: [], data: new Float32Array([-0.5]) },
      { name: "none", shape: [0], data: new Float32Array(0) },
    ],
    { step: "7" },
  ),
);

describe("the format", () => {
  test("by hand", () => {
    const header = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const parts = safetensorsParts([{ name: "w", shape: [1], data: new Float32Array([1]) }], {});
    const expected = Buffer.concat([
      Buffer.from([88, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(header.padEnd(88)),
      Buffer.from([0, 0, 0x80, 0x3f]),
    ]);
    assert.deepEqual(Buffer.concat(parts), expected);
  });

  test("what is written is read", async () => {
    assert.deepEqual(await readAll(written), { a: [1, 2, 3, 4, 5, 6], b: [-0.5], none: [] });
    await using file = await SafetensorsFile.open(path);
    assert.deepEqual(file.metadata, { format: "pt", step: "7" });
    assert.deepEqual(file.tensors.get("a")?.shape, [2, 3]);
  });

  test("half precision is widened, in the order of the bytes, whatever that of the header", async () => {
    const header = {
      late: { dtype: "BF16", shape: [2], data_offsets: [4, 8] },
      early: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
    };
    const all = await readAll(bytesOf(header, new Uint8Array([0x00, 0x3c, 0x00, 0xc0, 0x80, 0x3f, 0x49, 0x40])));
    assert.deepEqual(all, { early: [1, -2], late: [1, 3.140625] });
  });

  test("a tensor larger than what is read at once", async () => {
    const data = Float32Array.from({ length: 5_000_000 }, (_, i) => i);
    const all = await readAll(Buffer.concat(safetensorsParts([{ name: "x", shape: [5_000_000], data }], {})));
    assert.deepEqual([all["x"]?.[0], all["x"]?.[4_194_304], all["x"]?.at(-1)], [0, 4_194_304, 4_999_999]);
  });
});

describe("what is refused", () => {
  const F32 = (shape: number[], from: number, to: number): object => ({
    dtype: "F32",
    shape,
    data_offsets: [from, to],
  });
  const huge = Buffer.alloc(8);
  huge.writeBigUInt64LE(2n ** 63n);
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ["an empty file", new Uint8Array(0), /has 0 bytes, expected at least 8/],
    [
      "a header longer than the file",
      bytesOf("{}").subarray(0, 9),
      /header's length is 2, expected at most 1 in a file of 9 bytes/,
    ],
    ["a header of 2^63 bytes", huge, /length is 9223372036854775808, expected at most 0/],
    ["no JSON", bytesOf("{a}"), /not JSON/],
    ["no UTF-8", Buffer.concat([bytesOf("{}").subarray(0, 8), Buffer.from([0xff, 0xfe])]), /not JSON/],
    ["no object", bytesOf("[]"), /not an object/],
    ["metadata that is no text", bytesOf({ __metadata__: { a: 1 } }), /__metadata__ is not a map of texts/],
    ["no shape", bytesOf({ w: { dtype: "F32", data_offsets: [0, 4] } }, 4), /header at w.shape/],
    ["a negative dimension", bytesOf({ w: F32([-1], 0, 4) }, 4), /header at w.shape.0/],
    ["a dimension that is no integer", bytesOf({ w: F32([1.5], 0, 6) }, 6), /header at w.shape.0/],
    ["a shape of another size", bytesOf({ w: F32([3], 0, 8) }, 8), /w has 8 bytes, expected 12 for F32 \[3\]/],
    ["a shape beyond all numbers", bytesOf({ w: F32(new Array(8).fill(2 ** 52), 0, 4) }, 4), /w has 4 bytes, expected/],
    ["a tensor that ends before it begins", bytesOf({ w: F32([1], 4, 0) }, 4), /w begins at byte/],
    ["a tensor outside the file", bytesOf({ w: F32([2], 0, 8) }, 4), /w lies at bytes \d+ to \d+ of a file of/],
    [
      "a hole",
      bytesOf({ v: F32([1], 0, 4), w: F32([1], 8, 12) }, 12),
      /w begins at byte \d+, expected \d+, where the tensor before it ends/,
    ],
    ["tensors that share bytes", bytesOf({ v: F32([2], 0, 8), w: F32([2], 4, 12) }, 12), /w begins at byte/],
    [
      "bytes that are no tensor's",
      bytesOf({ w: F32([1], 0, 4) }, 8),
      /tensors end at byte \d+, expected \d+, the end of the file/,
    ],
    [
      "an unknown type",
      bytesOf({ w: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8),
      /w is I64, expected F32, F16 or BF16/,
    ],
    [
      "a type that is a property of every object",
      bytesOf({ w: { dtype: "valueOf", shape: [1], data_offsets: [0, 4] } }, 4),
      /w is valueOf/,
    ],
    [
      "NaN",
      bytesOf({ w: F32([2], 0, 8) }, new Uint8Array([0, 0, 0, 0, 0, 0, 0xc0, 0x7f])),
      /element 1 of w is NaN, expected a finite/,
    ],
    [
      "infinity",
      bytesOf({ w: { dtype: "F16", shape: [1], data_offsets: [0, 2] } }, new Uint8Array([0, 0xfc])),
      /element 0 of w is -Infinity/,
    ],
  ];
  for (const [name, bytes, message] of cases) {
    test(name, async () => {
      await assert.rejects(readAll(bytes), (error: unknown) => {
        assert.ok(error instanceof MullError);
        assert.equal(error.code, "checkpoint");
        assert.ok(error.message.startsWith(`${path}: `), error.message);
        assert.match(error.message, message);
        assert.ok(error.hint !== undefined);
        return true;
      });
    });
  }

  test("a file that is not there, a folder, a tensor of another name or size", async () => {
    const code = { code: "checkpoint" };
    await assert.rejects(SafetensorsFile.open(join(folder, "none")), {
      ...code,
      message: /none: there is no such file/,
    });
    await assert.rejects(SafetensorsFile.open(folder), code);
    writeFileSync(path, written);
    await using file = await SafetensorsFile.open(path);
    await assert.rejects(file.read("c", new Float32Array(1)), { ...code, message: /there is no tensor c/ });
    await assert.rejects(file.read("a", new Float32Array(5)), { ...code, message: /a has 6 elements, expected 5/ });
  });

  test("every truncation", async () => {
    for (let length = 0; length < written.length; length++) {
      await assert.rejects(readAll(written.subarray(0, length)), { name: "MullError", code: "checkpoint" });
    }
  });

  test("whatever else the bytes are: a typed error, or the tensors that a sound header names", async () => {
    const headerEnd = 8 + Number(written.readBigUInt64LE(0));
    const damage = fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(written);
        for (const [at, value] of changes) bytes[at] = value;
        await readAll(bytes).then(
          (all) => assert.ok(Object.values(all).flat().length <= 7),
          (error: unknown) => assert.ok(error instanceof MullError && error.code === "checkpoint", String(error)),
        );
      }),
      { numRuns: 400 },
    );
  });
});
