/**
 * A server that speaks the OpenAI protocol and answers with any model of Mull's. It counts what it was asked, and fails
 * on request in the ways in which servers fail.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SampleRequest } from "../../src/core/completion.ts";
import { MullError } from "../../src/core/errors.ts";
import type { Model } from "../../src/core/interfaces.ts";

/** How a call goes wrong; null where it does not. `half` ends well with half an answer, `torn` breaks the connection there. */
export type Fault = "busy" | "broken" | "reset" | "silent" | "half" | "torn" | "nonsense" | null;

export type Asked = {
  readonly path: string;
  readonly body: Body;
  readonly headers: IncomingMessage["headers"];
  /** What the completion cost, once it has left whole; null until then, and where it never does. */
  given: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
};

export type Body = {
  readonly prompt?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens: number;
  readonly temperature: number;
  readonly top_p: number;
  readonly seed: number;
  readonly stop?: readonly string[];
  readonly stream?: boolean;
};

export type ServerOptions = {
  /** What `/v1/models` says of who serves. */
  readonly owner?: string;
  /** @param call counts all calls from 0 */
  readonly fault?: (body: Body, call: number) => Fault;
};

export class OpenAIServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  #open = 0;
  readonly #server: Server;
  readonly #model: Model;
  readonly #options: ServerOptions;

  private constructor(model: Model, options: ServerOptions) {
    this.#model = model;
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#open++;
      response.once("close", () => this.#open--);
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(model: Model, options: ServerOptions = {}): Promise<OpenAIServer> {
    const server = new OpenAIServer(model, options);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Calls that are neither answered nor given up by who asked. */
  get open(): number {
    return this.#open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path === "/v1/models") {
      json(response, 200, { data: [{ id: this.#model.name, owned_by: this.#options.owner ?? "vllm" }] });
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
    const fault = this.#options.fault?.(body, this.asked.length) ?? null;
    const asked: Asked = { path, body, headers: request.headers, given: null };
    this.asked.push(asked);
    if (fault === "busy") json(response.setHeader("retry-after", "0.01"), 429, { error: { message: "slow down" } });
    else if (fault === "broken") json(response, 500, { error: { message: "out of memory" } });
    else if (fault === "reset") request.socket.destroy();
    else if (fault !== "silent") await this.#complete(asked, fault, response);
  }

  async #complete(call: Asked, fault: "half" | "torn" | "nonsense" | null, response: ServerResponse): Promise<void> {
    const { body } = call;
    const chat = call.path.endsWith("/chat/completions");
    const asked = requestOf(body);
    const breaks = fault === "half" || fault === "torn";
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const reply = (text: string, finish: string | null, more: object = {}) => ({
      id: "chain",
      choices: [{ index: 0, ...(chat ? { message: { content: text } } : { text }), finish_reason: finish, ...more }],
    });
    try {
      const pieces: string[] = [];
      const onToken = (_: number, piece: string): void => {
        const written = pieces.length === 0 ? piece.trim() : ` ${piece.trim()}`; // the model's words, spaced between
        pieces.push(written);
        if (body.stream === true && !(breaks && pieces.length > 1)) {
          if (pieces.length === 1) response.writeHead(200, { "content-type": "text/event-stream" });
          const delta = chat ? { delta: { content: written } } : { text: written };
          response.write(
            `data: ${JSON.stringify({ id: "chain", choices: [{ index: 0, ...delta, finish_reason: null }] })}\n\n`,
          );
        }
      };
      const [completion] = await this.#model.sample([asked], { onToken, signal: gone.signal });
      const { text, finish, usage } = completion as NonNullable<typeof completion>;
      const why = finish === "length" ? "length" : "stop";
      const stopReason = finish === "stop" ? asked.stop?.find((word) => text.endsWith(word)) : null;
      const counted = { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens };
      const whole = { ...reply(text, why, { stop_reason: stopReason }), usage: counted };
      if (fault === null) {
        response.on("finish", () => {
          call.given = counted;
        });
      }
      if (body.stream !== true) {
        const sent = JSON.stringify(whole);
        response.writeHead(200, { "content-type": "application/json" });
        if (fault === "torn") response.write(sent.slice(0, sent.length / 2), () => response.destroy());
        else response.end(fault === null ? sent : sent.slice(0, sent.length / 2));
        return;
      }
      if (fault === "torn") return void response.write(":\n\n", () => response.destroy());
      if (fault === "half") return void response.end();
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
      if (fault === "nonsense") return void response.end("data: {nonsense\n\n");
      const last = { index: 0, ...(chat ? { delta: {} } : { text: "" }), finish_reason: why, stop_reason: stopReason };
      for (const event of [{ choices: [last] }, { choices: [], usage: counted }]) {
        response.write(`data: ${JSON.stringify({ id: "chain", ...event })}\n\n`);
      }
      response.end("data: [DONE]\n\n");
    } catch (error) {
      if (!(error instanceof MullError)) throw error;
      json(response, error.code === "input" ? 400 : 500, { error: { message: error.message } });
    }
  }
}

/** What a body asks for. */
export function requestOf({ prompt, messages = [], max_tokens, temperature, top_p, seed, stop }: Body): SampleRequest {
  const [asked, begun] = messages;
  return {
    prompt: prompt ?? asked?.content ?? "",
    ...(begun === undefined ? {} : { prefix: begun.content }),
    maxTokens: max_tokens,
    temperature,
    topP: top_p,
    seed,
    ...(stop === undefined ? {} : { stop }),
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
