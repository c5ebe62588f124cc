/**
 * AB-MCTS-A (Inoue et al. 2025): at every node an arm for generating a new child and one for continuing with those that are
 * there, and under the latter an arm for each child. An arm's scores are normal with unknown mean and variance, whose
 * conjugate prior is the normal-inverse-chi-squared distribution; the next action is Thompson-sampled by the posterior of the
 * means, first generate or continue, then among the children.
 */

import type { Rng } from "../../core/rng.ts";
import { type AnswerNode, type BranchingPolicy, lineage } from "./tree.ts";

const PRIOR = { mean: 0, k: 1, nu: 1, variance: 0.1 } as const;

/** What an arm has seen: enough for its posterior. */
type Arm = { count: number; sum: number; squares: number };

type Arms = { readonly generate: Arm; readonly continue: Arm; readonly own: Arm };

export class Aggregated implements BranchingPolicy {
  readonly #arms = new Map<AnswerNode, Arms>();
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  choose(root: AnswerNode): AnswerNode {
    for (let node = root; ; ) {
      if (node.children.length === 0) return node;
      const arms = this.#armsOf(node);
      if (draw(arms.generate, this.#rng) >= draw(arms.continue, this.#rng)) return node;
      const draws = node.children.map((child) => draw(this.#armsOf(child).own, this.#rng));
      node = node.children[draws.indexOf(Math.max(...draws))] as AnswerNode;
    }
  }

  /** A score updates `generate` at its parent, and at each ancestor above it `continue` and the child's own arm. */
  observe(node: AnswerNode): void {
    const { score } = node;
    see(this.#armsOf(node).own, score);
    const [, parent, ...above] = lineage(node);
    if (parent === undefined) return;
    see(this.#armsOf(parent).generate, score);
    let child = parent;
    for (const ancestor of above) {
      see(this.#armsOf(ancestor).continue, score);
      see(this.#armsOf(child).own, score);
      child = ancestor;
    }
  }

  #armsOf(node: AnswerNode): Arms {
    let arms = this.#arms.get(node);
    if (arms === undefined) {
      const arm = (): Arm => ({ count: 0, sum: 0, squares: 0 });
      arms = { generate: arm(), continue: arm(), own: arm() };
      this.#arms.set(node, arms);
    }
    return arms;
  }
}

function see(arm: Arm, score: number): void {
  arm.count++;
  arm.sum += score;
  arm.squares += score * score;
}

/**
 * The posterior's parameters (Murphy 2007, "Conjugate Bayesian analysis of the Gaussian distribution", section 5).
 *
 * @example
 * posterior({ count: 0, sum: 0, squares: 0 }); // { mean: 0, k: 1, nu: 1, variance: 0.1 }
 */
export function posterior({ count, sum, squares }: Readonly<Arm>): {
  readonly mean: number;
  readonly k: number;
  readonly nu: number;
  readonly variance: number;
} {
  const k = PRIOR.k + count;
  const nu = PRIOR.nu + count;
  const mean = (PRIOR.k * PRIOR.mean + sum) / k;
  const average = count === 0 ? 0 : sum / count;
  const spread = Math.max(0, squares - count * average * average);
  const shift = (PRIOR.k * count * (average - PRIOR.mean) ** 2) / k;
  return { mean, k, nu, variance: (PRIOR.nu * PRIOR.variance + spread + shift) / nu };
}

/** A mean that the arm's scores may have: from its posterior, Student's t with nu degrees of freedom. */
function draw(arm: Readonly<Arm>, rng: Rng): number {
  const { mean, k, nu, variance } = posterior(arm);
  return mean + rng.normal() * Math.sqrt((variance * nu) / (k * chiSquared(nu, rng)));
}

/**
 * Twice a gamma variate of shape nu / 2, which is drawn by rejection (Marsaglia and Tsang 2000, "A simple method for generating
 * gamma variables"), so that an arm that has seen much costs no more than another.
 *
 * @param nu degrees of freedom, a whole number
 */
export function chiSquared(nu: number, rng: Rng): number {
  if (nu === 1) return rng.normal() ** 2; // the method is for shapes of 1 and more
  const d = nu / 2 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = 1 - rng.next();
    if (u < 1 - 0.0331 * x * x * x * x) return 2 * d * v; // mostly so, and without a logarithm
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return 2 * d * v;
  }
}
