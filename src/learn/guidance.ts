/**
 * Guidance (search, in the manner of AlphaZero; Silver et al. 2017, Anthony et al. 2017): the policy's own probabilities and a
 * value guide a tree search over steps, and the search, which is stronger than the policy, becomes its teacher.
 *
 *   repeat: problems -> a tree each, by PUCT -> visits, and the right chains that the search came to, are the policy's targets
 *                                            -> what walks came to, in the mean, is the value's
 *
 * The value function is handed in: roll-outs, which learn nothing, or a head that is trained here. A chain that a roll-out wrote to
 * its end counts as the search's like one of the tree. What the search gains over the policy is told with every step; it shrinks
 * as the search is amortised.
 */

import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { Verdict } from "../core/verdict.ts";
import type { ScorerFor } from "../search/roll-outs.ts";
import { type SearchNode, searchTree } from "../search/search-tree.ts";
import { Spending } from "../search/spending.ts";
import type { StepFormat } from "../search/steps.ts";
import { CountedModel } from "./counted-model.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress, type LearnStep } from "./learn-step.ts";
import { generationFlops, type RolloutOptions, rollOut } from "./rollouts.ts";
import { sequencesOf, targetsOf, type VisitTarget } from "./visit-targets.ts";

export type ValueExample = {
  readonly problem: Problem;
  /** A chain so far. */
  readonly text: string;
  /** What it came to, in [0, 1]. */
  readonly value: number;
};

export type ValueFunction = {
  /** Scores prefixes during the search. */
  readonly scorer: ScorerFor;
  /** FLOPs that the scorer has spent beside the model that it is given. */
  readonly spent?: () => number;
  /** Learns from what the trees came to. */
  readonly train?: (examples: readonly ValueExample[], rng: Rng) => Promise<{ readonly flops: number }>;
};

export type GuidanceOptions = RolloutOptions &
  FineTuneOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    readonly value: ValueFunction;
    readonly format: StepFormat;
    /** Whether a chain has come to its end: then it is worth its verdict. */
    readonly ended: (text: string) => boolean;
    /** Steps that a node is expanded with, at most. */
    readonly m: number;
    readonly parallel: number;
    readonly simulations: number;
    /** At which steps are sampled in a tree: above 1 it sees more than the policy would try. */
    readonly treeTemperature: number;
    /** Tokens of one tree, at most. */
    readonly treeTokens: number;
    /** A node teaches where at least so many walks went on from it. */
    readonly minVisits: number;
    /** Distinct right chains that are imitated a problem, at most: the shortest. */
    readonly keep: number;
    /** A chain as its steps. */
    readonly split: (chain: string) => readonly string[];
  };

export type GuidanceStep = LearnStep & {
  /** Share of the step's problems for which a single chain of the policy is right, as it was before the step. */
  readonly policy: number;
  /** Share of them for which the search came to a right chain, in the tree or by a roll-out. */
  readonly search: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `filter`. The chains reported are those of the
 * policy alone (`samples` a problem), which cost FLOPs like all others.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { byVerifier, rollOuts } from "../search/roll-outs.ts";
 * import { Rng } from "../core/rng.ts";
 * await using learner = toyLearner();
 * const value = { scorer: rollOuts({ n: 2, maxTokens: 1, judge: byVerifier, separator: " " }) };
 * const search = { m: 4, parallel: 4, simulations: 16, treeTokens: 200, format: { stop: [], maxTokens: 1, separator: " " } };
 * const ends = { ended: (text: string) => text.endsWith("end"), split: (text: string) => text.split(/(?= )/) };
 * const amount = { steps: 1, problemsPerStep: 5, samples: 4, maxTokens: 2, temperature: 1, treeTemperature: 2, minVisits: 2, keep: 2 };
 * const training = { epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * const options = { ...amount, ...search, ...training, ...ends, value };
 * for await (const step of guidance(learner, toyProblems(5), new Rng(1), options)) console.log(step.policy, step.search);
 */
export async function* guidance(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: GuidanceOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<GuidanceStep> {
  const { engine, model, verifier } = learner;
  const { value } = options;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const groups = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const before = value.spent?.() ?? 0;
    const trees = await Promise.all(
      drawn.map((problem, p) => searched(learner, problem, random.split("tree", p), options, signal)),
    ).catch((error: unknown) => {
      signal?.throwIfAborted(); // whatever a search says of being stopped
      throw error;
    });
    signal?.throwIfAborted();
    flops += generationFlops(engine.config, groups) + (value.spent?.() ?? 0) - before;
    flops += trees.reduce((sum, tree) => sum + tree.flops, 0);
    const kl = await klToReference(learner, groups);
    const targets = trees.flatMap((tree) => [
      ...targetsOf(tree.problem, tree.root, options.minVisits),
      ...imitated(tree, options, model),
    ]);
    const trained = await fineTune(learner, targets, random, options, (batch) => sequencesOf(batch, model));
    flops += trained.flops;
    if (value.train !== undefined) {
      const examples = trees.flatMap((tree) => examplesOf(tree, options.minVisits));
      flops += (await value.train(examples, random.split("value"))).flops;
    }
    const described = describeGroups(groups);
    yield {
      step,
      flops,
      ...described,
      kl,
      ...trained.diagnostics,
      groups,
      policy: described.reward,
      search: trees.filter(({ right }) => right.length > 0).length / trees.length,
    };
  }
}

type SearchedTree = {
  readonly problem: Problem;
  readonly root: SearchNode;
  /** Distinct right chains that were judged: ends of the tree, and of roll-outs where the verifier judges these. */
  readonly right: readonly string[];
  readonly flops: number;
};

async function searched(
  { engine, model: policy, verifier }: Learner,
  problem: Problem,
  rng: Rng,
  { value, format, ended, m, parallel, simulations, treeTokens, treeTemperature }: GuidanceOptions,
  signal: AbortSignal | undefined,
): Promise<SearchedTree> {
  const counted = new CountedModel(policy, engine.config);
  const stop = signal === undefined ? {} : { signal };
  const judge = new Remembering(verifier);
  const context = {
    model: counted,
    verifier: judge,
    extract: () => null,
    budget: { maxTokens: treeTokens },
    rng,
    ...stop,
  };
  const model = new Spending(context);
  const valued = value.scorer(context, model, rng.split("value"));
  const scorer = {
    name: valued.name,
    score: async (posed: Problem, steps: readonly string[]): Promise<number[]> => {
      const text = steps.join("");
      if (!ended(text)) return valued.score(posed, steps, stop);
      const verdict = await judge.verify(posed, text, stop);
      return [verdict.status === "unscored" ? 0 : verdict.score];
    },
  };
  const growth = { problem, model, format, sampling: { temperature: treeTemperature } };
  const root = await searchTree({ growth, scorer, m, parallel, simulations, signal }, rng.split("walks"));
  return { problem, root, right: await judge.right(), flops: counted.flops };
}

/** Of one problem: a chain is judged once, however often it is come to. */
class Remembering implements Verifier {
  readonly name: string;
  readonly #verifier: Verifier;
  readonly #verdicts = new Map<string, Promise<Verdict>>();

  constructor(verifier: Verifier) {
    this.name = verifier.name;
    this.#verifier = verifier;
  }

  verify(problem: Problem, text: string, options?: { readonly signal?: AbortSignal }): Promise<Verdict> {
    const known = this.#verdicts.get(text);
    if (known !== undefined) return known;
    const verdict = this.#verifier.verify(problem, text, options);
    this.#verdicts.set(text, verdict);
    return verdict;
  }

  /** Distinct chains that were found right. */
  async right(): Promise<string[]> {
    const judged = await Promise.all(
      [...this.#verdicts].map(async ([text, verdict]) => [text, await verdict] as const),
    );
    return judged.flatMap(([text, { status }]) => (status === "correct" ? [text] : []));
  }
}

/** The shortest right chains, as targets: at every step of one nothing else is to be done. */
function imitated(
  { problem, right }: SearchedTree,
  { keep, split }: GuidanceOptions,
  model: Learner["model"],
): VisitTarget[] {
  return right
    .map((text) => ({ text, length: model.encode(problem.prompt, text).length }))
    .sort((a, b) => a.length - b.length || (a.text < b.text ? -1 : 1)) // in no order of its own
    .slice(0, keep)
    .map(({ text }) => {
      const steps = split(text).map((step) => ({ text: step, share: 1 }));
      return { problem, steps, nodes: steps.length };
    });
}

/** What walks through a node came to, in the mean, for every node that enough walks went through. */
function examplesOf({ problem, root }: SearchedTree, minVisits: number): ValueExample[] {
  const examples: ValueExample[] = [];
  const visit = (node: SearchNode): void => {
    if (node.visits < minVisits) return;
    if (!node.path.ended) examples.push({ problem, text: node.path.text, value: node.total / node.visits });
    for (const child of node.children ?? []) visit(child);
  };
  visit(root);
  return examples;
}
