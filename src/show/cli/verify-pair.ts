/** A line of what is to be verified: `{gold, answer}`, or `{problem, completion}`. */

import { z } from "zod";
import type { Problem } from "../../core/problem.ts";

export type VerifyPair = {
  readonly problem: Problem;
  readonly completion: string;
  /** It is an answer as it stands, and no chain in which one is to be found. */
  readonly bare: boolean;
  /** The line's own. */
  readonly id?: string | number;
};

const id = z.union([z.string().max(1000), z.number()]).optional();
const gold = z.union([z.string(), z.number()]).transform(String);
const lineSchema = z.union([
  z.object({ id, gold, answer: z.union([z.string(), z.number()]).transform(String), data: z.json().optional() }),
  z.object({
    id,
    problem: z.union([
      z.string(),
      z.object({
        id: z.string().optional(),
        prompt: z.string().default(""),
        answer: gold.optional(),
        data: z.json().optional(),
      }),
    ]),
    completion: z.string(),
    gold: gold.optional(),
    data: z.json().optional(),
  }),
]);

/** The pair of a line, or what is wrong with it. */
export function parsePair(text: string, number: number): VerifyPair | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return 'is neither {"gold", "answer"} nor {"problem", "completion"}';
  const line = parsed.data;
  const own = line.id === undefined ? {} : { id: line.id };
  if (!("problem" in line)) {
    const data = line.data === undefined ? {} : { data: line.data };
    return {
      ...own,
      problem: { id: String(line.id ?? number), prompt: "", answer: line.gold, ...data },
      completion: line.answer,
      bare: true,
    };
  }
  const posed = typeof line.problem === "string" ? { prompt: line.problem } : line.problem;
  const answer = line.gold ?? ("answer" in posed ? posed.answer : undefined);
  const data = line.data ?? ("data" in posed ? posed.data : undefined);
  const problem: Problem = {
    id: String(line.id ?? ("id" in posed && posed.id !== undefined ? posed.id : number)),
    prompt: posed.prompt,
    ...(answer === undefined ? {} : { answer }),
    ...(data === undefined ? {} : { data }),
  };
  return { ...own, problem, completion: line.completion, bare: false };
}
