/** Questions with reference answers, one a line: `{id?, question | problem | prompt, answer}`, as GSM8K's and MATH's files. */

import { z } from "zod";
import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";

export type Question = Problem & { readonly answer: string };

const text = z.string().min(1).max(LIMITS.completionChars);
const name = z.union([z.string().min(1).max(1000), z.number()]);

const questionSchema = z.object({
  id: name.optional(),
  unique_id: name.optional(),
  question: text.optional(),
  problem: text.optional(),
  prompt: text.optional(),
  answer: z.union([text, z.number()]),
});

/**
 * The question of one line.
 *
 * @param where the line's place, for errors and, where it names no id, for its id
 * @throws MullError `input` for a record that is no question
 * @example
 * parseQuestion({ question: "1 + 1?", answer: 2 }, "line 1"); // { id: "line 1", prompt: "1 + 1?", answer: "2" }
 */
export function parseQuestion(record: unknown, where: string): Question {
  const parsed = questionSchema.safeParse(record);
  const prompt = parsed.data?.question ?? parsed.data?.problem ?? parsed.data?.prompt;
  if (!parsed.success || prompt === undefined) {
    const issue = parsed.error?.issues[0];
    const what = issue === undefined ? "there is no question" : `${issue.path.join(".")}: ${issue.message}`;
    throw new MullError("input", `${where}: ${what}`, {
      hint: 'a line is {"id": ..., "question": "...", "answer": "..."}; problem and prompt do for question',
    });
  }
  const { data } = parsed;
  return { id: String(data.unique_id ?? data.id ?? where), prompt, answer: String(data.answer) };
}
