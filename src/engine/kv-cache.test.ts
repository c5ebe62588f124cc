import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { KvCache, PAGE_ROWS, type Row, type Snapshot } from "./kv-cache.ts";
import type { TransformerConfig } from "./transformer.ts";

const CONFIG: TransformerConfig = {
  vocabSize: 5,
  layers: 2,
  width: 4,
  heads: 2,
  kvHeads: 2,
  headDim: 2,
  ffnWidth: 4,
  maxPositions: 150,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
};

/** A token's keys or values in a layer, [kvHeads * headDim], told apart by what it is of. */
const vector = (row: number, position: number, layer: number, what: 0 | 1): Float32Array =>
  Float32Array.from({ length: 4 }, (_, i) => row * 1e4 + position * 10 + layer + what / 2 + i / 8);

/** Writes the row's next token, as token `position` of row `name`. */
function append(cache: KvCache<number>, row: Row<number>, name: number): void {
  const of = (what: 0 | 1): Float32Array[] => [0, 1].map((layer) => vector(name, row.length, layer, what));
  cache.append(row, 0, of(0), of(1));
}

/** What a snapshot of a row holds: keys of each layer, then values, [kvHeads, length, headDim] each. */
function expected(names: readonly number[]): Float32Array[] {
  return [0, 1].flatMap((what) =>
    [0, 1].map((layer) =>
      Float32Array.from(
        [0, 1].flatMap((head) =>
          names.flatMap((name, position) => [
            ...vector(name, position, layer, what as 0 | 1).subarray(2 * head, 2 * head + 2),
          ]),
        ),
      ),
    ),
  );
}

function maskOf(row: Row<number>): Float32Array {
  const page = row.lane.pages[Math.floor(row.index / PAGE_ROWS)] ?? assert.fail("no page");
  const start = (row.index % PAGE_ROWS) * row.lane.time;
  return page.mask.subarray(start, start + row.lane.time);
}

type Model = { row: Row<number>; names: number[] };

function check(cache: KvCache<number>, models: ReadonlyMap<number, Model>): void {
  const rows = cache.lanes().flatMap((lane) => lane.rows.map((row, index) => ({ lane, row, index })));
  assert.equal(rows.length, models.size);
  for (const { lane, row, index } of rows) {
    const { names } = models.get(row.owner) ?? assert.fail(`row ${row.owner} is not there`);
    assert.equal(models.get(row.owner)?.row, row);
    assert.deepEqual([row.lane, row.index, row.length], [lane, index, names.length]);
    assert.ok(row.length <= lane.time);
    assert.deepEqual(cache.snapshot(row), { length: names.length, layers: expected(names) });
    assert.deepEqual(
      [...maskOf(row)],
      Array.from({ length: lane.time }, (_, i) => (i < names.length ? 0 : -1e9)),
    );
  }
}

describe("the cache", () => {
  test("keeps what was written in each row, through growth, moves, removal and forks", () => {
    type Action = readonly ["insert" | "grow" | "remove" | "fork", number, number];
    const actions = fc.array(
      fc.tuple(
        fc.constantFrom("insert", "grow", "grow", "remove", "fork"),
        fc.nat(1000),
        fc.integer({ min: 1, max: 40 }),
      ),
      { minLength: 1, maxLength: 25 },
    ) as fc.Arbitrary<Action[]>;
    fc.assert(
      fc.property(actions, (steps) => {
        const cache = new KvCache<number>(CONFIG);
        const models = new Map<number, Model>();
        let next = 0;
        for (const [kind, which, count] of steps) {
          const chosen = [...models.values()][which % Math.max(1, models.size)];
          if (kind === "insert" || chosen === undefined) {
            models.set(next, { row: cache.insert(next), names: [] });
            next++;
          } else if (kind === "grow") {
            for (let i = 0; i < count && chosen.names.length < 140; i++) {
              cache.reserve(chosen.row);
              append(cache, chosen.row, chosen.row.owner);
              chosen.names.push(chosen.row.owner);
            }
          } else if (kind === "remove") {
            cache.remove(chosen.row);
            models.delete(chosen.row.owner);
          } else {
            const length = Math.min(chosen.names.length, count);
            const row = cache.insert(next, cache.snapshot(chosen.row), length);
            models.set(next++, { row, names: chosen.names.slice(0, length) });
          }
        }
        check(cache, models);
      }),
      { numRuns: 60 },
    );
  });

  test("fills a second page when the first is full, and empties from the end", () => {
    const cache = new KvCache<number>(CONFIG);
    const models = new Map<number, Model>();
    for (let owner = 0; owner < PAGE_ROWS + 3; owner++) {
      const row = cache.insert(owner);
      append(cache, row, owner);
      models.set(owner, { row, names: [owner] });
    }
    assert.equal(cache.lanes()[0]?.pages.length, 2);
    check(cache, models);
    for (const owner of [0, PAGE_ROWS + 2, 10, PAGE_ROWS]) {
      cache.remove(models.get(owner)?.row ?? assert.fail());
      models.delete(owner);
      check(cache, models);
    }
    assert.deepEqual([models.get(PAGE_ROWS + 1)?.row.index, models.get(PAGE_ROWS - 1)?.row.index], [0, 10]);
  });

  test("a row's lane follows from its length alone", () => {
    const cache = new KvCache<number>(CONFIG);
    const grown = cache.insert(0);
    const lanes: number[] = [];
    const snapshots: Snapshot[] = [];
    for (let length = 0; length < 140; length++) {
      cache.reserve(grown);
      lanes.push(grown.lane.time);
      snapshots.push(cache.snapshot(grown));
      append(cache, grown, 0);
    }
    assert.deepEqual(
      [lanes[0], lanes[31], lanes[32], lanes[63], lanes[64], lanes[127], lanes[128]],
      [32, 32, 64, 64, 96, 128, 192],
    );
    for (const [length, snapshot] of snapshots.entries())
      assert.equal(cache.insert(1, snapshot).lane.time, lanes[length]);
  });

  test("refuses a sequence beyond the model's positions, and another model's snapshot", () => {
    const cache = new KvCache<number>(CONFIG);
    const long: Snapshot = { length: 150, layers: Array.from({ length: 4 }, () => new Float32Array(600)) };
    assert.throws(() => cache.insert(0, long), { name: "MullError", message: /151 tokens exceeds the model's 150/ });
    const other: Snapshot = { length: 3, layers: Array.from({ length: 4 }, () => new Float32Array(6)) };
    assert.throws(() => new KvCache<number>(CONFIG).insert(0, other), {
      name: "MullError",
      message: /of another model/,
    });
  });
});
