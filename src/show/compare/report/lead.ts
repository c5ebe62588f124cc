/**
 * How far one contender is ahead of another. Both answered the same problems, so what makes one hard for both cancels, and they may
 * differ surely where the intervals of each alone overlap.
 */

import { Rng } from "../../../core/rng.ts";
import { bootstrap, meanOfPicked } from "../../../measure/bootstrap.ts";
import type { CellResult } from "../cells/cell-result.ts";
import { type Estimate, mean } from "./standings.ts";

/**
 * The difference of pass@1, of a bootstrap over problems, the same ones of both, and over seeds: in pairs where both have the same
 * seeds, else of each by itself.
 */
export function leadOf(ahead: readonly CellResult[], behind: readonly CellResult[]): Estimate {
  const [a, b] = [bySeed(ahead), bySeed(behind)];
  const paired = a.length === b.length && a.every(({ seed }, i) => seed === b[i]?.seed);
  const problems = Math.min(...[...a, ...b].map(({ final }) => final.byProblem.length));
  const rng = new Rng(1).split("lead", ahead[0]?.name ?? "", behind[0]?.name ?? "");
  const over = (cells: readonly CellResult[], seeds: readonly number[], picked: Int32Array): number =>
    mean(seeds.map((seed) => meanOfPicked((cells[seed] as CellResult).final.byProblem, picked)));
  const difference = (picked: Int32Array): number => {
    const seeds = a.map(() => rng.int(a.length));
    return over(a, seeds, picked) - over(b, paired ? seeds : b.map(() => rng.int(b.length)), picked);
  };
  const everything = Int32Array.from({ length: problems }, (_, i) => i);
  const value = over(a, [...a.keys()], everything) - over(b, [...b.keys()], everything);
  return { value, ci: bootstrap(problems, difference, { rng: rng.split("problems") }) };
}

function bySeed(cells: readonly CellResult[]): CellResult[] {
  return cells.toSorted((a, b) => a.seed - b.seed);
}
