/**
 * Any server that speaks the OpenAI protocol (vLLM, SGLang, llama.cpp, Ollama, hosted ones), one HTTP call a completion.
 * It neither waits nor repeats: `limited` and `retried` around it do.
 *
 * A step is continued (`prefix`) by `/v1/completions`, or in a chat by an assistant message that is left open. Servers
 * that cannot leave it open would begin another answer instead, unseen; so what a server can do is asked once
 * (`/v1/models` says whose it is), and a prefix that it cannot continue is an error that says so.
 */

import { type Completion, NOT_SENT, type SampleRequest } from "../../core/completion.ts";
import { MullError } from "../../core/errors.ts";
import type { Model, SampleOptions } from "../../core/interfaces.ts";
import { checkRequest } from "../check-request.ts";
import { eachRequest } from "../each-request.ts";
import { ServerError } from "../server-error.ts";
import { readBody, readEvents } from "./body.ts";
import { callServer, checkServer, type Server, whereOf } from "./call.ts";
import { unreachable } from "./failure.ts";
import { TimeLimit } from "./time-limit.ts";
import {
  type Api,
  bodyOf,
  chunkSchema,
  completionOf,
  type FieldNames,
  modelsSchema,
  readReply,
  replySchema,
  type Written,
} from "./wire.ts";

export type OpenAIOptions = Server & {
  /** The model's name on the server. */
  readonly model: string;
  /** Default `chat`. */
  readonly api?: Api;
  /** Fields that this server calls otherwise: `{ max_tokens: "max_completion_tokens" }`; null for one that it refuses. */
  readonly fieldNames?: FieldNames;
  /** The longest that one call may take, ms. Default 10 minutes. */
  readonly timeoutMs?: number;
};

export type Capabilities = {
  /** Who serves, as far as the server says. */
  readonly server: string;
  /** Whether a chain can be gone on with. */
  readonly continues: boolean;
};

/** Servers whose chat goes on with an assistant message that is left open. */
const CONTINUING = ["vllm", "sglang", "llamacpp", "mull"];

export class OpenAIModel implements Model {
  readonly name: string;
  readonly #options: OpenAIOptions;
  #capabilities: Promise<Capabilities> | undefined;

  /** @throws MullError `usage` for a base URL that is none, or is no http(s) */
  constructor(options: OpenAIOptions) {
    checkServer(options);
    this.name = options.model;
    this.#options = options;
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
    this.#capabilities ??= callServer(this.#options, "models", undefined, AbortSignal.timeout(10_000))
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
    const { api = "chat", model, timeoutMs = 600_000, fieldNames = {} } = this.#options;
    const continues = api === "completions" || (request.prefix ?? "") === "" || (await this.capabilities()).continues;
    if (!continues) throw this.#cannotContinue();
    let written: Written = { text: "", finish: null, stopReason: null, usage: null };
    if (signal.aborted) return NOT_SENT;
    using limit = new TimeLimit(signal, timeoutMs);
    const body = renamed(bodyOf(request, { api, model, stream: tell !== undefined }), fieldNames);
    try {
      const response = await callServer(
        this.#options,
        api === "chat" ? "chat/completions" : "completions",
        body,
        limit.signal,
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
      throw unreachable(error, this.#where, limit.passed ? timeoutMs : null);
    }
    return completionOf(written, request, false);
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
      hint: 'open it with api: "completions", or use a server that continues an assistant message (vLLM, SGLang, llama.cpp), or a strategy that samples whole chains',
    });
  }

  get #where(): string {
    return whereOf(this.#options);
  }
}

function renamed(body: Readonly<Record<string, unknown>>, names: FieldNames): Record<string, unknown> {
  const fields = Object.entries(body).map(([name, value]) => [names[name] === undefined ? name : names[name], value]);
  return Object.fromEntries(fields.filter(([name]) => name !== null));
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
