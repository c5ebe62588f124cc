/**
 * A model that writes what it is told: the test double for everything that uses a `Model`.
 *
 * A script maps a request to the words of its chain, so the completion is exact and depends on the request alone. The
 * rest is a real model's behaviour: chains are written word by word and side by side, `maxTokens`, stop words and
 * extensions apply, words can take time on a clock that is passed in, and a chain can fail on the way.
 */

import type { Completion, FinishReason, SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model, SampleOptions } from "../core/interfaces.ts";
import { checkRequest } from "./check-request.ts";
import { eachRequest } from "./each-request.ts";

export type ScriptedReply = {
  /** The words after the prefix, separated by whitespace; a word is a token. The chain ends after the last. */
  readonly text: string;
  /** Time before each word, ms. */
  readonly wordMs?: number;
  /** After the last word the call fails with this. */
  readonly fault?: Error;
};

/** @param index the request's place in its call */
export type Script = (request: SampleRequest, index: number) => string | ScriptedReply;

export type ScriptedOptions = {
  readonly name?: string;
  /** Words with which a chain ends even where the script goes on; kept in the text. */
  readonly ends?: readonly string[];
  /** Lets `ms` pass, or returns early when the signal aborts. Default: no time passes. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * @example
 * const model = new ScriptedModel((request) => (request.seed === 1 ? "3 + 7 =10 give-up" : "solved"));
 * const [completion] = await model.sample([{ prompt: "3 7 = 10", seed: 1, maxTokens: 3 }]);
 * completion?.text; // "3 + 7"
 */
export class ScriptedModel implements Model {
  readonly name: string;
  readonly #script: Script;
  readonly #ends: readonly string[];
  readonly #wait: NonNullable<ScriptedOptions["wait"]>;

  constructor(script: Script, options: ScriptedOptions = {}) {
    this.#script = script;
    this.name = options.name ?? "scripted";
    this.#ends = options.ends ?? [];
    this.#wait = options.wait ?? (() => Promise.resolve());
  }

  /** @throws MullError `input` for a bad request, `model` for a script's fault that is no MullError itself. */
  async sample(requests: readonly SampleRequest[], options: SampleOptions = {}): Promise<Completion[]> {
    for (const request of requests) check(request);
    return eachRequest(requests, options, (request, { signal, onToken }, i) =>
      this.#write(request, i, signal, onToken),
    );
  }

  async #write(
    request: SampleRequest,
    index: number,
    signal: AbortSignal,
    onToken: SampleOptions["onToken"],
  ): Promise<Completion> {
    const { prompt, prefix = "", maxTokens, stop = [], extend } = request;
    const scripted = this.#script(request, index);
    const { text, wordMs = 0, fault } = typeof scripted === "string" ? { text: scripted } : scripted;
    const rest = words(text);
    let forced: string[] = [];
    const written: string[] = [];
    const done = (finish: FinishReason): Completion => ({
      text: written.join(" "),
      finish,
      usage: { promptTokens: words(`${prompt} ${prefix}`).length, completionTokens: written.length },
    });
    while (forced.length + rest.length > 0) {
      if (wordMs > 0) await this.#wait(wordMs, signal);
      if (signal.aborted) return done("aborted");
      let word = forced.shift();
      if (word === undefined) {
        word = rest.shift() as string;
        if (word === extend?.end) [word = "", ...forced] = words(extend.continuation);
      }
      written.push(word);
      onToken?.(0, `${word} `);
      if (this.#ends.includes(word)) return done("end");
      if (stop.includes(word)) return done("stop");
      if (written.length >= maxTokens) return done("length");
    }
    if (signal.aborted) return done("aborted");
    if (fault === undefined) return done("end");
    throw fault instanceof MullError ? fault : new MullError("model", fault.message, { cause: fault });
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function check(request: SampleRequest): void {
  checkRequest(request);
  const { extend } = request;
  if (extend !== undefined && words(extend.continuation).length === 0) {
    throw new MullError("input", "the continuation of an extension is empty, expected at least one word");
  }
}
