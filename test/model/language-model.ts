/**
 * A language model of the AI SDK (specification v4) that answers with any model of Mull's, as a provider does: it takes the
 * stop string away and names it in its metadata, sends a stream in parts, and heeds the abort signal. It keeps what it was
 * asked.
 */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type { Completion, SampleRequest } from "../../src/core/completion.ts";
import type { Model } from "../../src/core/interfaces.ts";

export function languageModel(model: Model): LanguageModelV4 & { readonly asked: LanguageModelV4CallOptions[] } {
  const asked: LanguageModelV4CallOptions[] = [];
  const write = async (options: LanguageModelV4CallOptions, onToken?: (text: string) => void): Promise<Written> => {
    asked.push(options);
    const { abortSignal: signal } = options;
    const [completion] = await model.sample([requestOf(options)], {
      ...(signal === undefined ? {} : { signal }),
      ...(onToken === undefined ? {} : { onToken: (_: number, text: string) => onToken(text) }),
    });
    signal?.throwIfAborted();
    return asWritten(completion as Completion, options.stopSequences ?? []);
  };
  return {
    asked,
    ...{ specificationVersion: "v4", provider: "double", modelId: model.name, supportedUrls: {} },
    async doGenerate(options) {
      const { text, ...rest } = await write(options);
      return { content: [{ type: "text", text }], warnings: [], ...rest };
    },
    async doStream(options) {
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        async start(controller) {
          controller.enqueue({ type: "stream-start", warnings: [] });
          controller.enqueue({ type: "text-start", id: "0" });
          try {
            // The last word is held back: it may be a stop string, which a provider does not send.
            let sent = 0;
            let held = "";
            const send = (delta: string): void => {
              if (delta === "" || options.abortSignal?.aborted === true) return;
              controller.enqueue({ type: "text-delta", id: "0", delta });
              sent += delta.length;
            };
            const { text, ...rest } = await write(options, (word) => {
              send(held);
              held = `${sent + held.length === 0 ? "" : " "}${word.trim()}`;
            });
            send(text.slice(sent));
            controller.enqueue({ type: "text-end", id: "0" });
            controller.enqueue({ type: "finish", ...rest });
            controller.close();
          } catch (error) {
            controller.error(error);
          }
        },
      });
      return { stream };
    },
  };
}

type Written = { text: string } & Pick<LanguageModelV4GenerateResult, "usage" | "finishReason" | "providerMetadata">;

function asWritten({ text, finish, usage }: Completion, stops: readonly string[]): Written {
  const stop = finish === "stop" ? stops.find((word) => text.endsWith(word)) : undefined;
  return {
    text: stop === undefined ? text : text.slice(0, -stop.length),
    usage: usageOf(usage.promptTokens, usage.completionTokens),
    finishReason: reasonOf(finish, stop),
    providerMetadata: { double: { stopSequence: stop ?? null } },
  };
}

/** As a provider counts that neither caches nor reasons. */
export function usageOf(read: number | undefined, wrote: number | undefined): LanguageModelV4Usage {
  return {
    inputTokens: { total: read, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: wrote, text: undefined, reasoning: undefined },
  };
}

function reasonOf(finish: Completion["finish"], stop: string | undefined): LanguageModelV4FinishReason {
  if (finish === "length") return { unified: "length", raw: "max_tokens" };
  return { unified: "stop", raw: stop === undefined ? "end_turn" : "stop_sequence" };
}

function requestOf(options: LanguageModelV4CallOptions): SampleRequest {
  const { prompt, maxOutputTokens = 16, temperature, topP, seed = 0, stopSequences } = options;
  const [question, begun] = prompt.map(({ content }) =>
    typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(""),
  );
  return {
    ...{ prompt: question ?? "", maxTokens: maxOutputTokens, seed },
    ...(begun === undefined ? {} : { prefix: begun }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stopSequences === undefined ? {} : { stop: stopSequences }),
  };
}
