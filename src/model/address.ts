/**
 * Where a model is, as people write it on a command line:
 *
 *     local                              the trained model that ships with Mull
 *     local:base, local:runs/first       another that ships, a checkpoint or a run; without "local:" too
 *     http://127.0.0.1:8000/v1#qwen3     a model on a server that speaks the OpenAI protocol; its only one without "#"
 *     openai/gpt-5, vllm/qwen3           a provider and its model
 *
 * A key comes from the environment and from nowhere else: an address is printed, recorded and left in a shell's history.
 */

import { MullError } from "../core/errors.ts";
import type { Model } from "../core/interfaces.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Limits, limited } from "./limited.ts";
import { findModel, type OpenModelOptions, openModel } from "./open.ts";
import { listModels, type Server, whereOf } from "./openai/call.ts";
import { OpenAIModel, type OpenAIOptions } from "./openai/openai.ts";
import type { FieldNames } from "./openai/wire.ts";
import { type RetryOptions, retried } from "./retried.ts";

export type Provider = {
  readonly baseUrl: string;
  /** The environment variable of its key. */
  readonly key: string;
  /** A server of one's own, which may do without a key. */
  readonly own?: true;
  readonly fieldNames?: FieldNames;
};

/** Those whose protocol is OpenAI's. Others (Anthropic, Google, ...) are reached through the AI SDK (`aiSdkModel`). */
export const PROVIDERS = {
  openai: {
    ...{ baseUrl: "https://api.openai.com/v1", key: "OPENAI_API_KEY" },
    fieldNames: { max_tokens: "max_completion_tokens" }, // its reasoning models refuse the old name
  },
  openrouter: { baseUrl: "https://openrouter.ai/api/v1", key: "OPENROUTER_API_KEY" },
  groq: { baseUrl: "https://api.groq.com/openai/v1", key: "GROQ_API_KEY" },
  together: { baseUrl: "https://api.together.xyz/v1", key: "TOGETHER_API_KEY" },
  deepseek: { baseUrl: "https://api.deepseek.com/v1", key: "DEEPSEEK_API_KEY" },
  mistral: {
    ...{ baseUrl: "https://api.mistral.ai/v1", key: "MISTRAL_API_KEY" },
    fieldNames: { seed: "random_seed", stream_options: null }, // it refuses what it does not know, and counts unasked
  },
  ollama: { baseUrl: "http://127.0.0.1:11434/v1", key: "OLLAMA_API_KEY", own: true },
  vllm: { baseUrl: "http://127.0.0.1:8000/v1", key: "VLLM_API_KEY", own: true },
} as const satisfies Readonly<Record<string, Provider>>;

export type ProviderName = keyof typeof PROVIDERS;

/** The variable whose key goes to a server that is given by its address. */
const OWN_KEY = "MULL_API_KEY";

/** `model: null` is the only model that a server has. */
export type Address =
  | { readonly kind: "local"; readonly model: string }
  | { readonly kind: "server"; readonly baseUrl: string; readonly model: string | null }
  | { readonly kind: "provider"; readonly provider: ProviderName; readonly model: string | null };

/**
 * Looks at the text alone: whether a path or a server is there is seen when it is opened. A provider's name goes before a
 * path of the same name, which is `local:openai/...` or `./openai/...`.
 *
 * @throws MullError `usage` for an address that is none, or that holds a key; the key is not repeated
 * @example
 * parseAddress("local"); // { kind: "local", model: "trained" }
 * parseAddress("http://127.0.0.1:8000/v1#qwen3"); // { kind: "server", baseUrl: "http://127.0.0.1:8000/v1", model: "qwen3" }
 * parseAddress("groq/llama-3.3-70b"); // { kind: "provider", provider: "groq", model: "llama-3.3-70b" }
 */
export function parseAddress(text: string): Address {
  const address = text.trim();
  if (address === "") throw new MullError("usage", "the address of a model is empty", { hint: FORMS });
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return serverAddress(address);
  if (address === "local") return { kind: "local", model: "trained" };
  const [, path] = /^local:(.*)$/s.exec(address) ?? [];
  if (path === "") throw new MullError("usage", "no model is named after local:", { hint: FORMS });
  if (path !== undefined) return { kind: "local", model: path };
  const [, provider = "", model = ""] = /^([^/]*)\/(.*)$/s.exec(address) ?? [];
  if (isProvider(provider)) return { kind: "provider", provider, model: modelName(model, PROVIDERS[provider].key) };
  return { kind: "local", model: address };
}

export type AddressOptions = OpenModelOptions &
  Pick<OpenAIOptions, "api" | "fetch" | "timeoutMs"> & {
    /** Where keys are. Default: the process's environment. */
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** Of a model on a server. Default: 16 requests at once. */
    readonly limits?: Limits;
    readonly retries?: RetryOptions;
    readonly clock?: Clock;
  };

export type OpenedModel = AsyncDisposable & {
  readonly model: Model;
  /** For reports: a local model's name, or the address in full. Nothing in it is secret. */
  readonly name: string;
  /** What a person should know about the choice. */
  readonly notice?: string;
  /** Gives back what a local model holds. */
  readonly close: () => Promise<void>;
};

/**
 * Opens the model at an address. A model on a server stands behind limits and retries (`retried(limited(...))`): a call that
 * waits to be repeated holds up no other, and passes the limits again.
 *
 * @throws MullError `usage` for an address that is none, a key that is missing, or a server with several models, none of
 * which is named; `checkpoint` for a local model that is not there or damaged; ServerError where a server cannot say what
 * models it has
 * @example
 * await using opened = await openAddress("local:base", { threads: 1 });
 * const [chain] = await opened.model.sample([{ prompt: "3 7 8 2 = 24", maxTokens: 64, seed: 1 }]);
 * opened.name; // "base"
 * chain?.tokens?.length === chain?.usage.completionTokens; // true
 */
export async function openAddress(text: string, options: AddressOptions = {}): Promise<OpenedModel> {
  const address = parseAddress(text);
  return address.kind === "local" ? openLocal(address.model, options) : openServer(address, options);
}

const FORMS = `expected base, trained, the folder of a checkpoint or of a run, an address such as http://127.0.0.1:8000/v1#model, or a provider and its model: ${Object.keys(PROVIDERS).join("/..., ")}/...`;

async function openLocal(nameOrPath: string, options: OpenModelOptions): Promise<OpenedModel> {
  const { notice } = found(nameOrPath);
  const model = await openModel(nameOrPath, options);
  const close = (): Promise<void> => model.engine.close();
  return { model, name: model.name, ...(notice === undefined ? {} : { notice }), close, [Symbol.asyncDispose]: close };
}

function found(nameOrPath: string): ReturnType<typeof findModel> {
  try {
    return findModel(nameOrPath);
  } catch (error) {
    throw nameOrPath === "base" || nameOrPath === "trained" ? error : withForms(error);
  }
}

/** What is no path may have been meant for something else. */
function withForms(error: unknown): unknown {
  if (!(error instanceof MullError)) return error;
  return new MullError(error.code, error.message, { hint: FORMS, cause: error });
}

async function openServer(address: Exclude<Address, { kind: "local" }>, options: AddressOptions): Promise<OpenedModel> {
  const { env = process.env, limits = {}, retries = {}, clock = systemClock, fetch, api, timeoutMs } = options;
  const { baseUrl, key, own, fieldNames } = providerOf(address);
  const apiKey = keyOf(key, env, own === true ? null : baseUrl);
  const server: Server = {
    baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  };
  const prefix = address.kind === "provider" ? `${address.provider}/` : `${baseUrl}#`;
  const model = address.model ?? (await onlyModel(server, prefix));
  const client = new OpenAIModel({
    ...server,
    model,
    ...(api === undefined ? {} : { api }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(fieldNames === undefined ? {} : { fieldNames }),
  });
  const close = async (): Promise<void> => {};
  return {
    model: retried(limited(client, { concurrency: 16, ...limits }, clock), retries, clock),
    name: `${prefix}${model}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function providerOf(address: Exclude<Address, { kind: "local" }>): Provider {
  if (address.kind === "provider") return PROVIDERS[address.provider];
  return { baseUrl: address.baseUrl, key: OWN_KEY, own: true };
}

/** @param wanted who cannot do without a key; null where it may be missing */
function keyOf(variable: string, env: NonNullable<AddressOptions["env"]>, wanted: string | null): string | undefined {
  const key = env[variable]?.trim() ?? "";
  if (key === "" && wanted === null) return undefined;
  if (key === "") {
    throw new MullError("usage", `${variable} is not set in the environment`, { hint: `${wanted} wants a key there` });
  }
  // A header that cannot be sent would be quoted by the error, key and all.
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new MullError("usage", `${variable} holds characters that no key has`, {
    hint: "expected letters, digits and signs of ASCII, without spaces",
  });
}

const MOST_NAMES = 20;

async function onlyModel(server: Server, prefix: string): Promise<string> {
  const names = (await listModels(server)).map((name) => name.replace(/\p{C}/gu, "").slice(0, 200));
  const [only] = names;
  if (names.length === 1 && only !== undefined && only !== "") return only;
  if (only === undefined) throw new MullError("usage", `${whereOf(server)} has no models`, { hint: "load one there" });
  const shown = names.slice(0, MOST_NAMES).map((name) => `${prefix}${name}`);
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
  throw new MullError("usage", `${whereOf(server)} has ${names.length} models, and none is named`, {
    hint: `expected one of ${shown.join(", ")}${more}`,
  });
}

function serverAddress(address: string): Address {
  const begun = address.indexOf("#");
  const [base, name] = begun === -1 ? [address, ""] : [address.slice(0, begun), address.slice(begun + 1)];
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // Not repeated: it may hold a password where none was looked for.
    throw new MullError("usage", "the address of a server is none", {
      hint: "an address looks like http://127.0.0.1:8000/v1#model",
    });
  }
  if (url.username !== "" || url.password !== "" || base.includes("?")) throw holdsKey(OWN_KEY);
  const path = url.pathname.replace(/\/+$/, "");
  return { kind: "server", baseUrl: `${url.origin}${path === "" ? "/v1" : path}`, model: modelName(name, OWN_KEY) };
}

/** The name of a model on a server; null where there is none. What comes behind a "?" is no name, and may be a key. */
function modelName(name: string, variable: string): string | null {
  if (/[?&=]/.test(name)) throw holdsKey(variable);
  if (/[\s\p{C}]/u.test(name)) throw new MullError("usage", "a model's name has no spaces", { hint: FORMS });
  return name === "" ? null : name;
}

function holdsKey(variable: string): MullError {
  return new MullError("usage", "an address holds a user, a password or a query; a key does not belong there", {
    hint: `set the key in the environment, as ${variable}, and leave it out of the address`,
  });
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
