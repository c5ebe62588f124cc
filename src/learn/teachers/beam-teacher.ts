/**
 * Beams as the policy's teacher: step-level beam search guided by a value (as in Yu et al. 2023, OVM), whose right chains are imitated as
 * in expert iteration (Anthony et al. 2017). The value learns of every prefix of a beam that ended which share of its ends are right.
 *
 * A beam that ended is worth its verdict. Prefixes that were dropped on the way have no end and teach nothing: the value learns what
 * becomes of prefixes that it let live, and is told least of those that it undervalues.
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { beamSearch } from "../../search/beam-search.ts";
import type { ScorerFor } from "../../search/roll-outs.ts";
import { CountedModel } from "../chains/counted-model.ts";
import type { Taught, Teacher, TeacherOptions, ValueExample } from "../guidance.ts";
import type { Learner } from "../learn-step.ts";
import { RememberingVerifier } from "./remembering-verifier.ts";
import { imitationTargets } from "./visit-targets.ts";

export type BeamOptions = TeacherOptions & {
  /** Beams, and steps that each kept one is continued with. */
  readonly n: number;
  readonly m: number;
  /** Steps of a beam, at most. */
  readonly maxSteps: number;
  /** At which steps are sampled. */
  readonly temperature: number;
  /** Of the beams of a problem, at most. */
  readonly maxTokens: number;
};

/**
 * @example
 * import { byVerifier, rollOuts } from "../../search/roll-outs.ts";
 * const value = { scorer: rollOuts({ n: 2, maxTokens: 64, judge: byVerifier }) };
 * const steps = { format: { stop: ["\n"], maxTokens: 16 }, split: (text: string) => text.split(/(?<=\n)/) };
 * const ended = (text: string) => text.endsWith("end");
 * beamTeacher({ value, ...steps, ended, n: 8, m: 4, maxSteps: 12, maxTokens: 1000, temperature: 1, keep: 4 }).name; // "beams"
 */
export function beamTeacher(options: BeamOptions): Teacher {
  return {
    name: "beams",
    value: options.value,
    search: (learner, problem, rng, signal) => beamsOf(learner, problem, rng, options, signal),
  };
}

/** A beam that came to its end. */
type End = { readonly steps: readonly string[]; readonly worth: number };

async function beamsOf(
  { engine, model: policy, verifier }: Learner,
  problem: Problem,
  rng: Rng,
  { value, format, ended, n, m, maxSteps, temperature, maxTokens, ...imitation }: BeamOptions,
  signal: AbortSignal | undefined,
): Promise<Taught> {
  const model = new CountedModel(policy, engine.config);
  const stop = signal === undefined ? {} : { signal };
  const judge = new RememberingVerifier(verifier);
  const ends = new Map<string, End>();
  const scorer: ScorerFor = (own, spending, random) => {
    const valued = value.scorer(own, spending, random);
    return {
      name: valued.name,
      async score(posed, steps) {
        const text = steps.join("");
        if (!ended(text)) return valued.score(posed, steps, stop);
        ends.set(text, ends.get(text) ?? { steps, worth: 0 }); // in its place before anything is awaited
        const worth = await judge.worth(posed, text, stop);
        ends.set(text, { steps, worth });
        return [worth];
      },
    };
  };
  const search = beamSearch({ n, m, format, maxSteps, temperature, scorer, selection: "best" });
  await search.solve(problem, { model, verifier: judge, extract: () => null, budget: { maxTokens }, rng, ...stop });
  const right = await judge.right();
  return {
    right: right.length,
    targets: imitationTargets(problem, right, imitation, policy),
    examples: examplesOf(problem, [...ends.values()]),
    flops: model.flops,
  };
}

/** What became of every prefix of a beam that ended, in the mean over its distinct ends. */
function examplesOf(problem: Problem, ends: readonly End[]): ValueExample[] {
  const sums = new Map<string, { worth: number; ends: number }>();
  for (const { steps, worth } of ends) {
    for (let s = 0; s < steps.length; s++) {
      const text = steps.slice(0, s).join("");
      const sum = sums.get(text) ?? { worth: 0, ends: 0 };
      sums.set(text, { worth: sum.worth + worth, ends: sum.ends + 1 });
    }
  }
  return [...sums].map(([text, sum]) => ({ problem, text, value: sum.worth / sum.ends }));
}
