/**
 * Any language model of the AI SDK (provider specification v4), so that each of its providers is a model here. One call a
 * completion; it neither waits nor repeats: `limited` and `retried` around it do.
 *
 * The specification does not say which string stopped a chain, and most providers take it away. It is put back where the
 * provider names it in its metadata (Anthropic, Bedrock), or says that it was a stop string and there is only one; else the
 * chain looks ended. A provider that warns that it does not heed stop strings is read to the first of them.
 */

import type { LanguageModelV4, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { type Completion, NOT_SENT, type SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model } from "../core/interfaces.ts";
import { callFailure } from "./ai-sdk/failure.ts";
import { completionOf, extend, finishOf, strippedStop, type Written } from "./ai-sdk/written.ts";
import { checkRequest } from "./check-request.ts";
import { eachRequest } from "./each-request.ts";
import { ServerError } from "./server-error.ts";

export type AiSdkOptions = {
  /** A name for reports. Default: the model's id. */
  readonly name?: string;
  /** The provider goes on with an assistant message that ends the prompt; one that does not would begin anew, unseen. */
  readonly continues?: boolean;
  /** The longest that one call may take, ms. Default 10 minutes. */
  readonly timeoutMs?: number;
  /** Goes with every call. */
  readonly settings?: Pick<LanguageModelV4CallOptions, "headers" | "providerOptions" | "reasoning">;
  /** Told once of each thing that the provider warns of, such as a seed that it does not take. */
  readonly onWarning?: (warning: string) => void;
  /** What no error may repeat, such as the provider's key; what looks like a key is taken out anyway. */
  readonly secrets?: readonly string[];
};

/** What `sample` asks for, and how it may be stopped. */
type Call = { readonly options: LanguageModelV4CallOptions; readonly signal: AbortSignal };

/**
 * Stop strings, seeds and temperatures apply as far as the provider takes them; `onWarning` says what it does not take.
 * Only text is read: a provider's hidden reasoning counts in `usage` and is not in the chain.
 *
 * @throws MullError `usage` for a model of another version of the specification
 * @example
 * import type { LanguageModelV4 } from "@ai-sdk/provider";
 * const four: LanguageModelV4 = { // or anthropic("claude-..."), google("gemini-..."), ...
 *   ...{ specificationVersion: "v4", provider: "example", modelId: "four", supportedUrls: {} },
 *   doGenerate: async () => ({
 *     content: [{ type: "text", text: "2 + 2 is four" }],
 *     finishReason: { unified: "stop", raw: "end_turn" },
 *     usage: {
 *       inputTokens: { total: 5, noCache: 5, cacheRead: 0, cacheWrite: 0 },
 *       outputTokens: { total: 5, text: 5, reasoning: 0 },
 *     },
 *     warnings: [],
 *   }),
 *   doStream: async () => ({ stream: new ReadableStream() }),
 * };
 * const [completion] = await aiSdkModel(four).sample([{ prompt: "2 + 2?", seed: 1, maxTokens: 16 }]);
 * completion?.text; // "2 + 2 is four"
 */
export function aiSdkModel(model: LanguageModelV4, options: AiSdkOptions = {}): Model {
  const { provider, modelId, specificationVersion } = model;
  const { name = modelId, continues = false, timeoutMs = 600_000, settings = {}, onWarning } = options;
  const where = `${provider} ${modelId}`;
  if ((specificationVersion as string) !== "v4") {
    throw new MullError("usage", `${where} speaks the AI SDK's specification ${specificationVersion}, expected v4`, {
      hint: "install the provider's package for AI SDK 7",
    });
  }
  // A short header is a word like others.
  const headers = Object.values(settings.headers ?? {}).filter((value) => (value?.length ?? 0) >= 8);
  const secrets = [...(options.secrets ?? []), ...headers];
  const warned = new Set<string>();

  const heed = (written: Written, warnings: readonly SharedV4Warning[]): void => {
    for (const warning of warnings) {
      if (warning.type === "unsupported" && /^stop/i.test(warning.feature)) written.heedless = true;
      const said = wordsOf(warning);
      if (!warned.has(said)) onWarning?.(said);
      warned.add(said);
    }
  };

  const generate = async (
    written: Written,
    { options: asked, signal }: Call,
    stop: readonly string[],
  ): Promise<void> => {
    const result = await unlessAborted(model.doGenerate(asked), signal);
    heed(written, result.warnings);
    written.finish = result.finishReason;
    written.usage = result.usage;
    written.metadata = result.providerMetadata;
    for (const part of result.content) if (part.type === "text") extend(written, part.text, stop, where);
  };

  const stream = async (
    written: Written,
    { options: asked, signal }: Call,
    stop: readonly string[],
    tell: (text: string) => void,
  ): Promise<void> => {
    const reader = (await unlessAborted(model.doStream(asked), signal)).stream.getReader();
    try {
      while (written.finish === undefined && written.cut !== true) {
        signal.throwIfAborted(); // what is queued is not read any more
        const { done, value: part } = await unlessAborted(reader.read(), signal);
        if (done) throw unfinished(where);
        if (part.type === "error") throw callFailure(part.error, where, secrets, { inStream: true });
        if (part.type === "stream-start") heed(written, part.warnings);
        if (part.type === "text-delta") {
          const piece = extend(written, part.delta, stop, where);
          if (piece !== "") written.pieces = (written.pieces ?? 0) + 1;
          if (piece !== "") tell(piece);
        }
        if (part.type === "finish") {
          written.finish = part.finishReason;
          written.usage = part.usage;
          written.metadata = part.providerMetadata;
        }
      }
    } finally {
      reader.cancel().catch(() => {}); // not waited for: a provider may take its time
    }
  };

  const complete = async (
    request: SampleRequest,
    signal: AbortSignal,
    tell: ((text: string) => void) | undefined,
  ): Promise<Completion> => {
    if (signal.aborted) return NOT_SENT;
    const { stop = [] } = request;
    const written: Written = { text: "" };
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, timeout]);
    const call = { options: { ...settings, ...callOf(request), abortSignal: either }, signal: either };
    try {
      await (tell === undefined ? generate(written, call, stop) : stream(written, call, stop, tell));
      const { unified } = written.finish ?? {};
      if (unified === "interrupted") throw unfinished(where);
      if (unified === "error") throw callFailure("the provider failed", where, secrets, { inStream: true });
    } catch (error) {
      if (signal.aborted) return written.text === "" ? NOT_SENT : completionOf(written, request, "aborted");
      if (timeout.aborted) throw tooLate(where, timeoutMs);
      throw callFailure(error, where, secrets);
    }
    const stripped = strippedStop(written, stop);
    if (stripped !== undefined) {
      written.text += stripped;
      tell?.(stripped);
    }
    return completionOf(written, request, finishOf(written, stop));
  };

  return {
    name,
    async sample(requests, asked = {}) {
      for (const request of requests) check(request, continues, where);
      return eachRequest(requests, asked, (request, { signal, onToken }) =>
        complete(request, signal, onToken && ((text) => onToken(0, text))),
      );
    },
  };
}

function check(request: SampleRequest, continues: boolean, where: string): void {
  checkRequest(request);
  if (request.extend !== undefined) {
    throw new MullError("input", "a provider cannot be made to go on where its model ends", {
      hint: "force the budget by a strategy that asks again with a prefix",
    });
  }
  if (!continues && (request.prefix ?? "") !== "") {
    throw new MullError("model", `${where} is not known to go on with a chain that was begun`, {
      hint: "say continues: true where the provider goes on with an assistant message, or use a strategy that samples whole chains",
    });
  }
}

/** `topP` goes along only where it cuts: some providers refuse it beside a temperature. */
function callOf(request: SampleRequest): LanguageModelV4CallOptions {
  const { prompt, prefix = "", maxTokens, temperature = 1, topP = 1, seed, stop = [] } = request;
  return {
    prompt: [
      { role: "user", content: [{ type: "text", text: prompt }] },
      ...(prefix === "" ? [] : [{ role: "assistant" as const, content: [{ type: "text" as const, text: prefix }] }]),
    ],
    maxOutputTokens: Math.floor(maxTokens),
    temperature,
    seed,
    ...(topP < 1 ? { topP } : {}),
    ...(stop.length === 0 ? {} : { stopSequences: [...stop] }),
  };
}

function wordsOf(warning: SharedV4Warning): string {
  if (warning.type === "other") return warning.message;
  if (warning.type === "deprecated") return `${warning.setting}: ${warning.message}`;
  const what = warning.type === "unsupported" ? "is not supported" : "is supported in part";
  return `${warning.feature} ${what}${warning.details === undefined ? "" : `: ${warning.details}`}`;
}

function unfinished(where: string): ServerError {
  return new ServerError(`${where}: the stream ended before the completion did`, {
    ...{ retryable: true, mayHaveRun: true },
  });
}

function tooLate(where: string, timeoutMs: number): ServerError {
  return new ServerError(`${where} gave no answer in ${timeoutMs / 1000} s`, { retryable: true, mayHaveRun: true });
}

/** What `work` gives; fails as soon as the signal aborts, whether or not the provider heeds it. */
async function unlessAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
