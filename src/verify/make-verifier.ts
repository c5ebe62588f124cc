/** Verifiers by name. What a kind needs is loaded when it is made: Python and Z3 are many megabytes. */

import type { Verifier } from "../core/interfaces.ts";
import { type VerifierSpec, verifierSpecSchema } from "./verifier-spec.ts";

/** A verifier, and how to end what it has started. */
export type MadeVerifier = { readonly verifier: Verifier; close(): Promise<void> };

/**
 * @example
 * const { verifier, close } = await makeVerifier({ kind: "math" });
 * (await verifier.verify({ id: "p", prompt: "?", answer: "1/2" }, "It is 0.5")).status; // "correct"
 * await close();
 */
export async function makeVerifier(spec: VerifierSpec): Promise<MadeVerifier> {
  const { kind, bare, ignoreCase } = verifierSpecSchema.parse(spec);
  const nothing = async (): Promise<void> => {};
  switch (kind) {
    case "math":
      return { verifier: new (await import("./math/math-verifier.ts")).MathVerifier({ bare }), close: nothing };
    case "choice":
      return { verifier: new (await import("./choice/choice-verifier.ts")).ChoiceVerifier(), close: nothing };
    case "exact":
      return { verifier: new (await import("./exact.ts")).ExactVerifier({ ignoreCase }), close: nothing };
    case "code": {
      const verifier = new (await import("./code/code-verifier.ts")).CodeVerifier();
      return { verifier, close: () => verifier.close() };
    }
    case "smt": {
      const verifier = new (await import("./formal/smt-verifier.ts")).SmtVerifier();
      return { verifier, close: () => verifier.close() };
    }
  }
}
