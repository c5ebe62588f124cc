/** What every learning rule reports of a step, so that a person can see how it goes. */

export type LearnStep = {
  /** Counted from 1. */
  readonly step: number;
  /** Train-time FLOPs spent so far: sampling and training, evaluation left out. */
  readonly flops: number;
  /** Mean reward of the step's chains. */
  readonly reward: number;
  /** Share of groups with both right and wrong chains: only these teach. */
  readonly useful: number;
  /** Mean entropy of the policy over the tokens trained on, nats. */
  readonly entropy: number;
  /** Mean completion tokens of a chain. */
  readonly meanTokens: number;
  /** Share of chains cut off at maxTokens. */
  readonly truncated: number;
  /** Mean KL to the policy that the run began with, per token (k3 estimate), nats. */
  readonly kl: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Share of tokens whose ratio was clipped. */
  readonly clipped: number;
  /** Tokens that the loss was taken over. */
  readonly lossTokens: number;
  readonly unscored: number;
};
