/**
 * The scripted server, a process of its own: `node bench/search/server.ts` says its address, and answers chat completions at
 * once with what the workload's script says, several (`n`) where it is asked for several. Told to take a turn, it says how
 * many completions and requests it has answered since it was told last, and begins anew.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { say } from "../serve.ts";
import { scriptedReply } from "./workload.ts";

type Body = { readonly n?: number; readonly messages: readonly { readonly role: string; readonly content: string }[] };

/** Chains that each question has had. */
const chains = new Map<string, number>();
let completions = 0;
let requests = 0;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => answer(request, parts, response));
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1");
await once(server, "listening");
say({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
for await (const _ of createInterface({ input: process.stdin })) {
  say({ completions, requests });
  chains.clear();
  completions = 0;
  requests = 0;
}
process.exit();

function answer({ url }: IncomingMessage, parts: readonly Buffer[], response: ServerResponse): void {
  if (url !== "/v1/chat/completions") {
    send(response, 404, { error: { message: `nothing is at ${url}` } });
    return;
  }
  const { n = 1, messages } = JSON.parse(Buffer.concat(parts).toString()) as Body;
  const prompt = messages.at(-1)?.content ?? "";
  const before = chains.get(prompt) ?? 0;
  chains.set(prompt, before + n);
  completions += n;
  requests++;
  const choices = Array.from({ length: n }, (_, index) => ({
    index,
    message: { role: "assistant", content: scriptedReply(prompt, before + index) },
    logprobs: null,
    finish_reason: "stop",
  }));
  send(response, 200, {
    id: "chain",
    object: "chat.completion",
    created: 0,
    model: "scripted",
    choices,
    usage: { prompt_tokens: 8, completion_tokens: 20 * n, total_tokens: 8 + 20 * n },
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
