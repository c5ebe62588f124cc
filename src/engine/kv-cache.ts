/**
 * Keys and values of the rows that are being decoded.
 *
 * Rows live in lanes by length: a lane holds rows of at most `time` tokens in pages of `PAGE_ROWS` rows, each page one
 * buffer a layer, [rows, kvHeads, time, headDim], which goes into the decode step as it is. A row that outgrows its
 * lane moves to the next, so a short chain never pays for a long neighbour. Freed rows are filled from the lane's end,
 * so the active rows of a page are always its first.
 */

import { MullError } from "../core/errors.ts";
import { HIDDEN } from "./causal-attention.ts";
import type { TransformerConfig } from "./transformer.ts";

/** Rows of one page. More do not fit the processor's caches: 64 decoded fastest on the machines measured. */
export const PAGE_ROWS = 64;

const LANE_TIMES = [32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];

export type Page = {
  readonly time: number;
  /** One buffer a layer. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  /** [rows, 1, time]: 0 where written, a large negative number elsewhere. */
  readonly mask: Float32Array;
};

/** A place in a lane; `length` tokens of it are written. */
export type Row<T> = { owner: T; lane: Lane<T>; index: number; length: number };

export type Lane<T> = { readonly time: number; readonly pages: Page[]; readonly rows: Row<T>[] };

/** Keys and values of one sequence, copied out: a layer's keys then its values, each [kvHeads, length, headDim]. */
export type Snapshot = { readonly length: number; readonly layers: readonly Float32Array[] };

export class KvCache<T> {
  readonly #config: TransformerConfig;
  readonly #lanes = new Map<number, Lane<T>>();

  constructor(config: TransformerConfig) {
    this.#config = config;
  }

  /** Lanes with rows in them, shortest first. */
  lanes(): Lane<T>[] {
    return [...this.#lanes.values()].filter((lane) => lane.rows.length > 0).sort((a, b) => a.time - b.time);
  }

  /** A new row, empty or with a snapshot's first `length` tokens written. */
  insert(owner: T, snapshot?: Snapshot, length = snapshot?.length ?? 0): Row<T> {
    const row = this.#append(owner, this.#lane(length + 1));
    if (snapshot !== undefined) {
      this.#eachPlace(row, (buffer, offset, layer, head) => {
        const { headDim, kvHeads } = this.#config;
        const source = snapshot.layers[layer] as Float32Array;
        const from = head * snapshot.length * headDim;
        if (source.length !== kvHeads * snapshot.length * headDim) {
          throw new MullError("engine", "kv cache: the snapshot is of another model");
        }
        buffer.set(source.subarray(from, from + length * headDim), offset);
      });
    }
    resetMask(row, length);
    row.length = length;
    return row;
  }

  /** Makes room for one more token, moving the row to a longer lane where it must. */
  reserve(row: Row<T>): void {
    if (row.length < row.lane.time) return;
    const fresh = this.#append(row.owner, this.#lane(row.length + 1));
    this.#copy(row, fresh);
    this.remove(row);
    row.lane = fresh.lane;
    row.index = fresh.index;
    row.lane.rows[row.index] = row;
  }

  /** Appends one token's keys and values: `keys[layer]` is [pageRows, kvHeads * headDim], row `pageRow` of it. */
  append(row: Row<T>, pageRow: number, keys: readonly Float32Array[], values: readonly Float32Array[]): void {
    const { headDim, kvHeads, layers } = this.#config;
    const { time } = row.lane;
    const page = pageOf(row);
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < kvHeads; head++) {
        const from = (pageRow * kvHeads + head) * headDim;
        const to = this.#offset(row, head) + row.length * headDim;
        copyShort(keys[layer] as Float32Array, from, page.keys[layer] as Float32Array, to, headDim);
        copyShort(values[layer] as Float32Array, from, page.values[layer] as Float32Array, to, headDim);
      }
    }
    page.mask[(row.index % PAGE_ROWS) * time + row.length] = 0;
    row.length++;
  }

  snapshot(row: Row<T>): Snapshot {
    const { headDim, kvHeads, layers } = this.#config;
    const size = row.length * headDim;
    const copies = Array.from({ length: 2 * layers }, () => new Float32Array(kvHeads * size));
    this.#eachPlace(row, (buffer, offset, layer, head) => {
      (copies[layer] as Float32Array).set(buffer.subarray(offset, offset + size), head * size);
    });
    return { length: row.length, layers: copies };
  }

  /** Frees a row; the lane's last row moves into its place. */
  remove(row: Row<T>): void {
    const { lane, index } = row;
    const last = lane.rows.at(-1) as Row<T>;
    if (last !== row) {
      this.#copy(last, row);
      last.index = index;
      lane.rows[index] = last;
    }
    lane.rows.pop();
  }

  #append(owner: T, lane: Lane<T>): Row<T> {
    const row = { owner, lane, index: lane.rows.length, length: 0 };
    lane.rows.push(row);
    if (lane.pages.length * PAGE_ROWS < lane.rows.length) lane.pages.push(this.#newPage(lane.time));
    return row;
  }

  /** Writes what `from` holds into the place of `to`. */
  #copy(from: Row<T>, to: Row<T>): void {
    const target = buffersOf(pageOf(to));
    const size = from.length * this.#config.headDim;
    this.#eachPlace(from, (buffer, offset, layer, head) => {
      (target[layer] as Float32Array).set(buffer.subarray(offset, offset + size), this.#offset(to, head));
    });
    resetMask(to, from.length);
  }

  /** Where a head's block of the row begins in each buffer of its page. */
  #offset({ lane, index }: Row<T>, head: number): number {
    const { headDim, kvHeads } = this.#config;
    return ((index % PAGE_ROWS) * kvHeads + head) * lane.time * headDim;
  }

  /** Visits the row's block of every key buffer (layers 0 .. L-1) and value buffer (L .. 2L-1), head by head. */
  #eachPlace(row: Row<T>, visit: (buffer: Float32Array, offset: number, layer: number, head: number) => void): void {
    buffersOf(pageOf(row)).forEach((buffer, layer) => {
      for (let head = 0; head < this.#config.kvHeads; head++) visit(buffer, this.#offset(row, head), layer, head);
    });
  }

  #lane(length: number): Lane<T> {
    const time = LANE_TIMES.find((t) => t >= length);
    if (time === undefined || length > this.#config.maxPositions) {
      const limit = Math.min(this.#config.maxPositions, LANE_TIMES.at(-1) as number);
      throw new MullError("engine", `kv cache: a sequence of ${length} tokens exceeds the model's ${limit} positions`);
    }
    let lane = this.#lanes.get(time);
    if (lane === undefined) {
      lane = { time, pages: [], rows: [] };
      this.#lanes.set(time, lane);
    }
    return lane;
  }

  #newPage(time: number): Page {
    const { layers, kvHeads, headDim } = this.#config;
    const buffers = (): Float32Array[] =>
      Array.from({ length: layers }, () => new Float32Array(PAGE_ROWS * kvHeads * time * headDim));
    return { time, keys: buffers(), values: buffers(), mask: new Float32Array(PAGE_ROWS * time).fill(HIDDEN) };
  }
}

function pageOf<T>(row: Row<T>): Page {
  return row.lane.pages[Math.floor(row.index / PAGE_ROWS)] as Page;
}

/** Shows the first `length` tokens of a row's place and hides the rest. */
function resetMask<T>(row: Row<T>, length: number): void {
  const { time } = row.lane;
  const start = (row.index % PAGE_ROWS) * time;
  const { mask } = pageOf(row);
  mask.fill(0, start, start + length);
  mask.fill(HIDDEN, start + length, start + time);
}

/** Every key buffer (layers 0 .. L-1), then every value buffer. */
function buffersOf({ keys, values }: Page): readonly Float32Array[] {
  return [...keys, ...values];
}

/** A loop: for a few dozen elements it takes half the time of `set` with a subarray. */
function copyShort(source: Float32Array, from: number, target: Float32Array, to: number, size: number): void {
  for (let i = 0; i < size; i++) target[to + i] = source[from + i] as number;
}
