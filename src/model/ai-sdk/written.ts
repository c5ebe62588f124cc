/** What comes of a call through the AI SDK, as it is written: its text up to a stop string, how it ended, and its tokens. */

import type { LanguageModelV4FinishReason, LanguageModelV4Usage, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { Completion, FinishReason, SampleRequest, Usage } from "../../core/completion.ts";
import { LIMITS } from "../../core/limits.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import { ServerError } from "../server-error.ts";

/** What is known of a completion that is being written. */
export type Written = {
  text: string;
  /** Of a stream: a provider sends a token at a time, as a rule. */
  pieces?: number;
  finish?: LanguageModelV4FinishReason;
  usage?: LanguageModelV4Usage;
  metadata?: SharedV4ProviderMetadata | undefined;
  /** The provider does not stop at stop strings. */
  heedless?: boolean;
  /** It was read to a stop string only. */
  cut?: boolean;
};

/** Adds a piece, up to the first stop string where the provider reads over them; what was added. */
export function extend(written: Written, piece: string, stop: readonly string[], where: string): string {
  if (written.cut === true) return "";
  const before = written.text.length;
  written.text += piece;
  if (written.heedless === true) {
    const ends = stop.flatMap((word) => {
      const at = written.text.indexOf(word, Math.max(0, before - word.length + 1));
      return at === -1 ? [] : [at + word.length];
    });
    written.cut = ends.length > 0;
    written.text = written.text.slice(0, Math.min(...ends, written.text.length));
  }
  if (written.text.length > LIMITS.completionChars) {
    throw new ServerError(`${where}: the completion is longer than ${LIMITS.completionChars} characters`, {
      ...{ retryable: false, mayHaveRun: true },
    });
  }
  return written.text.slice(before);
}

/** The stop string that the provider took away, as far as it says which. */
export function strippedStop(
  { text, finish, metadata = {}, cut }: Written,
  stop: readonly string[],
): string | undefined {
  if (cut === true || finish?.unified !== "stop" || stop.some((word) => text.endsWith(word))) return undefined;
  const named = Object.values(metadata).map((own) => own["stopSequence"]);
  const known = stop.find((word) => named.includes(word));
  const only = stop.length === 1 && /stop_?sequence/i.test(finish.raw ?? "") ? stop[0] : undefined;
  return known ?? only;
}

export function finishOf({ text, finish, cut }: Written, stop: readonly string[]): FinishReason {
  if (cut === true) return "stop";
  if (finish?.unified === "length") return "length";
  return stop.some((word) => text.endsWith(word)) ? "stop" : "end";
}

export function completionOf(written: Written, request: SampleRequest, finish: FinishReason): Completion {
  return { text: written.text, finish, usage: usageOf(written, request) };
}

/** Both counts are the provider's, or the usage is an estimate. */
function usageOf({ text, pieces, usage }: Written, { prompt, prefix = "" }: SampleRequest): Usage {
  const { inputTokens: read, outputTokens: wrote } = usage ?? {};
  const promptTokens = counted(read?.total) ?? sum([read?.noCache, read?.cacheRead, read?.cacheWrite]);
  const completionTokens = counted(wrote?.total) ?? sum([wrote?.text, wrote?.reasoning]);
  return {
    promptTokens: promptTokens ?? estimateTokens(`${prompt}${prefix}`),
    completionTokens: completionTokens ?? pieces ?? estimateTokens(text),
    ...(promptTokens === undefined || completionTokens === undefined ? { estimated: true } : {}),
  };
}

/** Of what was counted; undefined where nothing was. */
function sum(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.map(counted).filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0);
}

/** A provider's count, where it is one. */
function counted(count: number | undefined): number | undefined {
  return Number.isSafeInteger(count) && (count as number) >= 0 ? count : undefined;
}
