/**
 * Packing: sequences of many lengths laid into rows of a few fixed widths, several to a row, each seeing itself alone
 * (positions restart, and `starts` gives the block-diagonal causal mask). First-fit by falling length (Johnson 1973), so that little is
 * padding; rows of one width are cut into micro-batches of few sizes, whose graphs are compiled once each.
 */

import { MullError } from "../core/errors.ts";

/** Row widths, in tokens. */
export const ROW_TIMES: readonly number[] = [64, 128, 256, 512, 1024, 2048, 4096];

/** Tokens of one micro-batch: small enough that a layer's activations stay in the processor's caches. */
export const MICROBATCH_TOKENS = 2048;

export type TrainingSequence = {
  readonly tokens: readonly number[];
  /** Per-token values of the loss (weights, advantages, old log-probs): `fields.f[i]` concerns predicting token i. */
  readonly fields: Readonly<Record<string, ArrayLike<number>>>;
};

export type Microbatch = {
  readonly batch: number;
  readonly time: number;
  readonly ids: BigInt64Array; // [batch * time]
  readonly positions: BigInt64Array; // [batch * time]
  readonly targets: BigInt64Array; // [batch * time]: the next token
  /** [batch * time]: where in its row each token's sequence begins; padding is a sequence of its own. */
  readonly starts: Float32Array;
  /** [batch * time] each; 0 where nothing is predicted. */
  readonly fields: Readonly<Record<string, Float32Array>>;
  /** Where each sequence lies: token i + 1 of it is predicted at `at + i`. */
  readonly places: readonly { readonly sequence: number; readonly at: number }[];
};

type OpenRow = { time: number; used: number; items: { sequence: number; at: number }[] };
type Plan = { readonly batch: number; readonly time: number; readonly rows: readonly OpenRow[] };

/** @param fieldNames fields that every sequence must carry */
export function pack(sequences: readonly TrainingSequence[], fieldNames: readonly string[]): Microbatch[] {
  return plan(sequences.map(({ tokens }) => tokens.length)).map((p) => fill(sequences, fieldNames, p));
}

/**
 * How sequences of these lengths (tokens) fall into micro-batches: the indices of each. Whoever is free to choose what
 * is trained on together chooses by this, and wastes little on padding.
 */
export function microbatchesOf(lengths: readonly number[]): number[][] {
  return plan(lengths).map(({ rows }) => rows.flatMap((row) => row.items.map((item) => item.sequence)));
}

function plan(lengths: readonly number[]): Plan[] {
  const rows = layRows(lengths);
  const plans: Plan[] = [];
  for (const time of ROW_TIMES) {
    const ofTime = rows.filter((row) => row.time === time);
    const most = Math.max(1, MICROBATCH_TOKENS / time);
    for (let start = 0; start < ofTime.length; start += most) {
      const chosen = ofTime.slice(start, start + most);
      // A short rest gets the next power of two, so that few shapes are compiled and little is padding.
      plans.push({ batch: 2 ** Math.ceil(Math.log2(chosen.length)), time, rows: chosen });
    }
  }
  return plans;
}

function layRows(lengths: readonly number[]): OpenRow[] {
  const length = (i: number): number => (lengths[i] as number) - 1; // the last token is predicted, not fed
  const order = lengths.map((_, i) => i).sort((a, b) => length(b) - length(a) || a - b);
  const rows: OpenRow[] = [];
  const open: OpenRow[] = [];
  for (const sequence of order) {
    const need = length(sequence);
    if (need < 1) throw new MullError("engine", `packing: sequence ${sequence} has fewer than two tokens`);
    let row = open.find((r) => r.time - r.used >= need);
    if (row === undefined) {
      const time = ROW_TIMES.find((t) => t >= need);
      if (time === undefined) throw new MullError("engine", `packing: a sequence of ${need + 1} tokens is too long`);
      row = { time, used: 0, items: [] };
      rows.push(row);
      open.push(row);
    }
    row.items.push({ sequence, at: row.used });
    row.used += need;
    if (row.time - row.used < 8) open.splice(open.indexOf(row), 1);
  }
  return rows;
}

function fill(
  sequences: readonly TrainingSequence[],
  fieldNames: readonly string[],
  { batch, time, rows }: Plan,
): Microbatch {
  const size = batch * time;
  const ids = new BigInt64Array(size);
  const positions = new BigInt64Array(size);
  const targets = new BigInt64Array(size);
  const starts = Float32Array.from({ length: size }, (_, i) => i % time);
  const fields = Object.fromEntries(fieldNames.map((name) => [name, new Float32Array(size)]));
  const places: { sequence: number; at: number }[] = [];
  rows.forEach((row, r) => {
    for (const item of row.items) {
      const { tokens, fields: values } = sequences[item.sequence] as TrainingSequence;
      const at = r * time + item.at;
      places.push({ sequence: item.sequence, at });
      for (let i = 0; i + 1 < tokens.length; i++) {
        ids[at + i] = BigInt(tokens[i] as number);
        targets[at + i] = BigInt(tokens[i + 1] as number);
        positions[at + i] = BigInt(i);
        starts[at + i] = item.at;
      }
      for (const name of fieldNames) {
        const source = values[name];
        if (source === undefined || source.length !== tokens.length) {
          throw new MullError("engine", `packing: field ${name} must have one value a token`);
        }
        const target = fields[name] as Float32Array;
        for (let i = 0; i + 1 < tokens.length; i++) target[at + i] = source[i + 1] as number;
      }
    }
  });
  return { batch, time, ids, positions, targets, starts, fields, places };
}
