/** What all composites do with their members: ask them, and name them. */

import { MullError } from "../../core/errors.ts";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Verdict } from "../../core/verdict.ts";

type Options = { readonly signal?: AbortSignal } | undefined;

const MOST_REASON = 400;

/** Every member's verdict, in their order; all are asked at once. */
export function asked(
  members: readonly Verifier[],
  problem: Problem,
  completion: string,
  options: Options,
): Promise<Verdict[]> {
  return Promise.all(members.map((member) => member.verify(problem, completion, options)));
}

/** @throws MullError `usage` */
export function checkMembers(members: readonly unknown[]): void {
  if (members.length === 0) throw new MullError("usage", "a composite verifier needs at least one member");
}

export function named(members: readonly Verifier[]): string {
  return members.map(({ name }) => name).join(", ");
}

/** "exact: is empty", cut short. */
export function brief(member: Verifier | undefined, verdict: Verdict | undefined): string {
  const text = `${member?.name ?? "?"}: ${verdict?.reason ?? "?"}`;
  return text.length > MOST_REASON ? `${text.slice(0, MOST_REASON)}...` : text;
}
