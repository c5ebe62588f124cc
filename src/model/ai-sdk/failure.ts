/**
 * A call through the AI SDK that failed, in Mull's words: whether asking again may help, whether the call may have run, and
 * nothing secret. An error of the SDK carries the address, the headers and the whole body of its call, so it is read and
 * dropped. It is read by its fields and not by its class: providers bring their own copies of the classes.
 */

import { MullError } from "../../core/errors.ts";
import { hintOf, isRetryable, mayHaveRun, retryAfter } from "../http-status.ts";
import { ServerError } from "../server-error.ts";

/** Errors of the SDK that say that the answer was no completion. */
const NONSENSE = [
  "AI_EmptyResponseBodyError",
  "AI_InvalidResponseDataError",
  "AI_JSONParseError",
  "AI_NoContentGeneratedError",
  "AI_TypeValidationError",
];

/** Errors of the SDK before anything is sent. */
const REFUSED = [
  "AI_InvalidArgumentError",
  "AI_InvalidPromptError",
  "AI_LoadAPIKeyError",
  "AI_LoadSettingError",
  "AI_NoSuchModelError",
  "AI_NoSuchProviderReferenceError",
  "AI_UnsupportedFunctionalityError",
];

/** What the system says of a connection, and what it says of one that never was. */
const NETWORK = /^(E[A-Z_]+|UND_ERR_\w+)$/;
const UNCONNECTED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/**
 * @param error what the provider threw, or sent as a part of its stream
 * @param secrets what the message must not repeat
 */
export function callFailure(
  error: unknown,
  where: string,
  secrets: readonly (string | undefined)[],
  { inStream = false }: { readonly inStream?: boolean } = {},
): MullError {
  if (error instanceof MullError) return error;
  const all = causesOf(error);
  const read = (key: string, type: string): unknown =>
    all.map((each) => each[key]).find((value) => typeof value === type);
  const status = read("statusCode", "number") as number | undefined;
  const asked = read("isRetryable", "boolean") as boolean | undefined;
  const names = all.map(({ name }) => String(name));
  const code = all.map((each) => String(each["code"])).find((each) => NETWORK.test(each));
  const isNonsense = names.some((name) => NONSENSE.includes(name)) || (status !== undefined && status < 300);

  const fail = (what: string, retryable: boolean, ran: boolean, hint?: string): ServerError =>
    new ServerError(redacted(`${where}${what}`, secrets, where), {
      retryable,
      mayHaveRun: ran || inStream,
      ...(status === undefined ? {} : { status }),
      ...afterOf(all),
      ...(hint === undefined ? {} : { hint }),
    });

  const said = messageOf(error);
  if (isNonsense) return fail(": the reply is no completion", true, true);
  if (status !== undefined) {
    return fail(` answered ${status}: ${said}`, asked ?? isRetryable(status), mayHaveRun(status), hintOf(status));
  }
  if (code === "ECONNREFUSED") {
    return fail(": nothing listens there", true, false, "start the server, or check the address");
  }
  if (code !== undefined) return fail(`: ${said}`, true, !UNCONNECTED.includes(code));
  if (names.some((name) => REFUSED.includes(name))) {
    const hint = names.includes("AI_LoadAPIKeyError") ? hintOf(401) : undefined;
    return fail(`: ${said}`, false, false, hint);
  }
  const cutOff = names.some((name) => name === "AbortError" || name === "TimeoutError");
  return fail(`: ${said}`, asked ?? (cutOff || inStream), true);
}

type Fields = Readonly<Record<string, unknown>>;

/** An error and what it was caused by, outermost first. */
function causesOf(error: unknown): Fields[] {
  const all: Fields[] = [];
  for (
    let each = error;
    typeof each === "object" && each !== null && all.length < 8;
    each = (each as Fields)["cause"]
  ) {
    all.push(each as Fields);
  }
  return all;
}

function messageOf(error: unknown): string {
  const said = typeof error === "string" ? error : (error as Fields | null | undefined)?.["message"];
  const text = typeof said === "string" ? said.replace(/\s+/g, " ").trim() : "";
  return text === "" ? "the provider failed" : text;
}

function afterOf(all: readonly Fields[]): { retryAfterMs?: number } {
  const headers = all.map((each) => each["responseHeaders"]).find((each) => typeof each === "object" && each !== null);
  const known = Object.entries(headers ?? {}).filter(([name]) => /^(retry-after|date)$/i.test(name));
  const ms = retryAfter(new Headers(known.map(([name, value]) => [name, String(value).replace(/[^\x20-\x7e]/g, "")])));
  return ms === undefined ? {} : { retryAfterMs: ms };
}

const MOST_CHARACTERS = 300;

/** Without what is known to be secret, and without what looks it: words after "Bearer", queries and users of addresses, keys. */
function redacted(text: string, secrets: readonly (string | undefined)[], where: string): string {
  const known = secrets.filter((secret) => secret !== undefined && secret !== "") as string[];
  return known
    .toSorted((a, b) => b.length - a.length)
    .reduce((hiding, secret) => hiding.replaceAll(secret, "[key]"), text)
    .replace(/\b(Bearer|Basic) +[^\s"',;]+/gi, "$1 [key]")
    .replace(/\b(https?:\/\/)[^\s/@]*@/gi, "$1")
    .replace(/\b(https?:\/\/[^\s?#"']+)\?[^\s"']*/gi, "$1")
    .replace(/[\w-]{8,}/g, (word) => (looksSecret(word) && !where.includes(word) ? "[key]" : word))
    .slice(0, MOST_CHARACTERS);
}

/** A key begins as providers' keys do, or runs on as no word and no model's name does. */
function looksSecret(word: string): boolean {
  if (/^((sk|pk|rk|gsk|xai|hf|r8|pplx|nvapi|csk|fw|tgp)[-_]|AIza|AKIA)/.test(word)) return true;
  return word.split(/[-_]/).some((part) => part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part));
}
