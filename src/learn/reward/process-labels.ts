/**
 * Labels for the steps of chains without a person: from each prefix the model writes a few chains to their end, and the
 * share that comes out right is the prefix's label (Math-Shepherd, Wang et al. 2024). Where only the first error is wanted,
 * a binary search finds it with the logarithm of the roll-outs (OmegaPRM, Luo et al. 2024).
 *
 * Two things can be asked with the same roll-outs, and they are not the same: with `confine` a roll-out ends where it goes
 * back to an earlier state, so the label says whether the present attempt can still come out right; without it, a wrong turn
 * costs little to one who goes back, and the label is the policy's own value.
 */

import type { Completion, SampleRequest } from "../../core/completion.ts";
import type { Model, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { type Group, outcomeReward } from "../chains/rollouts.ts";

/** A chain as its steps, whose texts together are the chain. */
export type SteppedChain = { readonly problem: Problem; readonly steps: readonly string[] };

export type LabelOptions = {
  /** Roll-outs from a prefix: 8 in Math-Shepherd. */
  readonly rollouts: number;
  /** Of a roll-out, tokens. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** What stands between a prefix and what follows it. */
  readonly separator: string;
  /** Whether a chain has come to its end: such a prefix is judged as it stands. */
  readonly ended: (text: string) => boolean;
  /** Words at which a roll-out ends. */
  readonly confine?: readonly string[];
  readonly signal?: AbortSignal;
};

export type Labeller = { readonly model: Model; readonly verifier: Verifier };

export type PrefixLabel = {
  /** Share of right outcomes among those that could be judged; null where none could. */
  readonly soft: number | null;
  /** Outcomes that could be judged. */
  readonly judged: number;
};

/** What was written for labels, as groups of one prefix each: for `generationFlops`. */
export type Labelled<T> = { readonly labels: readonly T[]; readonly written: readonly Group[] };

/**
 * A label for each step of each chain, that of the prefix which ends with it. All prefixes are rolled out in one call of
 * the model, a prefix that several chains share once.
 *
 * @returns [chains][steps]
 * @throws the reason of `signal`
 * @example
 * import { toyLearner } from "../fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const chains = [{ problem: { id: "a", prompt: "1" }, steps: ["2", " end"] }];
 * const options = { rollouts: 4, maxTokens: 1, temperature: 1, separator: " ", ended: (text: string) => text.endsWith("end") };
 * const { labels } = await labelSteps(learner, chains, new Rng(1), options);
 * labels[0]?.map(({ soft }) => soft); // [1, 1]
 */
export async function labelSteps(
  labeller: Labeller,
  chains: readonly SteppedChain[],
  rng: Rng,
  options: LabelOptions,
): Promise<Labelled<PrefixLabel[]>> {
  const prefixes = chains.map(({ problem, steps }) => {
    let text = "";
    return steps.map((step) => {
      text += step;
      return { problem, text };
    });
  });
  const { labels, written } = await labelPrefixes(labeller, prefixes.flat(), rng, options);
  let next = 0;
  return { labels: prefixes.map((own) => own.map(() => labels[next++] as PrefixLabel)), written };
}

/**
 * The first step of each chain from which nothing right came, counted from 0; null where something right came even from
 * the last. A binary search: a prefix from which something right comes has no error in it, so the error is later.
 *
 * Each round rolls out one prefix of every chain that is still searched, in one call of the model.
 *
 * @throws the reason of `signal`
 * @example
 * import { toyLearner } from "../fixtures/toy.ts";
 * await using learner = toyLearner();
 * const chains = [{ problem: { id: "a", prompt: "1" }, steps: ["3", " 0", " end"] }];
 * const options = { rollouts: 4, maxTokens: 1, temperature: 1, separator: " ", ended: (text: string) => text.endsWith("end") };
 * (await firstErrors(learner, chains, new Rng(1), options)).labels; // [0]
 */
export async function firstErrors(
  labeller: Labeller,
  chains: readonly SteppedChain[],
  rng: Rng,
  options: LabelOptions,
): Promise<Labelled<number | null>> {
  // Steps below `good` are without error; the first error is at `bad` or before. `bad` is the number of steps where there is none.
  const searches = chains.map(({ problem, steps }) => ({ problem, steps, good: 0, bad: steps.length }));
  const written: Group[] = [];
  for (let round = 0; ; round++) {
    const open = searches.filter(({ good, bad }) => good < bad);
    if (open.length === 0) break;
    const middles = open.map(({ good, bad }) => (good + bad) >> 1);
    const prefixes = open.map(({ problem, steps }, i) => {
      return { problem, text: steps.slice(0, (middles[i] as number) + 1).join("") };
    });
    const found = await labelPrefixes(labeller, prefixes, rng.split("round", round), options);
    written.push(...found.written);
    for (const [i, search] of open.entries()) {
      const middle = middles[i] as number;
      const { soft } = found.labels[i] as PrefixLabel;
      if (soft === null || soft > 0) search.good = middle + 1;
      else search.bad = middle;
    }
  }
  return { labels: searches.map(({ steps, bad }) => (bad === steps.length ? null : bad)), written };
}

/**
 * Math-Shepherd's hard label: whether anything right came; null where nothing could be judged.
 *
 * @example
 * hardLabel({ soft: 0.125, judged: 8 }); // 1
 */
export function hardLabel({ soft }: PrefixLabel): number | null {
  return soft === null ? null : Number(soft > 0);
}

type Prefix = { readonly problem: Problem; readonly text: string };

async function labelPrefixes(
  { model, verifier }: Labeller,
  prefixes: readonly Prefix[],
  rng: Rng,
  options: LabelOptions,
): Promise<Labelled<PrefixLabel>> {
  const { rollouts, maxTokens, temperature, separator, ended, confine, signal } = options;
  const stop = signal === undefined ? {} : { signal };
  const distinct = new Map<string, { readonly prefix: Prefix; readonly requests: SampleRequest[] }>();
  for (const prefix of prefixes) {
    const key = keyOf(prefix);
    if (distinct.has(key)) continue;
    const seeds = rng.split("prefix", distinct.size);
    const requests = Array.from({ length: ended(prefix.text) ? 0 : rollouts }, (_, i) => ({
      prompt: prefix.problem.prompt,
      prefix: prefix.text,
      maxTokens,
      temperature,
      seed: seeds.split(i).seed,
      ...(confine === undefined ? {} : { stop: confine }),
    }));
    distinct.set(key, { prefix, requests });
  }
  const completions = await model.sample(
    [...distinct.values()].flatMap(({ requests }) => requests),
    stop,
  );
  signal?.throwIfAborted();
  let next = 0;
  const groups = await Promise.all(
    [...distinct.values()].map(({ prefix: { problem, text }, requests }) => {
      const own = completions.slice(next, next + requests.length);
      next += requests.length;
      const chains = requests.length === 0 ? [asItStands(text)] : own.map((each) => joined(text, separator, each));
      return Promise.all(
        chains.map(async (completion) => {
          return { problem, completion, verdict: await verifier.verify(problem, completion.text, stop) };
        }),
      );
    }),
  );
  const labels = new Map([...distinct.keys()].map((key, i) => [key, labelOf(groups[i] as Group)]));
  return {
    labels: prefixes.map((prefix) => labels.get(keyOf(prefix)) as PrefixLabel),
    written: groups.filter(([chain]) => (chain?.completion.usage.completionTokens ?? 0) > 0),
  };
}

function keyOf({ problem, text }: Prefix): string {
  return JSON.stringify([problem.id, text]);
}

function asItStands(text: string): Completion {
  return { text, finish: "end", usage: { promptTokens: 0, completionTokens: 0 } };
}

function joined(prefix: string, separator: string, completion: Completion): Completion {
  const { text } = completion;
  return { ...completion, text: prefix === "" || text === "" ? `${prefix}${text}` : `${prefix}${separator}${text}` };
}

function labelOf(group: Group): PrefixLabel {
  const rewards = group.map(outcomeReward).filter((reward) => reward !== null);
  const right = rewards.reduce((sum, reward) => sum + reward, 0);
  return { soft: rewards.length === 0 ? null : right / rewards.length, judged: rewards.length };
}
