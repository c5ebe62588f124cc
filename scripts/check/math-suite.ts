/**
 * The mathematics verifier on cases that others wrote: those of Math-Verify's tests, read from a checkout of
 * huggingface/Math-Verify, or lines of {family, gold, answer, equal}. Agreement by family, and every disagreement.
 *
 *   npm run check:math-suite -- <checkout | cases.jsonl> [--python python3]
 *
 * Cases that ask for other settings than the usual (`options`) are counted apart.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { MathVerifier } from "../../src/verify/math/math-verifier.ts";

const { values, positionals } = parseArgs({
  options: { python: { type: "string", default: "python3" } },
  allowPositionals: true,
});
const [path = ""] = positionals;
if (!existsSync(path)) {
  console.error("give a checkout of huggingface/Math-Verify, or a file of cases");
  process.exit(2);
}
const caseSchema = z.object({
  family: z.string(),
  gold: z.string(),
  answer: z.string(),
  equal: z.boolean(),
  options: z.record(z.string(), z.unknown()).default({}),
});

function read(): string {
  if (statSync(path).isFile()) return readFileSync(path, "utf8");
  const script = join(import.meta.dirname, "math-suite.py");
  const run = spawnSync(values.python, [script, join(path, "tests")], { encoding: "utf8", maxBuffer: 1e8 });
  if (run.status === 0) return run.stdout;
  console.error(
    `Python is needed to read the cases: give one with --python (${run.stderr?.trim().split("\n").at(-1) ?? run.error?.message})`,
  );
  return process.exit(2);
}

/** The usual settings of Math-Verify's own comparison. */
const isUsual = ({
  precision = 6,
  strict = true,
  allow_set_relation_comp: relations = false,
}: Record<string, unknown>): boolean => precision === 6 && strict === true && relations === false;

const cases = read()
  .trim()
  .split("\n")
  .map((line) => caseSchema.parse(JSON.parse(line)));
const verifier = new MathVerifier();
const families = new Map<string, { agreed: number; all: number }>();
const totals = { agreed: 0, all: 0, accepted: 0, otherSettings: 0 };
for (const { family, gold, answer, equal, options } of cases) {
  const verdict = await verifier.verify({ id: "case", prompt: "", answer: gold }, answer);
  const agreed = (verdict.status === "correct") === equal;
  if (!isUsual(options)) {
    totals.otherSettings++;
    if (!agreed)
      console.log(`other settings ${JSON.stringify(options)}: ${gold.slice(0, 80)} | ${answer.slice(0, 80)}`);
    continue;
  }
  const tally = families.get(family) ?? { agreed: 0, all: 0 };
  families.set(family, { agreed: tally.agreed + Number(agreed), all: tally.all + 1 });
  totals.all++;
  totals.agreed += Number(agreed);
  if (agreed) continue;
  if (!equal) totals.accepted++;
  const said = equal ? "refused" : "ACCEPTED";
  console.log(
    `${said} ${family}: ${JSON.stringify(gold.slice(-90))} | ${JSON.stringify(answer.slice(-90))} (${verdict.reason.slice(0, 100)})`,
  );
}
for (const [family, { agreed, all }] of families) console.log(`${family.padEnd(60)} ${agreed} of ${all}`);
console.log(
  `in all ${totals.agreed} of ${totals.all} (${((100 * totals.agreed) / totals.all).toFixed(1)}%), ${totals.accepted} accepted that the reference refuses; ${totals.otherSettings} cases of other settings left out`,
);
