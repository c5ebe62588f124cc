/** One HTTP call to a server, with the key and without anybody else hearing of it. */

import { MullError } from "../../core/errors.ts";
import { ServerError } from "../server-error.ts";
import { readBody } from "./body.ts";
import { failureOf, unreachable } from "./failure.ts";
import { modelsSchema } from "./wire.ts";

export type Server = {
  /** Such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; it reaches no log and no error. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
};

/** @throws MullError `usage` for a base URL that is none, or is no http(s) */
export function checkServer({ baseUrl }: Server): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new MullError("usage", `${baseUrl} is no address of a server`, {
      hint: "an address looks like http://127.0.0.1:8000/v1",
    });
  }
}

/** @throws ServerError for a status other than 2xx, and what `fetch` throws where there is no answer */
export async function callServer(
  server: Server,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const { baseUrl, apiKey, fetch = globalThis.fetch } = server;
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "error", // a key goes to the address that was given, and nowhere else
    signal,
  });
  if (!response.ok) throw await failureOf(response, whereOf(server), apiKey);
  return response;
}

/** The names of the models that a server has, as `/v1/models` lists them. */
export async function listModels(server: Server, timeoutMs = 10_000): Promise<string[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const list = modelsSchema.safeParse(await readBody(await callServer(server, "models", undefined, signal)));
    if (list.success) return list.data.data.map(({ id }) => id);
    throw new ServerError(`${whereOf(server)}: the reply is no list of models`, { retryable: false });
  } catch (error) {
    throw unreachable(error, whereOf(server), signal.aborted ? timeoutMs : null);
  }
}

/** The address without what may be secret in it. */
export function whereOf({ baseUrl }: Server): string {
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname}`;
}
