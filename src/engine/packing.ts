/**
 * Packing: sequences of many lengths laid into rows of a few fixed widths, several to a row, each seeing itself alone
 * (positions restart, and `starts` gives the block-diagonal causal mask). First-fit by falling length (Johnson 1973), so that little is
 * padding; rows of one width are cut into micro-batches of one size, whose graph is compiled once.
 */

import { MullError } from "../core/errors.ts";

/** Row widths, in tokens: a step of at most a half, as attention is paid for the whole width. */
export const ROW_TIMES: readonly number[] = [64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];

/** Tokens of one micro-batch, about: small enough that a layer's activations stay in the processor's caches. */
export const MICROBATCH_TOKENS = 2048;

/** Rows of a full micro-batch. */
export const fullBatch = (time: number): number => Math.max(1, Math.round(MICROBATCH_TOKENS / time));

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

/** A row with less room than this, tokens, takes no more. */
const LEAST_ROOM = 8;

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

/**
 * Full micro-batches of each width but the widest; what does not fill one is laid anew into rows of the next width. So a
 * program is compiled for one batch size a width, and little is padding.
 */
function plan(lengths: readonly number[]): Plan[] {
  const needs = lengths.map((n) => n - 1); // the last token is predicted, not fed
  const all = needs.map((_, i) => i).sort((a, b) => (needs[b] as number) - (needs[a] as number) || a - b);
  const rows = layRows(all, needs, [], widthFor);
  const widest = Math.max(0, ...rows.map((row) => row.time));
  const plans: Plan[] = [];
  let left: number[] = [];
  for (const time of ROW_TIMES) {
    const own = rows.filter((row) => row.time === time);
    if (time > widest || (own.length === 0 && time < widest)) continue;
    const ofTime = layRows(left, needs, own, () => time);
    const most = fullBatch(time);
    const full = Math.floor(ofTime.length / most) * most;
    for (let start = 0; start < full; start += most)
      plans.push({ batch: most, time, rows: ofTime.slice(start, start + most) });
    const rest = ofTime.slice(full);
    left = [];
    if (time < widest) left = rest.flatMap((row) => row.items.map((item) => item.sequence));
    else if (rest.length > 0)
      plans.push({ batch: Math.min(most, 2 ** Math.ceil(Math.log2(rest.length))), time, rows: rest });
  }
  return plans;
}

function widthFor(need: number): number {
  const time = ROW_TIMES.find((t) => t >= need);
  if (time === undefined) throw new MullError("engine", `packing: a sequence of ${need + 1} tokens is too long`);
  return time;
}

/** First-fit: each sequence, longest first, into the first of `rows` with room for it, or into a new one. */
function layRows(
  sequences: readonly number[],
  needs: readonly number[],
  rows: readonly OpenRow[],
  width: (need: number) => number,
): OpenRow[] {
  const laid = [...rows];
  const open = rows.filter((row) => row.time - row.used >= LEAST_ROOM);
  for (const sequence of sequences) {
    const need = needs[sequence] as number;
    if (need < 1) throw new MullError("engine", `packing: sequence ${sequence} has fewer than two tokens`);
    let row = open.find((r) => r.time - r.used >= need);
    if (row === undefined) {
      row = { time: width(need), used: 0, items: [] };
      laid.push(row);
      open.push(row);
    }
    row.items.push({ sequence, at: row.used });
    row.used += need;
    if (row.time - row.used < LEAST_ROOM) open.splice(open.indexOf(row), 1);
  }
  return laid;
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

/** Deals micro-batches to threads, dearest first, each to the thread with the least to do: the indices of each thread's. */
export function deal(microbatches: readonly Microbatch[], threads: number): number[][] {
  // Tokens, dearer in wide rows by what attention was measured to cost there.
  const cost = (m: Microbatch): number => m.batch * m.time * (1 + m.time / 1000);
  const shares = Array.from({ length: threads }, () => ({ cost: 0, indices: [] as number[] }));
  const order = microbatches
    .map((_, i) => i)
    .sort((a, b) => cost(microbatches[b] as Microbatch) - cost(microbatches[a] as Microbatch) || a - b);
  for (const i of order) {
    const least = shares.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.indices.push(i);
    least.cost += cost(microbatches[i] as Microbatch);
  }
  return shares.map((s) => s.indices);
}
