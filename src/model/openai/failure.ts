/** A call that failed, in words that say what to do, and without the key. */

import { MullError } from "../../core/errors.ts";
import { ServerError } from "../server-error.ts";
import { readText } from "./body.ts";
import { errorSchema } from "./wire.ts";

const HINTS: Readonly<Record<number, string>> = {
  401: "the server wants a key: set it in the environment",
  403: "the key does not give this model: check the model's name and the key's rights",
  404: "check the address (it usually ends in /v1) and the model's name",
  413: "the prompt is longer than the server takes",
  429: "the server is asked too much: lower the concurrency or the rate",
};

/** What a status other than 2xx says. */
export async function failureOf(response: Response, where: string, apiKey: string | undefined): Promise<ServerError> {
  const { status } = response;
  const said = redacted(messageOf(await readText(response, 100_000).catch(() => "")), apiKey);
  const hint = HINTS[status];
  const retryAfterMs = retryAfter(response.headers);
  return new ServerError(`${where} answered ${status}${said === "" ? "" : `: ${said}`}`, {
    status,
    retryable: status === 408 || status === 409 || status === 425 || status === 429 || status >= 500,
    mayHaveRun: status === 504 || status === 408,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * What stopped a call that got no whole answer.
 *
 * @param timeoutMs where it took longer than it may
 */
export function unreachable(error: unknown, where: string, timeoutMs: number | null): MullError {
  if (error instanceof MullError) return error;
  if (timeoutMs !== null) {
    return new ServerError(`${where} gave no answer in ${timeoutMs / 1000} s`, { retryable: true, mayHaveRun: true });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? "";
  const what =
    code === "ECONNREFUSED" ? "nothing listens there" : cause instanceof Error ? cause.message : String(cause);
  return new ServerError(`${where}: ${what}`, {
    retryable: true,
    mayHaveRun: code !== "ECONNREFUSED" && code !== "ENOTFOUND",
    cause: error,
    ...(code === "ECONNREFUSED" ? { hint: "start the server, or check the address" } : {}),
  });
}

function messageOf(body: string): string {
  let said = body;
  try {
    const { error, message } = errorSchema.parse(JSON.parse(body));
    said = (typeof error === "string" ? error : error?.message) ?? message ?? body;
  } catch {
    // not JSON: the text itself
  }
  return said.replace(/\s+/g, " ").trim().slice(0, 300);
}

/** A server may repeat the key in its complaint. */
function redacted(text: string, apiKey: string | undefined): string {
  return apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
}

/** Seconds, or a date, which is read against the server's own clock (RFC 9110, section 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const header = headers.get("retry-after");
  if (header === null) return undefined;
  if (/^\d{1,9}(\.\d{1,3})?$/.test(header)) return 1000 * Number(header);
  const ms = Date.parse(header) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
