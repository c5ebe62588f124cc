/** `mull verify --self-test`: what each verifier would wrongly accept. Exit code 1 where any would. */

import { makeVerifier } from "../../verify/make-verifier.ts";
import { type SelfTest, selfTest, type TrialResult } from "../../verify/self-test/self-test.ts";
import { SUBJECTS } from "../../verify/self-test/subjects.ts";
import { VERIFIER_KINDS, type VerifierKind } from "../../verify/verifier-spec.ts";
import { counted, fixed } from "../report/format.ts";
import { StatusLine } from "./status-line.ts";
import type { Terminal } from "./terminal.ts";

export async function selfTestCommand(
  kind: VerifierKind | undefined,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const status = new StatusLine(terminal);
  const results: SelfTest[] = [];
  for (const each of kind === undefined ? VERIFIER_KINDS : [kind]) {
    status.show(`trying ${each}`);
    const { verifier, close } = await makeVerifier({ kind: each });
    try {
      results.push(await selfTest(verifier, SUBJECTS[each]));
    } finally {
      await close();
    }
  }
  status.clear();
  if (json) terminal.print(JSON.stringify(results));
  else for (const result of results) for (const line of linesOf(result, terminal)) terminal.print(line);
  process.exitCode = results.some(({ accepted, threw }) => accepted.length + threw.length > 0) ? 1 : 0;
}

function linesOf({ verifier, trials, accepted, refused, threw }: SelfTest, { paint }: Terminal): string[] {
  const head =
    accepted.length + threw.length === 0
      ? paint("green", "accepts nothing that is wrong")
      : paint("red", `wrongly accepts ${fixed(accepted.length)}`);
  const shown = (what: string, results: readonly TrialResult[]): string[] =>
    results.map(({ trial, completion, reason }) => `  ${what} ${trial}: ${JSON.stringify(completion)} (${reason})`);
  return [
    `${paint("bold", verifier)}: ${head}, refuses ${fixed(refused.length)} that are right; ${counted(trials, "trial")}`,
    ...shown("accepts", accepted),
    ...shown("refuses", refused),
    ...shown("throws at", threw),
  ];
}
