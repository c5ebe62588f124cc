/**
 * A reward model that looks ahead: it spends compute to judge. From a state the policy writes a few continuations, and what they come
 * to is read by the reward model itself, never by a verifier. One that sees at once whether a finished attempt is right, and little
 * before that, so judges what is unfinished too.
 *
 *   roll-outs:  the state -> `rollouts` continuations of the policy
 *   score:      (head(state) + sum of head(where each roll-out came to)) / (1 + rollouts)
 *
 * The head's word on the state itself counts as one more roll-out: it ranks states whose roll-outs all say the same, and keeps the
 * logit finite. A roll-out that writes nothing says no more than the state does.
 *
 * Sources: lookahead with a process reward model (Snell et al. 2024, arXiv 2408.03314), which reads one greedy roll-out a few steps
 * ahead where this takes the mean of many sampled ones; Monte-Carlo values (Math-Shepherd, Wang et al. 2024), with a learnt judge in the
 * verifier's place. At the temperature of the target's own roll-outs the mean estimates the target; hotter ones find more, and a
 * calibration has to put right what they say.
 */

import { forwardFlops, type TransformerShape } from "../../core/flops.ts";
import type { Model, StepScorer } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed } from "../../core/rng.ts";
import type { ChainScorer } from "../credit/ppo-rewards.ts";
import type { SteppedChain } from "./process-labels.ts";
import { type LogitCalibration, probabilities } from "./reward-model.ts";

export type LookaheadOptions = {
  /** The policy that writes roll-outs, and its shape, for the FLOPs. */
  readonly model: Model;
  readonly shape: TransformerShape;
  /** Reads where they came to; its FLOPs are its own. */
  readonly head: ChainScorer;
  /** From a state. */
  readonly rollouts: number;
  /** Of a roll-out, tokens. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** What stands between a state and what follows it. */
  readonly separator: string;
  /** Words at which a roll-out ends; none for one that goes on to the chain's end. */
  readonly stop: readonly string[];
  /**
   * What of a chain its value hangs on, and nothing more: roll-outs begin there, so what was tried before is not read again, and a
   * state that many chains come to is rolled out once.
   */
  readonly state: (problem: Problem, chain: string) => string;
  /** Whether a state is the end of a chain: there the head alone speaks. */
  readonly ended: (text: string) => boolean;
  /** How much of a roll-out is read: up to its last whole step. */
  readonly readable: (text: string) => string;
  /** The roll-outs of a state depend on this, its problem and its text alone. */
  readonly seed: number;
};

/** What is rolled out, once however many steps come to it. */
type State = { readonly problem: Problem; readonly text: string };

/**
 * @example
 * import { TOY_SHAPE, toyLearner } from "../fixtures/toy.ts"; // after a digit, write the next one
 * import { toyRewardModel } from "../fixtures/toy-head.ts";
 * await using learner = toyLearner();
 * await using head = toyRewardModel();
 * const rollOuts = { rollouts: 4, maxTokens: 1, temperature: 1, separator: " ", stop: [], seed: 1 };
 * const forms = { state: (_: unknown, text: string) => text, ended: (text: string) => text.endsWith("end"), readable: (text: string) => text };
 * const lookahead = new Lookahead({ model: learner.model, shape: TOY_SHAPE, head, ...rollOuts, ...forms });
 * await lookahead.score({ id: "a", prompt: "1" }, ["2", " end"]); // [0.5, 0.5]: the head has learnt nothing yet
 */
export class Lookahead implements StepScorer, ChainScorer {
  readonly name: string;
  /** What makes probabilities of logits: fit it on chains that were not trained on (measure/calibration.ts). */
  calibration: LogitCalibration = { slope: 1, intercept: 0 };
  readonly #options: LookaheadOptions;
  #written = 0;

  constructor(options: LookaheadOptions) {
    this.name = `lookahead, ${options.rollouts} roll-outs`;
    this.#options = options;
  }

  /** FLOPs of the roll-outs, from lengths, a state read once, and of all that the head has ever read or learnt. */
  readonly spent = (): number => this.#written + this.#options.head.spent();

  /**
   * A chain that is one step long asks for one state.
   *
   * @returns [chains][steps], in [0, 1]
   * @throws what the model and the head throw; the reason of `signal`
   */
  readonly scoreAll = async (
    chains: readonly SteppedChain[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> => {
    return probabilities(await this.logitsOf(chains, options), this.calibration);
  };

  async score(
    problem: Problem,
    steps: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[]> {
    return (await this.scoreAll([{ problem, steps }], options))[0] ?? [];
  }

  /** What it says before calibration: [chains][steps]. */
  async logitsOf(
    chains: readonly SteppedChain[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> {
    const own = await this.#options.head.scoreAll(chains, options);
    const states = new Map<string, State>();
    const keys = chains.map(({ problem, steps }) => {
      let chain = "";
      return steps.map((step) => {
        chain += step;
        const text = this.#options.state(problem, chain);
        const key = JSON.stringify([problem.id, text]);
        states.set(key, { problem, text });
        return key;
      });
    });
    const ends = await this.#rollOut(states, options);
    const scores = await this.#read(ends, options);
    return keys.map((steps, c) =>
      steps.map((key, s) => {
        const head = own[c]?.[s] as number;
        const all = (ends.get(key) ?? []).map((end) => (end === null ? head : (scores.get(end) as number)));
        return logOdds(all.reduce((sum, score) => sum + score, head) / (1 + all.length));
      }),
    );
  }

  /** Where the roll-outs of each state came to; null for one that came no further, and none at all where a chain has ended. */
  async #rollOut(
    states: ReadonlyMap<string, State>,
    stop: { readonly signal?: AbortSignal },
  ): Promise<Map<string, (State | null)[]>> {
    const { model, shape, rollouts, maxTokens, temperature, separator, ended, readable, seed } = this.#options;
    const open = [...states].filter(([, { text }]) => !ended(text));
    const completions = await model.sample(
      open.flatMap(([, { problem, text }]) =>
        Array.from({ length: rollouts }, (_, i) => ({
          prompt: problem.prompt,
          prefix: text,
          maxTokens,
          temperature,
          seed: deriveSeed(seed, problem.id, text, i),
          stop: this.#options.stop,
        })),
      ),
      stop,
    );
    stop.signal?.throwIfAborted();
    const ends = new Map<string, (State | null)[]>();
    const distinct = new Map<string, State>();
    for (const [s, [key, { problem, text }]] of open.entries()) {
      const own = completions.slice(s * rollouts, (s + 1) * rollouts);
      const before = Math.max(0, (own[0]?.usage.promptTokens ?? 0) - 1); // the last token is fed with the first that is written
      this.#written += forwardFlops(shape, 0, before);
      for (const { usage } of own) this.#written += forwardFlops(shape, before, before + usage.completionTokens);
      const came = own.map((each) => {
        const end = readable(each.text === "" ? text : `${text}${separator}${each.text}`);
        if (end.length <= text.length) return null;
        const place = JSON.stringify([problem.id, end]);
        const known = distinct.get(place) ?? { problem, text: end };
        distinct.set(place, known);
        return known;
      });
      ends.set(key, came);
    }
    return ends;
  }

  /** What the head says of each end; equal ones are one object, and read once. */
  async #read(
    ends: ReadonlyMap<string, readonly (State | null)[]>,
    options: { readonly signal?: AbortSignal },
  ): Promise<Map<State, number>> {
    const distinct = [...new Set([...ends.values()].flat())].filter((end) => end !== null);
    const scores = await this.#options.head.scoreAll(
      distinct.map(({ problem, text }) => ({ problem, steps: [text] })),
      options,
    );
    return new Map(distinct.map((end, i) => [end, scores[i]?.[0] as number]));
  }
}

/** Of a mean of scores; those of exactly 0 or 1 are drawn in a little. */
function logOdds(score: number): number {
  const p = Math.min(1 - EPSILON, Math.max(EPSILON, score));
  return Math.log(p / (1 - p));
}
const EPSILON = 1e-9;
