/** The OpenAI protocol as far as Mull speaks it: what is asked, what is read, and nothing that is not checked. */

import { z } from "zod";
import type { Completion, FinishReason, SampleRequest } from "../../core/completion.ts";
import { LIMITS } from "../../core/limits.ts";
import { estimateTokens } from "../estimate-tokens.ts";

export type Api = "chat" | "completions";

const text = z.string().max(LIMITS.completionChars);
const count = z.number().int().nonnegative();
const usageCounts = z.object({ prompt_tokens: count, completion_tokens: count.default(0) });
const finishReason = z.string().max(100).nullish();
/** vLLM's and SGLang's word on which string or token stopped a chain; null where the model ended by itself. */
const reasonToStop = z.union([z.string(), z.number()]).nullish();
const chatLogprobs = z.object({ content: z.array(z.object({ logprob: z.number() })).nullish() }).nullish();
const textLogprobs = z.object({ token_logprobs: z.array(z.number().nullable()).nullish() }).nullish();

const choice = z.object({
  message: z.object({ content: text.nullish() }).optional(),
  text: text.optional(),
  finish_reason: finishReason,
  stop_reason: reasonToStop,
  logprobs: z.union([chatLogprobs, textLogprobs]).optional(),
});

export const replySchema = z.object({ choices: z.array(choice).min(1), usage: usageCounts.nullish() });

/** One event of a stream. */
export const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: text.nullish() }).optional(),
      text: text.optional(),
      finish_reason: finishReason,
      stop_reason: reasonToStop,
    }),
  ),
  usage: usageCounts.nullish(),
});

export const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string().max(1000), owned_by: z.string().max(1000).nullish() })).max(100_000),
});

export const errorSchema = z.object({
  error: z.union([z.string(), z.object({ message: z.string() })]).optional(),
  message: z.string().optional(),
  /** FastAPI's, of which many servers are made; a list where a field of the request is at fault. */
  detail: z.string().optional().catch(undefined),
});

/** What a server calls a field otherwise, by the usual name; null for a field that it refuses. */
export type FieldNames = Readonly<Record<string, string | null>>;

/** The body of a call for one completion. A prefix is an assistant message left open: the server must be one that goes on. */
export function bodyOf(
  request: SampleRequest,
  { api, model, stream }: { api: Api; model: string; stream: boolean },
): Record<string, unknown> {
  const { prompt, prefix = "", maxTokens, temperature = 1, topP = 1, seed, stop = [] } = request;
  const common = {
    model,
    max_tokens: Math.floor(maxTokens),
    temperature,
    top_p: topP,
    seed,
    ...(stop.length === 0 ? {} : { stop }),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  if (api === "completions") return { ...common, prompt: `${prompt}${prefix}` };
  const messages = [{ role: "user", content: prompt }];
  if (prefix === "") return { ...common, messages };
  return {
    ...common,
    messages: [...messages, { role: "assistant", content: prefix }],
    ...{ continue_final_message: true, add_generation_prompt: false },
  };
}

/** What a reply says of one completion, whether it came whole or in a stream. */
export type Written = {
  readonly text: string;
  readonly finish: string | null | undefined;
  readonly stopReason: string | number | null | undefined;
  readonly usage: z.infer<typeof usageCounts> | null | undefined;
  readonly logprobs?: readonly number[];
  /** Pieces of a stream: a server sends a token at a time, as a rule. */
  readonly pieces?: number;
};

export function readReply(reply: z.infer<typeof replySchema>): Written {
  const { message, text: plain, finish_reason, stop_reason, logprobs } = reply.choices[0] as z.infer<typeof choice>;
  const numbers = logprobsOf(logprobs);
  return {
    text: message?.content ?? plain ?? "",
    finish: finish_reason,
    stopReason: stop_reason,
    usage: reply.usage,
    ...(numbers === undefined ? {} : { logprobs: numbers }),
  };
}

function logprobsOf(logprobs: z.infer<typeof choice>["logprobs"]): number[] | undefined {
  if (logprobs === undefined || logprobs === null) return undefined;
  if ("content" in logprobs) return logprobs.content?.map(({ logprob }) => logprob);
  if (!("token_logprobs" in logprobs)) return undefined;
  const numbers = logprobs.token_logprobs ?? [];
  return numbers.every((number) => number !== null) ? numbers : undefined;
}

/**
 * A completion in Mull's words. The string that stopped a chain is kept in its text, as everywhere in Mull, where the
 * server says which it was; one that strips it and says nothing leaves a chain that looks ended.
 *
 * @param aborted the signal came before the end
 */
export function completionOf(written: Written, request: SampleRequest, aborted: boolean): Completion {
  const { stop = [] } = request;
  const { stopReason, usage: counted } = written;
  const stopped = typeof stopReason === "string" && stop.includes(stopReason) ? stopReason : undefined;
  const kept = stop.find((word) => written.text.endsWith(word));
  const finish: FinishReason = aborted
    ? "aborted"
    : written.finish === "length"
      ? "length"
      : (stopped ?? kept) === undefined
        ? "end"
        : "stop";
  const full = stopped === undefined || written.text.endsWith(stopped) ? written.text : `${written.text}${stopped}`;
  return {
    text: full,
    ...(written.logprobs === undefined ? {} : { logprobs: written.logprobs }),
    finish,
    usage: {
      promptTokens: counted?.prompt_tokens ?? estimateTokens(`${request.prompt}${request.prefix ?? ""}`),
      completionTokens: counted?.completion_tokens ?? written.pieces ?? estimateTokens(full),
      ...(counted === null || counted === undefined ? { estimated: true } : {}),
    },
  };
}
