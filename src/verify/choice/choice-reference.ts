/** The options of a multiple choice and which of them are right, as a problem says it. */

import { z } from "zod";
import type { Problem } from "../../core/problem.ts";
import { LONGEST_OPTION, namedOptions, type Option, optionsOf } from "./named-options.ts";

export type Choice = {
  /** Empty where the problem gives none, so that only letters are known. */
  readonly options: readonly Option[];
  /** Places of the right options, ascending; at least one. */
  readonly correct: readonly number[];
};

const reference = z.union([z.string().min(1).max(LONGEST_OPTION), z.int().nonnegative()]);
const choices = z.object({
  options: z.array(z.string().trim().min(1).max(LONGEST_OPTION)).min(2).max(26),
  correct: z.union([reference, z.array(reference).min(1).max(26)]).optional(),
});

/** The choice, or what is wrong with the problem. */
export function choiceOf({ answer, data }: Problem): Choice | string {
  const hasOptions = typeof data === "object" && data !== null && "options" in data;
  if (!hasOptions) return letters(answer);
  const parsed = choices.safeParse(data);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
    return `data.${path.join(".")}: ${message}`;
  }
  const { options: texts, correct = answer } = parsed.data;
  const options = optionsOf(texts);
  if (new Set(options.map(({ words }) => words)).size < options.length) return "two of its options read the same";
  if (correct === undefined || correct === "") return "has no reference answer";
  return resolved(options, Array.isArray(correct) ? correct : [correct]);
}

function resolved(options: readonly Option[], references: readonly (string | number)[]): Choice | string {
  const places = new Set<number>();
  for (const each of references) {
    const named = typeof each === "number" ? [each] : (namedOptions(each, options)?.options ?? []);
    if (named.length === 0 || named.some((place) => place >= options.length)) {
      return `its reference ${JSON.stringify(each).slice(0, 80)} is none of its options`;
    }
    for (const place of named) places.add(place);
  }
  return { options, correct: [...places].sort((a, b) => a - b) };
}

function letters(answer: string | undefined): Choice | string {
  if (answer === undefined || answer.trim() === "") return "has no reference answer";
  const named = namedOptions(answer, [])?.options ?? [];
  return named.length === 0 ? "has no options, and its reference is no letter" : { options: [], correct: named };
}
