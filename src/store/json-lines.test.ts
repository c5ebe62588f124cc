import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readJsonLines } from "./json-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-lines-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readJsonLines(path)) lines.push(line);
  return lines;
}

describe("the lines of a file", () => {
  // Longer than a block of the stream, with a letter of several bytes at every place where a block may end.
  const long = { text: "é".repeat(200_000) };
  const content = `{"a":1}\n\n${JSON.stringify(long)}\n[2]`;

  for (const [name, bytes] of [
    ["plain.jsonl", content],
    ["packed.jsonl.gz", gzipSync(content)],
  ] as const) {
    test(`come one by one with their numbers, blank ones left out: ${name}`, async () => {
      assert.deepEqual(await read(file(name, bytes)), [
        { value: { a: 1 }, line: 1 },
        { value: long, line: 3 },
        { value: [2], line: 4 },
      ]);
    });
  }

  test("may be none", async () => {
    assert.deepEqual(await read(file("empty.jsonl", "")), []);
  });

  for (const [what, path, code, message] of [
    ["a line that is no JSON", file("torn.jsonl", '{"a":1}\n{"a":'), "input", /torn\.jsonl: line 2 is no JSON/],
    ["a file that is not compressed", file("plain.gz", "{}"), "input", /plain\.gz: incorrect header check/],
    [
      "a compressed file that was cut off",
      file("cut.gz", gzipSync(content).subarray(0, 60)),
      "input",
      /cut\.gz: unexpected/,
    ],
    ["a file that is not there", join(folder, "none.jsonl"), "store", /none\.jsonl: there is no such file/],
    ["a folder", folder, "store", /it is a folder/],
  ] as const) {
    test(`${what} is an error that names it`, async () => {
      await assert.rejects(read(path), { code, message });
    });
  }
});
