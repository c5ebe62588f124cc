/** What the status and the headers of an HTTP answer say of a call that failed. */

const HINTS: Readonly<Record<number, string>> = {
  401: "the server wants a key: set it in the environment",
  403: "the key does not give this model: check the model's name and the key's rights",
  404: "check the address (it usually ends in /v1) and the model's name",
  413: "the prompt is longer than the server takes",
  429: "the server is asked too much: lower the concurrency or the rate",
};

/** What the reader can do about a status. */
export function hintOf(status: number): string | undefined {
  return HINTS[status];
}

/** Asking again may help. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}

/** A timeout: the work may have been done, and nobody heard. */
export function mayHaveRun(status: number): boolean {
  return status === 504 || status === 408;
}

/** When to ask again, ms: seconds, or a date, which is read against the server's own clock (RFC 9110, section 10.2.3). */
export function retryAfter(headers: Headers): number | undefined {
  const header = headers.get("retry-after");
  if (header === null) return undefined;
  if (/^\d{1,9}(\.\d{1,3})?$/.test(header)) return 1000 * Number(header);
  const ms = Date.parse(header) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
