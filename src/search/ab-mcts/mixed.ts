/**
 * AB-MCTS-M (Inoue et al. 2025): at every node one mixed model of the scores under it, in which the children are groups. Score
 * y of group j is a_j + s_y e, and a_j is mu + s_a e, so what one group shows also says something about the others and about a
 * group that does not exist yet, which is what generating a new child would open. The next action is Thompson-sampled from the
 * posterior predictive: the new group, or one of the children, to descend to.
 *
 * The priors are mu ~ N(.5, .2^2), s_a ~ half-normal(.2), s_y ~ half-normal(.3). Given the two deviations all else is normal and
 * integrated exactly; over the deviations the posterior is summed on a grid.
 */

import type { Rng } from "../../core/rng.ts";
import { type AnswerNode, type BranchingPolicy, scoresUnder } from "./tree.ts";

const MEAN = { centre: 0.5, deviation: 0.2 } as const;
const BETWEEN_SCALE = 0.2;
const WITHIN_SCALE = 0.3;
/** Grid of either deviation: midpoints of equal cells up to three scales. */
const CELLS = 16;

export class Mixed implements BranchingPolicy {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  choose(root: AnswerNode): AnswerNode {
    for (let node = root; ; ) {
      if (node.children.length === 0) return node;
      const groups = node.children.map(scoresUnder);
      const draws = drawScores(groups, this.#rng);
      const best = draws.indexOf(Math.max(...draws));
      if (best === groups.length) return node;
      node = node.children[best] as AnswerNode;
    }
  }

  /** Everything is in the tree. */
  observe(): void {}
}

/** A score that each group might give next, and last one of a new group. */
export function drawScores(groups: readonly (readonly number[])[], rng: Rng): number[] {
  const cells = gridPosterior(groups);
  const { between, within, mean, precision } = cells[rng.weighted(cells.map(({ weight }) => weight))] as Cell;
  const mu = mean + rng.normal() / Math.sqrt(precision);
  const centreOf = (scores: readonly number[]): number => {
    // a_j given mu: precision 1 / s_a^2 from the prior and n / s_y^2 from the group's scores.
    const own = 1 / between ** 2;
    const seen = scores.length / within ** 2;
    const average = scores.length === 0 ? 0 : scores.reduce((a, b) => a + b, 0) / scores.length;
    return (own * mu + seen * average) / (own + seen) + rng.normal() / Math.sqrt(own + seen);
  };
  return [...groups, []].map((scores) => centreOf(scores) + rng.normal() * within);
}

export type Cell = {
  /** The deviations s_a and s_y. */
  readonly between: number;
  readonly within: number;
  /** Of mu given them, whose posterior is normal. */
  readonly mean: number;
  readonly precision: number;
  /** Posterior probability; over all cells they sum to 1. */
  readonly weight: number;
};

/**
 * The posterior over the two deviations, on the grid, with mu and the groups' centres integrated out.
 *
 * @param groups scores of each group, at least one each
 */
export function gridPosterior(groups: readonly (readonly number[])[]): Cell[] {
  const summaries = groups.map((scores) => {
    const average = scores.reduce((a, b) => a + b, 0) / scores.length;
    return { n: scores.length, average, spread: scores.reduce((total, y) => total + (y - average) ** 2, 0) };
  });
  const cells: (Omit<Cell, "weight"> & { readonly logWeight: number })[] = [];
  for (let i = 0; i < CELLS; i++) {
    for (let j = 0; j < CELLS; j++) {
      const between = (3 * BETWEEN_SCALE * (i + 0.5)) / CELLS;
      const within = (3 * WITHIN_SCALE * (j + 0.5)) / CELLS;
      let precision = 1 / MEAN.deviation ** 2;
      let weighted = precision * MEAN.centre;
      let quadratic = precision * MEAN.centre ** 2;
      let log = -0.5 * ((between / BETWEEN_SCALE) ** 2 + (within / WITHIN_SCALE) ** 2);
      for (const { n, average, spread } of summaries) {
        // The average of a group is normal about mu with variance s_a^2 + s_y^2 / n; the spread about it knows s_y alone.
        const variance = between ** 2 + within ** 2 / n;
        log -= (n - 1) * Math.log(within) + spread / (2 * within ** 2) + 0.5 * Math.log(variance);
        precision += 1 / variance;
        weighted += average / variance;
        quadratic += average ** 2 / variance;
      }
      log -= 0.5 * Math.log(precision) + 0.5 * (quadratic - weighted ** 2 / precision);
      cells.push({ between, within, mean: weighted / precision, precision, logWeight: log });
    }
  }
  const most = cells.reduce((max, { logWeight }) => Math.max(max, logWeight), Number.NEGATIVE_INFINITY);
  const sum = cells.reduce((total, { logWeight }) => total + Math.exp(logWeight - most), 0);
  return cells.map(({ logWeight, ...cell }) => ({ ...cell, weight: Math.exp(logWeight - most) / sum }));
}
