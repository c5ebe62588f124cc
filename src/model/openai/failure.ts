/** A call that failed, in words that say what to do, and without the key. */

import { MullError } from "../../core/errors.ts";
import { hintOf, isRetryable, mayHaveRun, retryAfter } from "../http-status.ts";
import { ServerError } from "../server-error.ts";
import { readText } from "./body.ts";
import { errorSchema } from "./wire.ts";

/** What a status other than 2xx says. */
export async function failureOf(response: Response, where: string, apiKey: string | undefined): Promise<ServerError> {
  const { status } = response;
  const said = redacted(messageOf(await readText(response, 100_000).catch(() => "")), apiKey);
  const hint = hintOf(status);
  const retryAfterMs = retryAfter(response.headers);
  return new ServerError(`${where} answered ${status}${said === "" ? "" : `: ${said}`}`, {
    status,
    retryable: isRetryable(status),
    mayHaveRun: mayHaveRun(status),
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
    const { error, message, detail } = errorSchema.parse(JSON.parse(body));
    said = (typeof error === "string" ? error : error?.message) ?? message ?? detail ?? body;
  } catch {
    // not JSON: the text itself
  }
  return said.replace(/\s+/g, " ").trim().slice(0, 300);
}

/** A server may repeat the key in its complaint. */
function redacted(text: string, apiKey: string | undefined): string {
  return apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
}
