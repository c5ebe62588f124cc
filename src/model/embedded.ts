/** The transformer that Mull carries, as a Model: words to tokens, the engine's decoder, and tokens back to words. */

import type { Completion, SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import { decodeFlops } from "../core/flops.ts";
import type { Model, SampleOptions } from "../core/interfaces.ts";
import type { WordLevelTokenizer } from "../core/tokenizer.ts";
import type { DecodeRequest, DecodeResult } from "../engine/decoder.ts";
import type { Engine } from "../engine/engine.ts";
import { checkRequest } from "./check-request.ts";

export class EmbeddedModel implements Model {
  readonly name: string;
  readonly engine: Engine;
  readonly tokenizer: WordLevelTokenizer;

  constructor(engine: Engine, tokenizer: WordLevelTokenizer, name = "local") {
    this.name = name;
    this.engine = engine;
    this.tokenizer = tokenizer;
  }

  /**
   * Stop strings and extensions are words of the vocabulary. `tokens` and `logprobs` always come back; `usage.flops` is
   * what was computed, a prompt that several requests share counted once.
   *
   * A prefix that fills the context is gone on with by nothing: an empty completion, `length`.
   *
   * @throws MullError `input` for a word outside the vocabulary, a prompt that leaves no room, or a bad option.
   */
  async sample(requests: readonly SampleRequest[], options: SampleOptions = {}): Promise<Completion[]> {
    const decodes = requests.map((request) => this.#toDecode(request));
    const open = decodes.flatMap(({ prompt }, i) => (prompt.length < this.engine.config.maxPositions ? [i] : []));
    const { signal, onToken } = options;
    const results = await this.engine.decode(
      open.map((i) => decodes[i] as DecodeRequest),
      {
        ...(signal === undefined ? {} : { signal }),
        ...(onToken === undefined
          ? {}
          : { onToken: (k, id) => onToken(open[k] as number, `${this.tokenizer.decode([id])} `) }),
      },
    );
    const completions = decodes.map(({ prompt }): Completion => full(prompt));
    for (const [k, i] of open.entries()) {
      completions[i] = this.#toCompletion(decodes[i] as DecodeRequest, results[k] as DecodeResult);
    }
    return completions;
  }

  /** `<bos>`, the prompt and the prefix, as the model reads them. */
  encode(prompt: string, prefix = ""): number[] {
    return [this.tokenizer.bos, ...this.tokenizer.encode(prompt), ...this.tokenizer.encode(prefix)];
  }

  #toDecode(request: SampleRequest): DecodeRequest {
    const { maxTokens, temperature = 1, topP = 1, seed, stop = [], extend } = request;
    checkRequest(request);
    const prompt = this.encode(request.prompt, request.prefix);
    const asked = prompt.length - this.tokenizer.encode(request.prefix ?? "").length;
    const { maxPositions } = this.engine.config;
    if (asked >= maxPositions) {
      throw new MullError("input", `a prompt of ${asked} tokens leaves no room in ${maxPositions} positions`);
    }
    return {
      prompt,
      maxTokens: Math.floor(maxTokens),
      temperature,
      topP,
      seed,
      endIds: this.tokenizer.eosIds,
      remember: stop.length > 0 || request.prefix !== undefined,
      stopIds: stop.map((word) => this.#word(word)),
      ...(extend === undefined
        ? {}
        : { extend: { end: this.#word(extend.end), continuation: this.tokenizer.encode(extend.continuation) } }),
    };
  }

  #word(text: string): number {
    const ids = this.tokenizer.encode(text);
    if (ids.length !== 1) throw new MullError("input", `${JSON.stringify(text)} must be one word of the vocabulary`);
    return ids[0] as number;
  }

  #toCompletion({ prompt }: DecodeRequest, { tokens, logprobs, finish, prefilled }: DecodeResult): Completion {
    let flops = 0;
    const from = prompt.length - Math.max(prefilled, 1);
    for (let position = from; position < prompt.length + tokens.length - 1; position++) {
      flops += decodeFlops(this.engine.config, position);
    }
    return {
      text: this.tokenizer.decode(tokens),
      tokens,
      logprobs,
      finish,
      usage: { promptTokens: prompt.length, completionTokens: tokens.length, flops },
    };
  }
}

/** Of a prefix that leaves no room. */
function full(prompt: readonly number[]): Completion {
  const usage = { promptTokens: prompt.length, completionTokens: 0, flops: 0 };
  return { text: "", tokens: [], logprobs: [], finish: "length", usage };
}
