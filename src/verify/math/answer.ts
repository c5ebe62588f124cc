/** What an answer may be: a value, or values put together. */

import type { Expression } from "./expression.ts";

export type MathAnswer =
  /** Words. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly expression: Expression; readonly unit: string | null }
  /** Sides and what stands between them, left to right: one more side than relations. */
  | { readonly kind: "relation"; readonly sides: readonly MathAnswer[]; readonly relations: readonly string[] }
  /** Without brackets ("1, 2 and 3") or as a set: order says nothing. */
  | { readonly kind: "set"; readonly members: readonly MathAnswer[]; readonly bare: boolean }
  /** In order: a tuple, a point, an interval, a ratio (":"). */
  | { readonly kind: "tuple"; readonly open: string; readonly close: string; readonly members: readonly MathAnswer[] }
  | { readonly kind: "union"; readonly members: readonly MathAnswer[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly MathAnswer[])[] };

export function isEmptySet(answer: MathAnswer): boolean {
  return answer.kind === "set" && answer.members.length === 0;
}
