/**
 * A model that thinks in paragraphs, for checks of searches over steps: each of its completions is a function of the request
 * and of nothing else, begins with a word that says which request it answers, and takes a while.
 */

import { createHash } from "node:crypto";
import type { Completion, FinishReason, SampleRequest } from "../../src/core/completion.ts";
import type { Model, SampleOptions } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { systemClock } from "../../src/model/clock.ts";
import { eachRequest } from "../../src/model/each-request.ts";

/** Of a whole chain; the last states an answer, mostly. */
const PARAGRAPHS = 4;
const WORDS = ["so", "first", "then", "adding", "carrying", "hence", "that", "makes", "checking", "again"];

export class ParagraphModel implements Model {
  readonly name = "paragraphs";
  readonly #ms: (rng: Rng) => number;

  /** @param ms how long a completion takes */
  constructor(ms: (rng: Rng) => number) {
    this.#ms = ms;
  }

  sample(requests: readonly SampleRequest[], options: SampleOptions = {}): Promise<Completion[]> {
    return eachRequest(requests, options, async (request, { signal, onToken }) => {
      const rng = new Rng(request.seed).split(request.prompt, request.prefix ?? "");
      await systemClock.wait(this.#ms(rng.split("time")), signal);
      if (signal.aborted) return completion(request, [], "aborted");
      const { words, finish } = written(request, rng);
      for (const word of words) onToken?.(0, word);
      return completion(request, words, finish);
    });
  }
}

/** A word of letters for each request. */
export function markOf({ prompt, prefix = "", maxTokens, seed, stop = [] }: SampleRequest): string {
  const asked = JSON.stringify([prompt, prefix, maxTokens, seed, stop]);
  const digest = createHash("sha256").update(asked).digest().subarray(0, 12);
  return Array.from(digest, (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}

/** The paragraphs that the prefix has not got, as far as the request lets them be written; a word and what follows it is a token. */
function written(request: SampleRequest, rng: Rng): { words: string[]; finish: FinishReason } {
  const { prompt, prefix = "", maxTokens, stop = [] } = request;
  const [a = 0, b = 0] = (prompt.match(/\d+/g) ?? []).map(Number);
  const begun = prefix.split("\n\n").length - 1;
  const paragraphs = Array.from({ length: Math.max(1, PARAGRAPHS - begun) }, () =>
    Array.from({ length: 3 + rng.int(8) }, () => rng.pick(WORDS)).join(" "),
  );
  const answer = a + b + (rng.bool(0.5) ? 0 : rng.int(3));
  if (rng.bool(0.9)) paragraphs[paragraphs.length - 1] += ` it is \\boxed{${answer}}`;
  const words = `${markOf(request)} ${paragraphs.join("\n\n")}`.match(/\S+\s*/g) ?? [];
  for (const [i, word] of words.entries()) {
    if (stop.some((end) => word.includes(end))) return { words: words.slice(0, i + 1), finish: "stop" };
    if (i + 1 >= maxTokens && i + 1 < words.length) return { words: words.slice(0, i + 1), finish: "length" };
  }
  return { words, finish: "end" };
}

function completion(
  { prompt, prefix = "" }: SampleRequest,
  words: readonly string[],
  finish: FinishReason,
): Completion {
  const promptTokens = `${prompt} ${prefix}`.match(/\S+/g)?.length ?? 0;
  return { text: words.join(""), finish, usage: { promptTokens, completionTokens: words.length } };
}
