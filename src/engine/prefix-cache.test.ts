import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Snapshot } from "./kv-cache.ts";
import { PrefixCache } from "./prefix-cache.ts";

const of = (tokens: readonly number[]): Snapshot => ({ length: tokens.length, layers: [] });

function filled(capacity: number, ...prefixes: readonly (readonly number[])[]): PrefixCache {
  const cache = new PrefixCache(capacity);
  for (const tokens of prefixes) cache.insert(tokens, of(tokens));
  return cache;
}

describe("kept prefixes", () => {
  test("the longest that begins the tokens is found", () => {
    const cache = filled(100, [1], [1, 2, 3], [1, 2, 9, 9]);
    assert.equal(cache.longest([1, 2, 3, 4])?.length, 3);
    assert.equal(cache.longest([1, 2, 3])?.length, 3);
    assert.equal(cache.longest([1, 2])?.length, 1);
    assert.equal(cache.longest([12, 3]), undefined); // 1, 2 and 12 are not confused
    assert.equal(cache.longest([]), undefined);
  });

  test("the least recently used leaves when tokens exceed the capacity", () => {
    const cache = filled(6, [1, 1], [2, 2], [3, 3]);
    assert.equal(cache.longest([1, 1, 5])?.length, 2); // used: [2, 2] is now the oldest
    cache.insert([4, 4], of([4, 4]));
    assert.deepEqual(
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ].map((tokens) => cache.has(tokens)),
      [true, false, true, true],
    );
    cache.insert([5, 5, 5, 5, 5], of([5, 5, 5, 5, 5]));
    assert.deepEqual(
      [
        [1, 1],
        [3, 3],
        [4, 4],
        [5, 5, 5, 5, 5],
      ].map((tokens) => cache.has(tokens)),
      [false, false, false, true],
    );
  });

  test("what is larger than the capacity, or empty, is not kept; nor is one prefix twice", () => {
    const cache = filled(3, [1, 2, 3, 4], []);
    assert.ok(!cache.has([1, 2, 3, 4]) && !cache.has([]));
    cache.insert([1, 2], of([1, 2]));
    cache.insert([1, 2], of([1, 2]));
    cache.insert([7], of([7])); // 2 + 1 tokens: room for both
    assert.ok(cache.has([1, 2]) && cache.has([7]));
  });

  test("nothing is left after clear", () => {
    const cache = filled(4, [1, 2], [3, 4]);
    cache.clear();
    assert.equal(cache.longest([1, 2, 3]), undefined);
    cache.insert([5, 6, 7, 8], of([5, 6, 7, 8]));
    assert.ok(cache.has([5, 6, 7, 8]));
  });
});
