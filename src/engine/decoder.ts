/**
 * The decoder: many requests at once, each with its own seed, temperature, nucleus and stops, over one growing batch
 * (continuous batching, Yu et al. 2022). Prompts run through the same step as everything else, one token at a time,
 * and a prompt shared by several requests is computed once and forked.
 *
 * A request's tokens depend on the request alone: the step's products have at least `MIN_ROWS` rows and one thread, so
 * no product changes its kernel with its neighbours (`decoder.test.ts` checks it bit by bit).
 */

import { Rng } from "../core/rng.ts";
import { KvCache, type Lane, PAGE_ROWS, type Page, type Row } from "./kv-cache.ts";
import { emit } from "./onnx/emit.ts";
import { type Feed, Session } from "./onnx/session.ts";
import { PrefixCache } from "./prefix-cache.ts";
import { Sampler } from "./sampler.ts";
import { decodeStep, parameterInputs, parameterLayout, type TransformerConfig } from "./transformer.ts";

export type DecodeRequest = {
  /** Prompt and prefix, at least one token. */
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  /** Tokens that end the completion, kept in it: the model's own ends. */
  readonly endIds: readonly number[];
  /** Further tokens that end it, kept in it. */
  readonly stopIds: readonly number[];
  /** Budget forcing: where `end` was drawn, `continuation` is written instead, its first token in `end`'s place. */
  readonly extend?: { readonly end: number; readonly continuation: readonly number[] };
  /** Keep the sequence's keys and values, for a later request that goes on from it. */
  readonly remember?: boolean;
};

export type DecodeResult = {
  readonly tokens: number[];
  /** Nats; 0 for a token that was forced. */
  readonly logprobs: number[];
  readonly finish: "end" | "stop" | "length" | "aborted";
  /** Prompt tokens computed for this request; the others were forked. */
  readonly prefilled: number;
};

type Sequence = {
  readonly request: DecodeRequest;
  readonly done: (result: DecodeResult) => void;
  readonly onToken: ((id: number) => void) | undefined;
  readonly rng: Rng;
  readonly tokens: number[];
  readonly logprobs: number[];
  /** Tokens still to be written without sampling. */
  forced: number[];
  prefilled: number;
  /** It leaves when its step is read: until then its row may be in a product that is under way. */
  aborted: boolean;
  /** The weights that its keys and values were begun with. */
  weights: number;
};

/** Products of one row take another kernel, so a step has at least these. */
const MIN_ROWS = 4;
const ROW_BUCKETS = [MIN_ROWS, 8, 16, 24, 32, 48, PAGE_ROWS];

export type DecoderOptions = {
  /** Requests decoded at once. */
  readonly slots: number;
  /** Tokens of shared prefixes kept. */
  readonly prefixTokens: number;
};

export class Decoder {
  readonly #config: TransformerConfig;
  readonly #options: DecoderOptions;
  readonly #cache: KvCache<Sequence>;
  readonly #prefixes: PrefixCache;
  readonly #sampler: Sampler;
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #waiting: Sequence[] = [];
  /** Prompts being computed, and who waits to fork them. */
  readonly #prefilling = new Map<string, Sequence[]>();
  #parameters: Record<string, Float32Array> = {};
  /** Counts changes of the weights. */
  #weights = 0;
  #active = 0;

  constructor(config: TransformerConfig, flat: Float32Array, options: DecoderOptions) {
    this.#config = config;
    this.#options = options;
    this.#cache = new KvCache(config);
    this.#prefixes = new PrefixCache(options.prefixTokens);
    this.#sampler = new Sampler(config.vocabSize);
    this.setParameters(flat);
  }

  /**
   * New weights [parameters]; what was remembered under the old ones is forgotten, and a request under way, whose keys
   * and values are of both, leaves nothing behind. The array is read, not copied.
   */
  setParameters(flat: Float32Array): void {
    this.#parameters = Object.fromEntries(
      parameterLayout(this.#config).map((p) => [p.name, flat.subarray(p.offset, p.offset + p.size)]),
    );
    this.#prefixes.clear();
    this.#weights++;
  }

  get busy(): boolean {
    return this.#active > 0 || this.#waiting.length > 0;
  }

  /** Requests that could start at once. */
  get free(): number {
    return this.#options.slots - this.#active - this.#waiting.length;
  }

  /** Takes a request in; `done` is called once. Returns what aborts it, at the latest when the next step ends. */
  add(request: DecodeRequest, done: (result: DecodeResult) => void, onToken?: (id: number) => void): () => void {
    const rng = new Rng(request.seed);
    const written = { tokens: [], logprobs: [], forced: [], prefilled: 0 };
    const sequence: Sequence = { request, done, onToken, rng, ...written, aborted: false, weights: this.#weights };
    this.#waiting.push(sequence);
    return () => this.#abort(sequence);
  }

  /** One token for every active request. */
  async step(): Promise<void> {
    this.#admit();
    for (const lane of this.#cache.lanes()) {
      // Rows leave and move while results are read, so a lane's rows are fixed before its pages run.
      const rows = lane.rows.slice();
      for (let start = 0; start < rows.length; start += PAGE_ROWS) {
        const pageRows = rows.slice(start, start + PAGE_ROWS);
        this.#read(pageRows, await this.#run(lane, lane.pages[start / PAGE_ROWS] as Page, pageRows));
      }
    }
  }

  async #run(lane: Lane<Sequence>, page: Page, rows: readonly Row<Sequence>[]): Promise<Record<string, Float32Array>> {
    const { layers, kvHeads, headDim } = this.#config;
    const bucket = ROW_BUCKETS.find((n) => n >= rows.length) as number;
    const ids = new BigInt64Array(bucket);
    const positions = new BigInt64Array(bucket);
    rows.forEach((row, i) => {
      ids[i] = BigInt(tokenAt(row.owner, row.length));
      positions[i] = BigInt(row.length);
    });
    const cacheSize = bucket * kvHeads * lane.time * headDim;
    const feeds: Record<string, Feed> = { ids, positions, mask: page.mask.subarray(0, bucket * lane.time) };
    for (let layer = 0; layer < layers; layer++) {
      feeds[`keys.${layer}`] = (page.keys[layer] as Float32Array).subarray(0, cacheSize);
      feeds[`values.${layer}`] = (page.values[layer] as Float32Array).subarray(0, cacheSize);
    }
    const session = await this.#session(bucket, lane.time);
    return session.run({ ...this.#parameters, ...feeds });
  }

  #read(rows: readonly Row<Sequence>[], outputs: Record<string, Float32Array>): void {
    const { layers, vocabSize } = this.#config;
    const logits = outputs["logits"] as Float32Array;
    const keys = Array.from({ length: layers }, (_, layer) => outputs[`newKeys.${layer}`] as Float32Array);
    const values = Array.from({ length: layers }, (_, layer) => outputs[`newValues.${layer}`] as Float32Array);
    rows.forEach((row, i) => {
      this.#cache.append(row, i, keys, values);
    });
    rows.forEach((row, i) => {
      const sequence = row.owner;
      const { prompt } = sequence.request;
      if (row.length <= prompt.length) sequence.prefilled++;
      if (row.length === prompt.length - 1) this.#share(row);
      const finish = sequence.aborted
        ? "aborted"
        : row.length < prompt.length + sequence.tokens.length
          ? undefined
          : this.#extend(sequence, logits.subarray(i * vocabSize, (i + 1) * vocabSize));
      if (finish !== undefined) this.#finish(row, finish);
      else this.#cache.reserve(row);
    });
  }

  /** Writes the next token; says why the sequence ends if it does. */
  #extend(sequence: Sequence, logits: Float32Array): DecodeResult["finish"] | undefined {
    const { request } = sequence;
    const { extend } = request;
    let id = sequence.forced.shift();
    let logprob = 0;
    if (id === undefined) {
      ({ id, logprob } = this.#sampler.sample(logits, request, sequence.rng));
      if (extend !== undefined && id === extend.end) {
        sequence.forced = extend.continuation.slice(1);
        id = extend.continuation[0] ?? id;
        logprob = 0;
      }
    }
    sequence.tokens.push(id);
    sequence.logprobs.push(logprob);
    sequence.onToken?.(id);
    if (request.endIds.includes(id)) return "end";
    if (request.stopIds.includes(id)) return "stop";
    if (sequence.tokens.length >= request.maxTokens) return "length";
    if (request.prompt.length + sequence.tokens.length >= this.#config.maxPositions) return "length";
    return undefined;
  }

  /** Starts waiting requests while there is room. One whose prompt is being computed by another waits to fork it. */
  #admit(): void {
    while (this.#waiting.length > 0 && this.#active < this.#options.slots) {
      const sequence = this.#waiting.shift() as Sequence;
      const { prompt } = sequence.request;
      const shareable = prompt.slice(0, -1);
      const key = shareable.join(" ");
      const waiters = this.#prefilling.get(key);
      if (waiters !== undefined) {
        waiters.push(sequence);
        continue;
      }
      const snapshot = this.#prefixes.longest(shareable);
      sequence.weights = this.#weights;
      const row = this.#cache.insert(sequence, snapshot);
      if (row.length < shareable.length) this.#prefilling.set(key, []);
      this.#active++;
    }
  }

  /** A prompt is computed up to its last token: keep it, and let those who waited fork it. */
  #share(row: Row<Sequence>): void {
    const shareable = row.owner.request.prompt.slice(0, -1);
    this.#remember(row, shareable);
    this.#release(shareable);
  }

  #remember(row: Row<Sequence>, tokens: readonly number[]): void {
    if (row.owner.weights === this.#weights) this.#prefixes.insert(tokens, this.#cache.snapshot(row));
  }

  #release(shareable: readonly number[]): void {
    const key = shareable.join(" ");
    const waiters = this.#prefilling.get(key);
    if (waiters === undefined) return;
    this.#prefilling.delete(key);
    this.#waiting.unshift(...waiters);
  }

  #finish(row: Row<Sequence>, finish: DecodeResult["finish"]): void {
    const { request, tokens, logprobs, prefilled, done } = row.owner;
    if (row.length < request.prompt.length - 1) this.#release(request.prompt.slice(0, -1)); // aborted on the way
    if (request.remember === true) this.#remember(row, [...request.prompt, ...tokens].slice(0, row.length));
    this.#cache.remove(row);
    this.#active--;
    done({ tokens, logprobs, finish, prefilled });
  }

  #abort(sequence: Sequence): void {
    for (const queue of [this.#waiting, ...this.#prefilling.values()]) {
      const at = queue.indexOf(sequence);
      if (at < 0) continue;
      queue.splice(at, 1);
      sequence.done({ tokens: [], logprobs: [], finish: "aborted", prefilled: 0 });
      return;
    }
    sequence.aborted = true;
  }

  #session(rows: number, time: number): Promise<Session> {
    const key = `${rows}x${time}`;
    let session = this.#sessions.get(key);
    if (session === undefined) {
      const { logits, keys, values } = decodeStep(this.#config, parameterInputs(this.#config), rows, time);
      const outputs = Object.fromEntries([
        ["logits", logits],
        ...keys.map((k, layer) => [`newKeys.${layer}`, k] as const),
        ...values.map((v, layer) => [`newValues.${layer}`, v] as const),
      ]);
      session = Session.create(emit(outputs));
      this.#sessions.set(key, session);
    }
    return session;
  }
}

/** The token at a position of prompt and completion together. */
function tokenAt(sequence: Sequence, position: number): number {
  const { prompt } = sequence.request;
  return (position < prompt.length ? prompt[position] : sequence.tokens[position - prompt.length]) as number;
}
