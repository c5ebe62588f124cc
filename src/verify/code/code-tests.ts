/** The tests of a code problem, as its `data`: calls with expected values, input and output, or a file of asserts. */

import { z } from "zod";
import { SANDBOX_LIMITS } from "./limits.ts";

const source = z.string().max(SANDBOX_LIMITS.sourceBytes);
const text = z.string().max(SANDBOX_LIMITS.outputBytes);
const most = 1000;

export const LANGUAGES = ["python", "javascript", "typescript"] as const;

export const codeTestsSchema = z.object({
  language: z.enum(LANGUAGES),
  /** The function that is asked for; input and output need none. */
  entry: z.string().max(200).optional(),
  /** What stands before a completion that is the rest of a program, as in HumanEval; also what asserts may use. */
  prelude: source.default(""),
  tests: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("calls"),
      cases: z
        .array(
          z.object({ args: z.array(z.json()), expected: z.json(), tolerance: z.number().min(0).max(1).optional() }),
        )
        .min(1)
        .max(most),
    }),
    z.object({
      kind: z.literal("io"),
      cases: z
        .array(z.object({ stdin: text, stdout: text }))
        .min(1)
        .max(most),
    }),
    z.object({ kind: z.literal("asserts"), source: source.min(1) }),
  ]),
});

export type CodeTests = z.output<typeof codeTestsSchema>;
export type Language = (typeof LANGUAGES)[number];
