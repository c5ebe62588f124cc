/**
 * Near misses through the mathematics verifier: none may be accepted. They are made by perturbing right answers of every family,
 * and each is shown to be wrong by mpmath, which knows nothing of the verifier. What is equal by construction is counted too.
 *
 *   npm run check:near-misses -- [--count 3000] [--seed 1] [--python path-of-a-python-with-mpmath]
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Rng } from "../../src/core/rng.ts";
import { judgeMath } from "../../src/verify/math/math-verifier.ts";
import { FAMILIES, type Sample } from "./near-misses/families.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    python: { type: "string", default: "python3" },
  },
});
const rng = new Rng(Number(values.seed));
const names = Object.keys(FAMILIES);
const samples = Array.from({ length: Number(values.count) }, (_, i): Sample & { readonly family: string } => {
  const family = names[i % names.length] as string;
  return { family, ...(FAMILIES[family] as (typeof FAMILIES)[string])(rng.split(i)) };
});
const asked = samples.map(({ means }) => JSON.stringify({ means })).join("\n");
const script = join(import.meta.dirname, "near-misses", "differs.py");
const run = spawnSync(values.python, [script], { input: asked, encoding: "utf8", maxBuffer: 1e8 });
if (run.status !== 0) {
  console.error(
    `no Python with mpmath: give one with --python (${run.stderr?.trim().split("\n").at(-1) ?? run.error?.message})`,
  );
  process.exit(2);
}
const differs = run.stdout
  .trim()
  .split("\n")
  .map((line) => line === "differ");

type Tally = { proven: number; accepted: number; open: number; same: number; refused: number };
const tallies = new Map<string, Tally>(
  names.map((name) => [name, { proven: 0, accepted: 0, open: 0, same: 0, refused: 0 }]),
);
for (const [i, { family, gold, same, near }] of samples.entries()) {
  const tally = tallies.get(family) as Tally;
  tally.same++;
  const equal = judgeMath(gold, same);
  if (equal.status !== "correct") {
    tally.refused++;
    console.log(`refused  ${family}: ${gold}  |  ${same}  (${equal.reason})`);
  }
  if (!differs[i]) continue; // the perturbation changed nothing
  tally.proven++;
  const verdict = judgeMath(gold, near);
  if (verdict.status === "unscored") tally.open++;
  if (verdict.status !== "correct") continue;
  tally.accepted++;
  console.log(`ACCEPTED ${family}: ${gold}  |  ${near}  (${verdict.reason})`);
}
const sum = (what: keyof Tally): number => [...tallies.values()].reduce((total, tally) => total + tally[what], 0);
for (const [name, { proven, accepted, open, same, refused }] of tallies) {
  console.log(
    `${name.padEnd(24)} near misses ${proven}: accepted ${accepted}, unscored ${open}; equal ${same}: refused ${refused}`,
  );
}
console.log(
  `in all: ${sum("proven")} near misses proven wrong, ${sum("accepted")} accepted, ${sum("open")} unscored; ${sum("same")} equal, ${sum("refused")} refused`,
);
process.exitCode = sum("accepted") === 0 ? 0 : 1;
