/**
 * Reward models on a server, over the endpoints of vLLM (0.10 and later): `/pooling` gives token-wise rewards, `/classify` the classes
 * of a text. Two conventions of process rewards are known:
 *
 * - Qwen2.5-Math-PRM: the steps of the assistant's turn, `<extra_0>` after each; the server gives a pair at every mark, and the
 *   second is "right". Whether pairs are probabilities, as vLLM gives them, or logits is said, never guessed from their size.
 * - RLHFlow's (Llama3.1-8B-PRM): each step is a turn of the user, answered by `+` or `-`; a step's score is the probability of `+`
 *   among the two.
 *
 * A server that fails throws; whoever verifies says `unscored`.
 */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import type { StepScorer } from "../../core/interfaces.ts";
import type { Post } from "../../core/post.ts";
import type { Problem } from "../../core/problem.ts";

export type RemoteOptions = {
  /** `postTo` in model/openai/post.ts makes one. */
  readonly post: Post;
  /** The model's name on the server. */
  readonly model: string;
};

/** What a server gives for a step: a number or a pair of them. */
export type RewardRows = "probabilities" | "logits";

type Options = { readonly signal?: AbortSignal };

const MOST_STEPS = 4096;
const reward = z.number();
const poolingSchema = z.object({
  data: z
    .array(
      z.object({
        data: z.union([z.array(reward).max(MOST_STEPS), z.array(z.array(reward).min(1).max(16)).max(MOST_STEPS)]),
      }),
    )
    .min(1),
});
const classifySchema = z.object({
  data: z
    .array(z.object({ label: z.string().nullish(), probs: z.array(z.number().min(0).max(1)).min(1).max(1000) }))
    .min(1),
});
const topSchema = z.object({
  choices: z
    .array(
      z.object({
        logprobs: z.object({
          content: z
            .array(z.object({ top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number() })) }))
            .min(1),
        }),
      }),
    )
    .min(1),
});

const MARK = "<extra_0>";
const QWEN_SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}.";

/**
 * Process rewards as Qwen2.5-Math-PRM gives them.
 *
 * @param options.system the system's turn; default that of the model's card
 * @param options.rows what the server gives at a mark; default `probabilities`, and what is none is then an error
 * @example
 * const post = async () => ({ data: [{ data: [[0.1, 0.9], [0.75, 0.25]] }] }); // of a server: `postTo`
 * const scorer = qwenProcessReward({ post, model: "Qwen2.5-Math-PRM-7B" });
 * await scorer.score({ id: "p", prompt: "1 + 1?" }, ["It is 2.", " So 3."]); // [0.9, 0.25]
 */
export function qwenProcessReward({
  post,
  model,
  system = QWEN_SYSTEM,
  rows: kind = "probabilities",
}: RemoteOptions & { readonly system?: string; readonly rows?: RewardRows }): StepScorer {
  return {
    name: model,
    async score(problem, steps, options = {}) {
      if (steps.length === 0) return [];
      const content = steps.map((step) => `${withoutMarks(step)}${MARK}`).join("");
      const messages = [
        { role: "system", content: system },
        { role: "user", content: withoutMarks(problem.prompt) },
        { role: "assistant", content },
      ];
      const said = read(poolingSchema, await post("pooling", { model, messages }, options.signal), model);
      const rows = said.data[0]?.data ?? [];
      if (rows.length !== steps.length) throw unexpected(model, `${rows.length} rewards for ${steps.length} steps`);
      return rows.map((row) => probabilityOf(row, kind, model));
    },
  };
}

/** A step may not write the mark itself: it would score more steps than there are. */
function withoutMarks(text: string): string {
  return text.replaceAll(MARK, "");
}

/** A number a step, or a pair, wrong and right. */
function probabilityOf(row: number | readonly number[], kind: RewardRows, model: string): number {
  const [first = 0, right] = typeof row === "number" ? [row] : row;
  if (typeof row !== "number" && row.length > 2) throw unexpected(model, `${row.length} classes at a mark, not 2`);
  if (kind === "logits") return right === undefined ? logistic(first) : logistic(right - first);
  const sound = (value: number): boolean => value >= 0 && value <= 1;
  const fits = right === undefined ? sound(first) : sound(first) && sound(right) && Math.abs(first + right - 1) < 0.01;
  if (!fits) throw unexpected(model, `${JSON.stringify(row)} is no probability (are they logits? say rows: "logits")`);
  return right ?? first;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Process rewards as RLHFlow's models give them: one question a step, all at once. */
export function rlhflowProcessReward({ post, model }: RemoteOptions): StepScorer {
  return {
    name: model,
    score(problem, steps, options = {}) {
      return Promise.all(
        steps.map(async (_, i) => {
          const messages = turnsOf(problem, steps.slice(0, i + 1));
          const body = { model, messages, max_tokens: 1, temperature: 0, logprobs: true, top_logprobs: 20 };
          const said = read(topSchema, await post("v1/chat/completions", body, options.signal), model);
          const top = said.choices[0]?.logprobs.content[0]?.top_logprobs ?? [];
          const of = (token: string): number =>
            top.filter((each) => each.token.trim() === token).reduce((sum, each) => sum + Math.exp(each.logprob), 0);
          const [plus, minus] = [of("+"), of("-")];
          if (plus + minus === 0) throw unexpected(model, "neither + nor - is among the likely tokens");
          return plus / (plus + minus);
        }),
      );
    },
  };
}

/** The problem stands before the first step; every step but the last was answered with +. */
function turnsOf({ prompt }: Problem, steps: readonly string[]): { readonly role: string; readonly content: string }[] {
  return steps.flatMap((step, i) => [
    { role: "user", content: i === 0 ? `${prompt} ${step}` : step },
    ...(i === steps.length - 1 ? [] : [{ role: "assistant", content: "+" }]),
  ]);
}

/**
 * Outcome rewards of a classifier: the probability of one of its classes for the whole chain.
 *
 * @param options.positive place of the class that means right; default the last
 */
export function classifierReward({
  post,
  model,
  positive,
}: RemoteOptions & { readonly positive?: number }): StepScorer {
  return {
    name: model,
    score(problem, steps, options: Options = {}) {
      let text = "";
      const prefixes = steps.map((step) => {
        text += step;
        return text;
      });
      return Promise.all(
        prefixes.map(async (prefix) => {
          const said = read(
            classifySchema,
            await post("classify", { model, input: `${problem.prompt}\n\n${prefix}` }, options.signal),
            model,
          );
          const probs = said.data[0]?.probs ?? [];
          const chosen = probs[positive ?? probs.length - 1];
          if (chosen === undefined) throw unexpected(model, `${probs.length} classes, and none at place ${positive}`);
          return chosen;
        }),
      );
    },
  };
}

function read<T>(schema: z.ZodType<T>, said: unknown, model: string): T {
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw unexpected(model, z.prettifyError(parsed.error).split("\n")[0] ?? "");
}

function unexpected(model: string, what: string): MullError {
  return new MullError("model", `${model}: the server's answer is no reward that is understood: ${what}`);
}
