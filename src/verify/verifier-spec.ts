/** A verifier as plain data: what can be written in a file, and sent to another thread. */

import { z } from "zod";

export const VERIFIER_KINDS = ["math", "code", "choice", "exact", "smt"] as const;
export type VerifierKind = (typeof VERIFIER_KINDS)[number];

export const verifierSpecSchema = z.object({
  kind: z.enum(VERIFIER_KINDS),
  /** What comes is an answer as it stands, not a chain in which one is to be found: of `math`. */
  bare: z.boolean().default(false),
  /** Of `exact`. */
  ignoreCase: z.boolean().default(false),
});

export type VerifierSpec = z.input<typeof verifierSpecSchema>;
