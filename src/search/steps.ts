/** Chains written a step at a time: what beam search, tree search and their scorers have in common. */

import type { Completion, FinishReason, SampleRequest } from "../core/completion.ts";
import type { Model } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { wasSent } from "./spending.ts";

/** What a step is. search-and-learn's for chat models: `{ stop: ["\n\n"], maxTokens: 2048 }`. */
export type StepFormat = {
  /** A step ends with one of these, which is kept in its text. */
  readonly stop: readonly string[];
  /** Tokens of a step, at most. */
  readonly maxTokens: number;
  /** What stands between two steps of a chain: " " where a model's words come without spaces around them. Default "". */
  readonly separator?: string;
};

export type StepSampling = {
  /** Default .8, as in search-and-learn. */
  readonly temperature?: number;
  readonly topP?: number;
};

/** A chain so far. */
export type Path = {
  readonly steps: readonly string[];
  /** The steps together. */
  readonly text: string;
  /** The model ended it: nothing follows. */
  readonly ended: boolean;
  readonly finish: FinishReason;
  /** Of the last step under the model, nats; null where the model does not say. */
  readonly logprob: number | null;
  /** Tokens of all steps. */
  readonly tokens: number;
};

export const ROOT: Path = { steps: [], text: "", ended: false, finish: "stop", logprob: null, tokens: 0 };

export type Growth = {
  readonly problem: Problem;
  readonly model: Model;
  readonly format: StepFormat;
  readonly sampling: StepSampling;
};

/**
 * Each path with one more step, in their order; null for one whose step nothing was left to pay for.
 *
 * @param rng the seeds of the steps: its own for every call
 * @param most tokens of a step; more than the format's for a last step that runs to the end
 */
export async function grow(
  { problem, model, format, sampling }: Growth,
  paths: readonly Path[],
  rng: Rng,
  most?: number,
): Promise<(Path | null)[]> {
  const requests = paths.map(
    (path, i): SampleRequest => ({
      prompt: problem.prompt,
      ...(path.text === "" ? {} : { prefix: path.text }),
      maxTokens: most ?? format.maxTokens,
      temperature: sampling.temperature ?? 0.8,
      ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
      seed: rng.split(i).seed,
      ...(most === undefined ? { stop: format.stop } : {}),
    }),
  );
  const completions = await model.sample(requests);
  return completions.map((completion, i) =>
    wasSent(completion) ? lengthened(paths[i] as Path, completion, format) : null,
  );
}

function lengthened(path: Path, { text, finish, logprobs, usage }: Completion, { separator = "" }: StepFormat): Path {
  const step = path.text === "" || text === "" ? text : `${separator}${text}`;
  return {
    steps: [...path.steps, step],
    text: `${path.text}${step}`,
    ended: finish === "end" || text === "",
    finish,
    logprob: logprobs === undefined ? null : logprobs.reduce((sum, each) => sum + each, 0),
    tokens: path.tokens + usage.completionTokens,
  };
}

/** A path as a chain of the answer. */
export function chainOf({ text, finish, tokens }: Path): Completion {
  return { text, finish, usage: { promptTokens: 0, completionTokens: tokens } };
}

/**
 * A whole chain as its steps, each with what it ends with; the last may end with the chain. An empty chain is one empty step.
 *
 * @example
 * splitSteps("First.\n\nThen.", ["\n\n"]); // ["First.\n\n", "Then."]
 */
export function splitSteps(text: string, stop: readonly string[]): string[] {
  const steps: string[] = [];
  let rest = text;
  while (rest !== "") {
    const ends = stop.flatMap((each) => {
      const at = rest.indexOf(each);
      return at < 0 ? [] : [at + each.length];
    });
    const end = ends.length === 0 ? rest.length : Math.min(...ends);
    steps.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return steps.length === 0 ? [""] : steps;
}
