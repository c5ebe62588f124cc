/**
 * Any server that speaks the OpenAI protocol (vLLM, SGLang, llama.cpp, Ollama, hosted ones), one HTTP call a completion.
 * It neither waits nor repeats: `limited` and `retried` around it do.
 *
 * A step is continued (`prefix`) by `/v1/completions`, or in a chat by an assistant message that is left open. Servers
 * that cannot leave it open would begin another answer instead, unseen; so what a server can do is asked once
 * (`/v1/models` says whose it is), and a prefix that it cannot continue is an error that says so.
 */

import type { Completion, SampleRequest } from "../../core/completion.ts";
import { MullError } from "../../core/errors.ts";
import type { Model, SampleOptions } from "../../core/interfaces.ts";
import { checkRequest } from "../check-request.ts";
import { eachRequest, NOT_SENT } from "../each-request.ts";
import { ServerError } from "../server-error.ts";
import { readBody, readEvents } from "./body.ts";
import { failureOf, unreachable } from "./failure.ts";
import {
  type Api,
  bodyOf,
  chunkSchema,
  completionOf,
  modelsSchema,
  readReply,
  replySchema,
  type Written,
} from "./wire.ts";

export type OpenAIOptions = {
  /** Such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** The model's name on the server. */
  readonly model: string;
  /** Sent as a bearer token; it reaches no log and no error. */
  readonly apiKey?: string;
  /** Default `chat`. */
  readonly api?: Api;
  /** The longest that one call may take, ms. Default 10 minutes. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
};

export type Capabilities = {
  /** Who serves, as far as the server says. */
  readonly server: string;
  /** Whether a chain can be gone on with. */
  readonly continues: boolean;
};

/** Servers whose chat goes on with an assistant message that is left open. */
const CONTINUING = ["vllm", "sglang", "llamacpp", "transformers", "mull"];

export class OpenAIModel implements Model {
  readonly name: string;
  readonly #options: OpenAIOptions;
  readonly #fetch: typeof globalThis.fetch;
  #capabilities: Promise<Capabilities> | undefined;

  /** @throws MullError `usage` for a base URL that is none, or is no http(s) */
  constructor(options: OpenAIOptions) {
    const url = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new MullError("usage", `${options.baseUrl} is no address of a server`, {
        hint: "an address looks like http://127.0.0.1:8000/v1",
      });
    }
    this.name = options.model;
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch;
  }

  /** @throws ServerError for a call that failed; MullError `input` for a request that cannot be asked */
  async sample(requests: readonly SampleRequest[], options: SampleOptions = {}): Promise<Completion[]> {
    for (const request of requests) check(request);
    return eachRequest(requests, options, (request, { signal, onToken }) =>
      this.#complete(request, signal, onToken && ((text) => onToken(0, text))),
    );
  }

  /** What the server can do, asked once. */
  capabilities(): Promise<Capabilities> {
    this.#capabilities ??= this.#ask("models", undefined, AbortSignal.timeout(10_000))
      .then(readBody)
      .then((body) => {
        const owner = modelsSchema.safeParse(body).data?.data[0]?.owned_by ?? "unknown";
        return { server: owner, continues: CONTINUING.some((name) => owner.toLowerCase().includes(name)) };
      })
      .catch(() => ({ server: "unknown", continues: false }));
    return this.#capabilities;
  }

  async #complete(
    request: SampleRequest,
    signal: AbortSignal,
    tell: ((text: string) => void) | undefined,
  ): Promise<Completion> {
    const { api = "chat", model, timeoutMs = 600_000 } = this.#options;
    const continues = api === "completions" || (request.prefix ?? "") === "" || (await this.capabilities()).continues;
    if (!continues) throw this.#cannotContinue();
    let written: Written = { text: "", finish: null, stopReason: null, usage: null };
    if (signal.aborted) return NOT_SENT;
    const timeout = AbortSignal.timeout(timeoutMs);
    const body = bodyOf(request, { api, model, stream: tell !== undefined });
    try {
      const response = await this.#ask(
        api === "chat" ? "chat/completions" : "completions",
        body,
        AbortSignal.any([signal, timeout]),
      );
      if (tell === undefined) {
        written = readReply(this.#checked(replySchema.safeParse(await readBody(response))));
      } else {
        for await (const event of readEvents(response)) {
          written = extended(written, this.#checked(chunkSchema.safeParse(event)), tell);
        }
        if (written.finish === null || written.finish === undefined) {
          throw new ServerError(`${this.#where}: the stream ended before the completion did`, {
            retryable: true,
            mayHaveRun: true,
          });
        }
      }
    } catch (error) {
      if (signal.aborted) return written.text === "" ? NOT_SENT : completionOf(written, request, true);
      throw unreachable(error, this.#where, timeout.aborted ? timeoutMs : null);
    }
    return completionOf(written, request, false);
  }

  async #ask(path: string, body: object | undefined, signal: AbortSignal): Promise<Response> {
    const { baseUrl, apiKey } = this.#options;
    const response = await this.#fetch(`${baseUrl.replace(/\/+$/, "")}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error", // a key goes to the address that was given, and nowhere else
      signal,
    });
    if (!response.ok) throw await failureOf(response, this.#where, apiKey);
    return response;
  }

  #checked<T>(parsed: { success: true; data: T } | { success: false; error: { message: string } }): T {
    if (parsed.success) return parsed.data;
    throw new ServerError(`${this.#where}: the reply is no completion`, {
      retryable: true,
      mayHaveRun: true,
      cause: parsed.error,
    });
  }

  #cannotContinue(): MullError {
    return new MullError("model", `${this.#where} cannot go on with a chain that was begun`, {
      hint: "use --api completions, a server that continues an assistant message (vLLM, SGLang, llama.cpp), or a strategy that samples whole chains",
    });
  }

  /** The address without what may be secret in it. */
  get #where(): string {
    const { origin, pathname } = new URL(this.#options.baseUrl);
    return `${origin}${pathname}`;
  }
}

function extended(
  written: Written,
  { choices, usage }: { readonly choices: readonly ChunkChoice[]; readonly usage?: Written["usage"] },
  tell: (text: string) => void,
): Written {
  const { delta, text: plain, finish_reason, stop_reason } = choices[0] ?? {};
  const piece = delta?.content ?? plain ?? "";
  if (piece !== "") tell(piece);
  return {
    text: `${written.text}${piece}`,
    finish: finish_reason ?? written.finish,
    stopReason: stop_reason ?? written.stopReason,
    usage: usage ?? written.usage,
    pieces: (written.pieces ?? 0) + (piece === "" ? 0 : 1),
  };
}

type ChunkChoice = {
  readonly delta?: { readonly content?: string | null | undefined } | undefined;
  readonly text?: string | undefined;
  readonly finish_reason?: string | null | undefined;
  readonly stop_reason?: string | number | null | undefined;
};

function check(request: SampleRequest): void {
  checkRequest(request);
  if (request.extend !== undefined) {
    throw new MullError("input", "a server cannot be made to go on where its model ends", {
      hint: "force the budget by a strategy that asks again with a prefix",
    });
  }
}
