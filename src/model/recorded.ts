/**
 * A model whose every completion is in a journal before it is used, so that nothing that was paid for is lost: after
 * a kill the same work asks the same requests, and those that were answered are answered from the journal. Only calls
 * that were under way at the kill are sent again, and they are counted.
 *
 * A call is known by what is asked and, as one request may be made twice on purpose, by how often it was asked before.
 * So strategies must ask in an order that depends on nothing but their seed and what they were answered.
 */

import { createHash } from "node:crypto";
import * as z from "zod";
import type { Completion, SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model, SampleOptions } from "../core/interfaces.ts";
import type { Journal } from "../store/journal.ts";
import { readJournal } from "../store/read-journal.ts";
import { eachRequest } from "./each-request.ts";

const count = z.number().int().nonnegative();

const completionSchema: z.ZodType<Completion> = z.object({
  text: z.string(),
  tokens: z.exactOptional(z.array(count)),
  logprobs: z.exactOptional(z.array(z.number())),
  finish: z.enum(["end", "stop", "length", "aborted"]),
  usage: z.object({
    promptTokens: count,
    completionTokens: count,
    estimated: z.exactOptional(z.boolean()),
    flops: z.exactOptional(z.number().nonnegative()),
  }),
});

/** What a journal holds of calls; its other events are somebody else's. */
const callEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("call"), call: z.string() }),
  z.object({ type: z.literal("completion"), call: z.string(), completion: completionSchema }),
  z.object({ type: z.literal("no-completion"), call: z.string() }),
]);

/** What earlier processes recorded. */
export type Recording = {
  /** By call. */
  readonly completions: ReadonlyMap<string, Completion>;
  /** Calls that were under way when a process was killed: the server may have answered them, and nobody heard. */
  readonly unheard: ReadonlySet<string>;
};

export const NO_RECORDING: Recording = { completions: new Map(), unheard: new Set() };

/** @throws MullError `store` where the journal cannot be read or is damaged */
export async function readRecording(journal: string): Promise<Recording> {
  const completions = new Map<string, Completion>();
  const unheard = new Set<string>();
  for await (const event of readJournal(journal)) {
    const parsed = callEvent.safeParse(event);
    if (!parsed.success) continue;
    const { data } = parsed;
    if (data.type === "call") unheard.add(data.call);
    else unheard.delete(data.call);
    if (data.type === "completion") completions.set(data.call, data.completion);
  }
  return { completions, unheard };
}

export type RecordedModel = Model & {
  readonly counts: {
    /** Answered from the journal. */
    readonly replayed: number;
    /** Sent. */
    readonly sent: number;
    /** Of those sent, calls that an earlier process had sent and never heard of again: they may be paid for twice. */
    readonly repeated: number;
  };
};

/**
 * @param journal open for writing, by the run that holds its lock
 * @param recording what the journal held when it was opened
 * @example
 * import { ScriptedModel } from "./scripted.ts";
 * import { openJournal } from "../store/journal.ts";
 * await using journal = await openJournal("/tmp/calls.jsonl", { truncateTo: 0 });
 * const model = recorded(new ScriptedModel(() => "solved"), journal, NO_RECORDING);
 * await model.sample([{ prompt: "3 7 = 10", seed: 1, maxTokens: 3 }]);
 * (await readRecording("/tmp/calls.jsonl")).completions.size; // 1
 */
export function recorded(model: Model, journal: Journal, recording: Recording): RecordedModel {
  const asked = new Map<string, number>();
  const counts = { replayed: 0, sent: 0, repeated: 0 };

  const callOf = (request: SampleRequest): string => {
    const digest = digestOf(model.name, request);
    const before = asked.get(digest) ?? 0;
    asked.set(digest, before + 1);
    return before === 0 ? digest : `${digest}#${before}`;
  };

  const one = async (request: SampleRequest, call: string, options: SampleOptions): Promise<Completion> => {
    const known = recording.completions.get(call);
    if (known !== undefined) {
      counts.replayed++;
      options.onToken?.(0, known.text);
      return known;
    }
    counts.sent++;
    if (recording.unheard.has(call)) counts.repeated++;
    journal.append({ type: "call", call });
    await journal.flush(); // on record before it is sent
    try {
      const [completion] = await model.sample([request], options);
      if (completion === undefined) throw new MullError("model", `${model.name} gave no completion for a request`);
      // What was cut short by a signal is no answer to the request: asked again, it is sent again.
      if (completion.finish === "aborted") journal.append({ type: "no-completion", call });
      else journal.append({ type: "completion", call, completion });
      await journal.flush(); // on record before it is used
      return completion;
    } catch (error) {
      journal.append({ type: "no-completion", call });
      throw error;
    }
  };

  return {
    name: model.name,
    counts,
    async sample(requests, options = {}) {
      const calls = requests.map(callOf); // numbered in the order of the requests, before anything can interleave
      return eachRequest(requests, options, (request, own, i) => one(request, calls[i] as string, own));
    },
  };
}

/** Of everything that an answer depends on. */
function digestOf(model: string, request: SampleRequest): string {
  const { prompt, prefix = "", maxTokens, temperature = 1, topP = 1, seed, stop = [], extend = null } = request;
  const asked = [model, prompt, prefix, maxTokens, temperature, topP, seed, stop, extend];
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url").slice(0, 32);
}
