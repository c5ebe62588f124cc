/**
 * What every Model keeps: one completion for each request, in their order and whatever stands beside it; one seed, one
 * chain; budgets, stops and extensions exactly; a stream that adds up to the text; usage that adds up; an abort that
 * stops what is under way and keeps what was written; typed errors for what it cannot do.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Completion, SampleRequest } from "../../src/core/completion.ts";
import { MullError } from "../../src/core/errors.ts";
import type { Model } from "../../src/core/interfaces.ts";

export type ModelSubject = {
  /** A model that writes chains of several words, other ones for other seeds, of at most `maxWords`. */
  readonly make: () => Model | Promise<Model>;
  readonly close?: (model: Model) => Promise<void>;
  /** Lets the model's own time pass, where it has one. */
  readonly run?: <T>(work: Promise<T>) => Promise<T>;
  /** Prompts that it can read. */
  readonly prompts: readonly [string, string, ...string[]];
  /** A word that it can go on from. */
  readonly word: string;
  /** The words with which it ends by itself. */
  readonly ends: readonly string[];
  /** More tokens than its chains ever have. */
  readonly manyTokens: number;
  /** Whether it can be made to go on where it would end; one that cannot refuses. Default true. */
  readonly extends?: boolean;
  /** Requests that it must refuse, beside those that every model refuses. */
  readonly refused: readonly Partial<SampleRequest>[];
};

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
const texts = (completions: readonly Completion[]): string[] => completions.map(({ text }) => text);

/** Runs the suite. A token is a word in the models of this suite. */
export function modelContract(name: string, subject: ModelSubject): void {
  const { prompts, ends, word, manyTokens } = subject;
  const run = subject.run ?? (<T>(work: Promise<T>): Promise<T> => work);
  const ask = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
    prompt: prompts[seed % prompts.length] as string,
    maxTokens: manyTokens,
    seed,
    ...more,
  });

  describe(`model contract: ${name}`, () => {
    let model: Model;
    before(async () => {
      model = await subject.make();
    });
    after(async () => {
      await subject.close?.(model);
    });
    const sample: Model["sample"] = (requests, options) => run(model.sample(requests, options));
    const one = async (request: SampleRequest): Promise<Completion> => {
      const [completion, ...others] = await sample([request]);
      assert.ok(completion !== undefined && others.length === 0, "one completion for one request");
      return completion;
    };
    /** A chain of at least `length` words that the model ended by itself. */
    const ended = async (length: number): Promise<{ request: SampleRequest; chain: string[] }> => {
      const requests = Array.from({ length: 32 }, (_, seed) => ask(seed));
      const completions = await sample(requests);
      const at = completions.findIndex(({ finish, text }) => finish === "end" && words(text).length >= length);
      assert.ok(at >= 0, `none of 32 chains has ${length} words and ends by itself`);
      return { request: requests[at] as SampleRequest, chain: words(completions[at]?.text ?? "") };
    };

    test("it has a name", () => assert.ok(model.name.length > 0));

    test("no requests, no completions", async () => assert.deepEqual(await sample([]), []));

    test("completions come in the order of the requests, each as it would come alone", async () => {
      const requests = Array.from({ length: 9 }, (_, seed) => ask(seed, { maxTokens: 24 }));
      const together = await sample(requests);
      assert.equal(together.length, requests.length);
      for (const [i, request] of requests.slice(0, 5).entries()) {
        const alone = await one(request);
        assert.equal(together[i]?.text, alone.text);
        assert.deepEqual(together[i]?.tokens, alone.tokens);
        assert.deepEqual(together[i]?.logprobs, alone.logprobs);
        assert.equal(together[i]?.finish, alone.finish);
      }
    });

    test("one seed, one chain; other seeds, other chains", async () => {
      const requests = Array.from({ length: 16 }, (_, seed) => ask(seed, { prompt: prompts[0], maxTokens: 24 }));
      const first = texts(await sample(requests));
      assert.deepEqual(texts(await sample(requests)), first);
      assert.deepEqual(texts(await sample(requests.toReversed())), first.toReversed());
      assert.ok(new Set(first).size > 8, `${new Set(first).size} different chains of 16 seeds`);
    });

    test("greedy sampling does not depend on the seed", async () => {
      const requests = [1, 2, 3].map((seed) => ask(seed, { prompt: prompts[0], maxTokens: 8, temperature: 0 }));
      assert.equal(new Set(texts(await sample(requests))).size, 1);
    });

    test("a chain that the model ends by itself ends with one of its words", async () => {
      const { chain } = await ended(1);
      assert.ok(ends.includes(chain.at(-1) as string), `ends with ${chain.at(-1)}`);
      assert.ok(!chain.slice(0, -1).some((each) => ends.includes(each)));
    });

    test("maxTokens cuts a chain off and changes nothing before", async () => {
      const { request, chain } = await ended(6);
      const budgets = [1, 2, 5, chain.length - 1, chain.length, chain.length + 1];
      const completions = await sample(budgets.map((maxTokens) => ({ ...request, maxTokens })));
      for (const [i, maxTokens] of budgets.entries()) {
        assert.deepEqual(words(completions[i]?.text ?? ""), chain.slice(0, maxTokens));
        assert.equal(completions[i]?.finish, maxTokens < chain.length ? "length" : "end");
      }
    });

    test("a stop word ends the chain and stays in the text", async () => {
      const { request, chain } = await ended(6);
      const stops = [...new Set(chain.slice(0, -1))];
      const completions = await sample(stops.map((stop) => ({ ...request, stop: [stop] })));
      for (const [i, stop] of stops.entries()) {
        assert.equal(completions[i]?.text, chain.slice(0, chain.indexOf(stop) + 1).join(" "));
        assert.equal(completions[i]?.finish, "stop");
      }
      const [early, late] = [chain[1] as string, chain[4] as string];
      const both = await one({ ...request, stop: [late, early] });
      assert.ok(both.text === chain.slice(0, Math.min(chain.indexOf(early), chain.indexOf(late)) + 1).join(" "));
    });

    test("an extension replaces the model's end, and the chain goes on", async () => {
      if (subject.extends === false) {
        const forced = ask(1, { extend: { end: ends[0] as string, continuation: word } });
        await assert.rejects(one(forced), { code: "input", message: /go on/ });
        return;
      }
      const { request, chain } = await ended(3);
      const end = chain.at(-1) as string;
      const extend = { end, continuation: `${word} ${word}` };
      const kept = chain.slice(0, -1);
      for (const more of [1, 2, 3, 40]) {
        const { text, finish } = await one({ ...request, extend, maxTokens: kept.length + more });
        assert.deepEqual(words(text).slice(0, kept.length), kept);
        assert.deepEqual(words(text).slice(kept.length, kept.length + 2), [word, word].slice(0, more));
        assert.ok(words(text).length <= kept.length + more);
        assert.ok(!words(text).includes(end));
        if (finish === "length") assert.equal(words(text).length, kept.length + more);
        else assert.equal(finish, "end");
      }
      const unused = await one({ ...request, extend: { end: word, continuation: word }, maxTokens: 1 });
      assert.equal(unused.text, chain[0] === word ? word : chain[0]);
    });

    test("a prefix is what the model goes on from, not what it wrote", async () => {
      const plain = await one(ask(1, { maxTokens: 6 }));
      const { text, usage } = await one(ask(1, { prefix: `${word} ${word}`, maxTokens: 6 }));
      assert.equal(words(text).length, usage.completionTokens);
      assert.equal(usage.promptTokens, plain.usage.promptTokens + 2);
    });

    test("the stream adds up to the text", async () => {
      const requests = Array.from({ length: 6 }, (_, seed) => ask(seed, { maxTokens: 30 }));
      const streamed = requests.map(() => "");
      const completions = await sample(requests, {
        onToken: (i, piece) => {
          streamed[i] += piece;
        },
      });
      assert.deepEqual(
        streamed.map((text) => text.trim()),
        texts(completions),
      ); // spaces at the ends may differ
    });

    test("usage counts every token once", async () => {
      const requests = Array.from({ length: 12 }, (_, seed) => ask(seed, { maxTokens: 20 }));
      for (const { text, tokens, logprobs, usage } of await sample(requests)) {
        assert.equal(usage.completionTokens, words(text).length);
        if (tokens !== undefined) assert.equal(tokens.length, usage.completionTokens);
        if (logprobs !== undefined) {
          assert.equal(logprobs.length, usage.completionTokens);
          assert.ok(logprobs.every((logprob) => logprob <= 0));
        }
        assert.ok(usage.promptTokens > 0);
        if (usage.flops !== undefined) assert.ok(usage.flops > 0);
      }
    });

    test("an abort beforehand writes nothing", async () => {
      const completions = await sample([ask(1), ask(2)], { signal: AbortSignal.abort() });
      assert.deepEqual(texts(completions), ["", ""]);
      for (const { finish, usage } of completions) {
        assert.equal(finish, "aborted");
        assert.equal(usage.completionTokens, 0);
      }
    });

    test("an abort stops what is under way and keeps what was written", async () => {
      const requests = Array.from({ length: 24 }, (_, seed) => ask(seed));
      const whole = await sample(requests);
      const stop = new AbortController();
      const cut = await sample(requests, { signal: stop.signal, onToken: () => stop.abort() });
      assert.equal(cut.length, requests.length);
      assert.ok(cut.some(({ finish }) => finish === "aborted"));
      for (const [i, { text, finish, usage }] of cut.entries()) {
        assert.equal(usage.completionTokens, words(text).length);
        if (finish === "aborted") assert.ok(`${whole[i]?.text} `.startsWith(text === "" ? "" : `${text} `));
        else assert.equal(text, whole[i]?.text);
      }
      assert.deepEqual(texts(await sample(requests.slice(0, 3))), texts(whole.slice(0, 3)), "it works on afterwards");
    });

    test("a bad request is refused with a typed error, and the model works on", async () => {
      const everywhere: Partial<SampleRequest>[] = [
        { maxTokens: 0 },
        { maxTokens: -1 },
        { maxTokens: Number.NaN },
        { temperature: -1 },
        { temperature: Number.NaN },
        { topP: 0 },
        { topP: 1.5 },
        { topP: Number.NaN },
      ];
      for (const bad of [...everywhere, ...subject.refused]) {
        let streamed = 0;
        const work = sample([ask(1, { maxTokens: 3 }), ask(2, bad)], { onToken: () => streamed++ });
        await assert.rejects(work, (error) => {
          assert.ok(error instanceof MullError, `${JSON.stringify(bad)}: ${error}`);
          assert.equal(error.code, "input");
          return true;
        });
        assert.equal(streamed, 0, "a call is refused before anything of it is written");
      }
      assert.equal((await sample([ask(1, { maxTokens: 1 })])).length, 1);
    });
  });
}
