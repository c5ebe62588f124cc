/**
 * Recorded rollouts: the chains that some model wrote, long ago and elsewhere, one problem a line. Two shapes are read:
 *
 *   {id, problem, answer, completions: [{text, tokens, scores?}]}
 *   {unique_id, problem, answer, completions: string[], completion_tokens: number[], scores: number[][]}   (search-and-learn)
 *
 * Tokens of 0, or none, mean that nobody counted. Scores are those of a chain's steps, by a process reward model.
 */

import { z } from "zod";
import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";

export type RecordedChain = {
  readonly text: string;
  /** null where nobody counted. */
  readonly tokens: number | null;
  /** One for each step; empty where nothing was scored. */
  readonly scores: readonly number[];
};

export type Rollouts = {
  readonly problem: Problem & { readonly answer: string };
  readonly chains: readonly RecordedChain[];
};

const text = z.string().max(LIMITS.completionChars);
const name = z.union([z.string().min(1).max(1000), z.number()]);
const tokens = z.number().int().nonnegative().nullish();
const scores = z.array(z.number()).max(100_000);
const CHAINS = 100_000;
const asked = {
  id: name.optional(),
  unique_id: name.optional(),
  problem: text.optional(),
  prompt: text.optional(),
  question: text.optional(),
  answer: z.union([text, z.number()]),
};

const own = z.object({
  ...asked,
  completions: z
    .array(z.object({ text, tokens, scores: scores.nullish() }))
    .min(1)
    .max(CHAINS),
});

const searchAndLearn = z.object({
  ...asked,
  completions: z.array(text).min(1).max(CHAINS),
  completion_tokens: z.array(tokens).max(CHAINS).nullish(),
  scores: z.array(scores).max(CHAINS).nullish(),
});

/**
 * The rollouts of one line.
 *
 * @param where the line's place, for errors and, where it names no problem, for its id
 * @throws MullError `input` for a record of neither shape
 * @example
 * const record = { id: "a", problem: "1 + 1?", answer: "2", completions: [{ text: "So \\boxed{2}.", tokens: 7 }] };
 * parseRollouts(record, "line 1").chains[0]?.tokens; // 7
 */
export function parseRollouts(record: unknown, where: string): Rollouts {
  const texts = hasTexts(record);
  const parsed = texts ? searchAndLearn.safeParse(record) : own.safeParse(record);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new MullError("input", `${where}: ${path.length === 0 ? "" : `${path.join(".")}: `}${message}`, {
      hint: "a line is {id, problem, answer, completions: [{text, tokens, scores?}]}, or search-and-learn's shape",
    });
  }
  const { data } = parsed;
  const problem = {
    id: String(data.unique_id ?? data.id ?? where),
    prompt: data.problem ?? data.prompt ?? data.question ?? "",
    answer: String(data.answer),
  };
  return { problem, chains: data.completions.map((completion, i) => chainOf(completion, i, data)) };
}

type Parsed = z.infer<typeof own> | z.infer<typeof searchAndLearn>;

function chainOf(completion: Parsed["completions"][number], i: number, data: Parsed): RecordedChain {
  if (typeof completion !== "string") {
    return { text: completion.text, tokens: counted(completion.tokens), scores: completion.scores ?? [] };
  }
  const { completion_tokens: counts, scores: scored } = data as z.infer<typeof searchAndLearn>;
  return { text: completion, tokens: counted(counts?.[i]), scores: scored?.[i] ?? [] };
}

function counted(count: number | null | undefined): number | null {
  return count === undefined || count === null || count === 0 ? null : count;
}

function hasTexts(record: unknown): boolean {
  const completions = (record as { completions?: unknown } | null)?.completions;
  return Array.isArray(completions) && typeof completions[0] === "string";
}
