/**
 * Self-improvement, generation by generation (expert iteration, Anthony et al. 2017; STaR, ReST-EM; iterated amplification and
 * distillation): search with the model finds what the model alone does not, and what it found trains the model.
 *
 *   repeat
 *     problems <- the frontier and what is behind it                 (frontier.ts)
 *     alone    <- one chain of the policy a problem
 *     searched <- the search's chains a problem, with a budget above the policy's own
 *     kept     <- up to `keep` distinct chains a problem that the verifier accepts
 *     model    <- distil(kept, base texts replayed)                  (distil-into.ts)
 *     frontier <- moved on where the search, or the policy, passes the threshold
 *
 * Only verified chains are ever learnt. What would tell of a collapse is measured in every generation (collapse.ts). The problems
 * of a generation are new, so the accuracies that it tells are those on problems it has not trained on.
 */

import type { Completion } from "../core/completion.ts";
import type { Strategy } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { Verdict } from "../core/verdict.ts";
import { CountedModel } from "./chains/counted-model.ts";
import { type Group, generationFlops, type Rollout, rollOut } from "./chains/rollouts.ts";
import { distinctCorrect } from "./filter.ts";
import { type Diversity, diversityOf } from "./generations/collapse.ts";
import type { Distil } from "./generations/distil-into.ts";
import { type FrontierOptions, mixOf, movedOn } from "./generations/frontier.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress, type LearnStep } from "./learn-step.ts";
import { type SupervisedText, textOf } from "./pretrain.ts";

export type SelfImprovementOptions = {
  readonly generations: number;
  readonly problemsPerGeneration: number;
  readonly frontier: FrontierOptions;
  readonly strategy: Strategy;
  /** Of the search, tokens a problem. */
  readonly budget: number;
  /** Of the policy's own chain, tokens. */
  readonly maxTokens: number;
  /** The canonical answer of a chain. */
  readonly extract: (problem: Problem, chain: string) => string | null;
  /** Distinct right chains kept a problem. */
  readonly keep: number;
  /** Share of base texts among what is trained on, in [0, 1). */
  readonly replay: number;
  /** Base texts, a function of the generator alone. */
  readonly baseTexts: (rng: Rng, count: number) => readonly SupervisedText[];
  readonly distil: Distil;
};

/** Where a run goes on from. */
export type SelfImprovementProgress = LearnProgress & {
  readonly frontier: number;
  /** What all generations so far kept. */
  readonly kept: readonly SupervisedText[];
};

/** A chain of a search, judged. */
export type SearchedChain = { readonly completion: Completion; readonly verdict: Verdict; readonly kept: boolean };

export type SearchedProblem = {
  readonly problem: Problem;
  readonly difficulty: number;
  /** Of the search's generator: with the model and the strategy it gives the same chains again. */
  readonly seed: number;
  readonly chains: readonly SearchedChain[];
  /** Tokens that the search spent. */
  readonly tokens: number;
};

export type DifficultyStep = {
  readonly difficulty: number;
  readonly problems: number;
  /** Share that the policy's own chain solves. */
  readonly policy: number;
  /** Share that the search solves. */
  readonly search: number;
  /** Chains kept. */
  readonly kept: number;
};

export type Generation = LearnStep & {
  /** The hardest difficulty that was asked. */
  readonly frontier: number;
  /** Of the next generation. */
  readonly next: number;
  readonly byDifficulty: readonly DifficultyStep[];
  readonly diversity: Diversity;
  readonly searched: readonly SearchedProblem[];
  readonly kept: readonly SupervisedText[];
  /** Tokens a problem: of the policy's own chain, and of the search. */
  readonly policyTokens: number;
  readonly searchTokens: number;
  /** Who has learnt: another than before where the distillation is into a fresh model. */
  readonly learner: Learner;
};

/**
 * Yields each generation when it has been learnt, and goes on after `from`. What a generation does depends on its number, `rng`, the
 * weights, and `from`. An abort is heeded while chains are written and while a fresh model learns.
 *
 * @param learner its engine is trained in place, unless the distillation is into a fresh model
 * @param problems new problems of a difficulty for a generation; the same ones whenever it is asked again
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { bestOfN } from "../search/best-of-n.ts";
 * import { Rng } from "../core/rng.ts";
 * import { intoSame } from "./generations/distil-into.ts";
 * await using learner = toyLearner();
 * const frontier = { difficulties: [1], upTo: 1, by: "search", threshold: 0.9, share: 0.5 } as const;
 * const search = { strategy: bestOfN({ n: 8 }), budget: 16, maxTokens: 2, extract: () => null };
 * const distil = intoSame({ epochs: 4, batch: 8, rehearse: 1, optimizer: TOY_ADAMW });
 * const amount = { generations: 3, problemsPerGeneration: 5, keep: 4, replay: 0, baseTexts: () => [] };
 * const problems = (generation: number, _: number, count: number) => toyProblems(count)(generation);
 * const run = selfImprovement(learner, problems, new Rng(1), { ...amount, ...search, frontier, distil });
 * for await (const { step, byDifficulty } of run) console.log(step, byDifficulty[0]?.policy, byDifficulty[0]?.search);
 */
export async function* selfImprovement(
  learner: Learner,
  problems: (generation: number, difficulty: number, count: number) => readonly Problem[],
  rng: Rng,
  options: SelfImprovementOptions,
  from: SelfImprovementProgress = begin(options.frontier),
  signal?: AbortSignal,
): AsyncGenerator<Generation> {
  const { frontier: ladder, distil, replay: share, baseTexts } = options;
  let { flops, frontier, kept: all } = from;
  let current = learner;
  for (let step = from.step + 1; step <= options.generations; step++) {
    const random = rng.split(step);
    const asked = mixOf(ladder, frontier, options.problemsPerGeneration).flatMap(([difficulty, count]) =>
      problems(step, difficulty, count).map((problem) => ({ problem, difficulty })),
    );
    const alone = await rollOut(
      current.model,
      current.verifier,
      asked.map(({ problem }) => problem),
      random.split("alone"),
      { samples: 1, maxTokens: options.maxTokens, temperature: 1, ...(signal === undefined ? {} : { signal }) },
    );
    const searched = await Promise.all(
      asked.map((each, p) => search(current, each, random.split("search", p), options, signal)),
    ).catch((error: unknown) => {
      signal?.throwIfAborted(); // a search that was stopped says so in its own words
      throw error;
    });
    signal?.throwIfAborted();
    flops += generationFlops(current.engine.config, alone) + searched.reduce((sum, each) => sum + each.flops, 0);
    const kl = distil.fresh ? 0 : await klToReference(current, alone);
    const { model } = current;
    const kept = searched.flatMap(({ problem, chains }) =>
      chains.filter((chain) => chain.kept).map(({ completion }) => textOf(model, problem, completion.text)),
    );
    all = [...all, ...kept];
    const replay = (batch: number, count: number) => baseTexts(random.split("replay", batch), count);
    const data = { generation: step, kept, all, replay, share };
    const distilled = await distil.distil(current, data, random.split("distil"), signal);
    current = distilled.learner;
    flops += distilled.flops;
    const byDifficulty = accuracies(asked, alone, searched);
    const at = byDifficulty.at(-1) as DifficultyStep;
    const next = movedOn(ladder, frontier, at[ladder.by]);
    const described = describeGroups(alone);
    yield {
      step,
      flops,
      ...described,
      kl,
      ...distilled.diagnostics,
      groups: alone,
      frontier,
      next,
      byDifficulty,
      diversity: diversityOf(
        searched.map((each) => rightOf(each, options)),
        logprobsOf(alone),
      ),
      searched,
      kept,
      policyTokens: described.meanTokens,
      searchTokens: searched.reduce((sum, { tokens }) => sum + tokens, 0) / Math.max(1, searched.length),
      learner: current,
    };
    frontier = next;
  }
}

/** Before the first generation. */
export function begin({ difficulties }: FrontierOptions): SelfImprovementProgress {
  return { step: 0, flops: 0, frontier: difficulties[0] as number, kept: [] };
}

async function search(
  { engine, model, verifier }: Learner,
  { problem, difficulty }: { readonly problem: Problem; readonly difficulty: number },
  rng: Rng,
  { strategy, budget, extract, keep }: SelfImprovementOptions,
  signal: AbortSignal | undefined,
): Promise<SearchedProblem & { readonly flops: number }> {
  const counted = new CountedModel(model, engine.config);
  const stop = signal === undefined ? {} : { signal };
  const context = { model: counted, verifier, extract, budget: { maxTokens: budget }, rng, ...stop };
  const { chains, usage } = await strategy.solve(problem, context);
  const judged = await Promise.all(
    chains.map(async (completion): Promise<Rollout> => {
      return { problem, completion, verdict: await verifier.verify(problem, completion.text, stop) };
    }),
  );
  const kept = new Set(distinctCorrect(judged, keep));
  return {
    problem,
    difficulty,
    seed: rng.seed,
    chains: judged.map((chain) => ({ completion: chain.completion, verdict: chain.verdict, kept: kept.has(chain) })),
    tokens: usage.tokens,
    flops: counted.flops,
  };
}

function isRight({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict.status === "correct";
}

function accuracies(
  asked: readonly { readonly difficulty: number }[],
  alone: readonly Group[],
  searched: readonly SearchedProblem[],
): DifficultyStep[] {
  const places = Map.groupBy(asked.keys(), (p) => (asked[p] as (typeof asked)[number]).difficulty);
  return [...places].map(([difficulty, own]) => {
    const share = (holds: (p: number) => boolean): number => own.filter(holds).length / own.length;
    return {
      difficulty,
      problems: own.length,
      policy: share((p) => (alone[p] as Group).some(isRight)),
      search: share((p) => (searched[p] as SearchedProblem).chains.some(isRight)),
      kept: own.reduce((n, p) => n + (searched[p] as SearchedProblem).chains.filter(({ kept }) => kept).length, 0),
    };
  });
}

function rightOf({ problem, chains }: SearchedProblem, { extract }: SelfImprovementOptions) {
  const texts = chains.filter(isRight).map(({ completion }) => completion.text);
  return { texts, answers: texts.map((text) => extract(problem, text)) };
}

function* logprobsOf(groups: readonly Group[]): Generator<number> {
  for (const { completion } of groups.flat()) yield* completion.logprobs ?? [];
}
