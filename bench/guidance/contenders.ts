/**
 * The contenders on one problem: each spends its FLOPs and tells what it came to have to choose from, and when. None sees a verdict.
 *
 *   best-of-n   chains one after another; the value reads each once, at its last operation
 *   majority    the same chains; nothing is scored, so there are more of them
 *   beam        beam search over steps by the value, again and again from other seeds until the budget is spent
 *   mcts        PUCT over steps, valued by the value
 *
 * A chain that ends without an answer is worth 0 and costs no reading. One that ends with an answer is worth what the value says
 * after its last operation: a value that learns from trees has never seen an end.
 */

import type { Completion, SampleRequest } from "../../src/core/completion.ts";
import type { Model, StepScorer, Verifier } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { Rng } from "../../src/core/rng.ts";
import { unscored } from "../../src/core/verdict.ts";
import type { RewardModel } from "../../src/learn/reward/reward-model.ts";
import type { EmbeddedModel } from "../../src/model/embedded.ts";
import { beamSearch } from "../../src/search/beam-search.ts";
import { mcts } from "../../src/search/mcts.ts";
import { stepsOf } from "../../src/tasks/countdown/solvability.ts";
import { COUNTDOWN_STEPS, hasEnded } from "../../src/tasks/countdown/steps.ts";
import { extractAnswer, judge } from "../../src/tasks/countdown/verifier.ts";
import type { Candidate } from "./candidates.ts";
import { Meter, type ValueCost } from "./meter.ts";

export const CONTENDERS = ["best-of-n", "majority", "beam", "mcts"] as const;
export type Contender = (typeof CONTENDERS)[number];

export type Setting = {
  readonly policy: EmbeddedModel;
  readonly value: RewardModel;
  readonly cost: ValueCost;
  /** FLOPs of a problem, at most. */
  readonly limit: number;
  /** Tokens of a chain. */
  readonly maxTokens: number;
  readonly beams: number;
};

/** Chains that are asked for together. */
const WAVE = 16;
/** More than a limit of FLOPs ever pays for. */
const TOKENS = 1_000_000;

/** In the order in which they came; those that were under way when the limit was reached lie above it. */
export async function candidatesOf(
  contender: Contender,
  problem: Problem,
  rng: Rng,
  setting: Setting,
): Promise<Candidate[]> {
  return contender === "beam" || contender === "mcts"
    ? bySearch(contender, problem, rng, setting)
    : byChains(contender === "best-of-n", problem, rng, setting);
}

async function byChains(scored: boolean, problem: Problem, rng: Rng, setting: Setting): Promise<Candidate[]> {
  const { policy, limit, cost, maxTokens } = setting;
  const requestOf = (i: number): SampleRequest => {
    return { prompt: problem.prompt, maxTokens, temperature: 1, seed: rng.split("chain", i).seed };
  };
  const meter = new Meter(inWaves(policy, requestOf), policy.engine.config, limit, cost);
  const worth = new Worth(problem, setting, meter);
  for (let i = 0; !meter.spent; i++) {
    const [chain] = await meter.sample([requestOf(i)]);
    if (chain !== undefined) await worth.add(stepsOf(chain.text), scored);
  }
  return worth.candidates;
}

/** Requests are sent many together, though each is asked for, and charged, when those before it are done. */
function inWaves(policy: Model, requestOf: (i: number) => SampleRequest): Model {
  const ready: Completion[] = [];
  let sent = 0;
  return {
    name: policy.name,
    async sample() {
      if (ready.length === 0) {
        ready.push(...(await policy.sample(Array.from({ length: WAVE }, (_, i) => requestOf(sent + i)))));
        sent += WAVE;
      }
      return ready.splice(0, 1);
    },
  };
}

async function bySearch(
  contender: "beam" | "mcts",
  problem: Problem,
  rng: Rng,
  setting: Setting,
): Promise<Candidate[]> {
  const { policy, limit, cost, maxTokens, beams } = setting;
  const meter = new Meter(policy, policy.engine.config, limit, cost);
  const worth = new Worth(problem, setting, meter);
  const scorer: StepScorer = {
    name: "value",
    score: async (_, steps) => [await worth.add(steps, true)],
  };
  const search = { format: COUNTDOWN_STEPS, scorer: () => scorer, temperature: 1, selection: "best" } as const;
  const strategy =
    contender === "mcts"
      ? mcts({ ...search, m: 6, parallel: 4, simulations: TOKENS })
      : beamSearch({
          ...search,
          n: beams,
          m: Math.min(4, beams),
          maxSteps: Math.ceil(maxTokens / COUNTDOWN_STEPS.maxTokens),
        });
  const maxTokensOfPass = contender === "mcts" ? TOKENS : beams * maxTokens;
  const context = { model: meter, verifier: BLIND, extract: () => null, budget: { maxTokens: maxTokensOfPass } };
  for (let pass = 0; !meter.spent; pass++) {
    const before = meter.flops;
    await strategy.solve(problem, { ...context, rng: rng.split("pass", pass) });
    if (meter.flops === before) break;
  }
  return worth.candidates;
}

/** Strategies carry a verifier; these do not ask it. */
const BLIND: Verifier = { name: "none", verify: async () => unscored("no verdicts here") };

/** What prefixes are worth, each asked for once, and the ends among them. */
class Worth {
  readonly candidates: Candidate[] = [];
  readonly #known = new Map<string, Promise<number>>();
  readonly #problem: Problem;
  readonly #setting: Setting;
  readonly #meter: Meter;

  constructor(problem: Problem, setting: Setting, meter: Meter) {
    this.#problem = problem;
    this.#setting = setting;
    this.#meter = meter;
  }

  /**
   * The worth of a chain so far. One that ended with an answer becomes a candidate, when it is read.
   *
   * @param scored read by the value; 0 without
   */
  async add(steps: readonly string[], scored: boolean): Promise<number> {
    const text = steps.join("");
    if (!hasEnded(text)) return scored ? this.#valueOf(steps) : 0;
    const answer = extractAnswer(this.#problem, text);
    if (answer === null) return 0;
    const again = scored && this.#known.has(text); // a walk has come to the same end again
    const value = scored ? this.#valueOf(withoutEnd(steps)) : Promise.resolve(0);
    const { flops } = this.#meter; // read, before anything else is
    const place = this.candidates.length;
    if (!again) {
      const right = judge(this.#problem, text).status === "correct";
      this.candidates.push({ answer, right, score: 0, flops });
    }
    this.#known.set(text, value);
    const score = await value;
    if (!again) this.candidates[place] = { ...(this.candidates[place] as Candidate), score };
    return score;
  }

  #valueOf(steps: readonly string[]): Promise<number> {
    const text = steps.join("");
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const { policy, value } = this.#setting;
    const length = policy.encode(this.#problem.prompt, text).length;
    this.#meter.read(text, length, text === "" ? null : steps.slice(0, -1).join(""));
    const score = value.scoreAll([{ problem: this.#problem, steps: [text] }]).then(([own]) => own?.[0] ?? 0);
    this.#known.set(text, score);
    return score;
  }
}

/** What came before the word that ends a chain. */
function withoutEnd(steps: readonly string[]): string[] {
  const last = (steps.at(-1) as string).replace(/\s*(?:solved|give-up)\s*$/, "");
  return last === "" ? steps.slice(0, -1) : [...steps.slice(0, -1), last];
}
