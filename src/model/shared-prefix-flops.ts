/**
 * FLOPs as a function of what is asked. An embedded model counts what it computed, and what it finds kept of a prefix depends
 * on what else it has been writing. This counts as if nothing that was asked through it were ever computed twice: a token is
 * paid for when it is first read after those before it, and whenever it is written. So the same search costs the same,
 * whatever runs beside it.
 */

import type { Completion } from "../core/completion.ts";
import { decodeFlops } from "../core/flops.ts";
import type { Model } from "../core/interfaces.ts";
import type { EmbeddedModel } from "./embedded.ts";

/** Tokens that have been read, as a tree. */
type Read = Map<number, Read>;

/**
 * For one problem: make another for the next.
 *
 * @example
 * import { openModel } from "./open.ts";
 * const embedded = await openModel("base", { threads: 1 });
 * const model = sharedPrefixFlops(embedded);
 * const ask = { prompt: "3 7 8 2 = 24", maxTokens: 1, seed: 1 };
 * const [first] = await model.sample([ask]);
 * const [again] = await model.sample([ask]);
 * await embedded.engine.close();
 * first!.usage.flops! > again!.usage.flops!; // true: the prompt is read once
 */
export function sharedPrefixFlops(model: EmbeddedModel): Model {
  const read: Read = new Map();
  const { config } = model.engine;

  const flopsOf = (prompt: readonly number[], written: readonly number[]): number => {
    // The last token of a prompt is read by each request; what it gives is the first that is written.
    const known = Math.min(readOn(read, prompt), prompt.length - 1);
    let flops = 0;
    for (let at = known; at < prompt.length + written.length - 1; at++) flops += decodeFlops(config, at);
    readOn(read, [...prompt, ...written.slice(0, -1)]);
    return flops;
  };

  return {
    name: model.name,
    async sample(requests, options) {
      const completions = await model.sample(requests, options);
      return completions.map((completion, i): Completion => {
        const { prompt = "", prefix } = requests[i] ?? {};
        const tokens = completion.tokens ?? [];
        const flops = tokens.length === 0 ? 0 : flopsOf(model.encode(prompt, prefix), tokens);
        return { ...completion, usage: { ...completion.usage, flops } };
      });
    },
  };
}

/** Puts the tokens into the tree; how many of them were there. */
function readOn(read: Read, tokens: readonly number[]): number {
  let known = 0;
  let node = read;
  for (const token of tokens) {
    let next = node.get(token);
    if (next === undefined) {
      next = new Map();
      node.set(token, next);
    } else known++;
    node = next;
  }
  return known;
}
