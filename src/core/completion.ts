/** What a model is asked for and what it returns. */

/** Budget forcing (Muennighoff et al. 2025, "s1"): where the model would end with `end`, `continuation` is written instead. */
export type Extension = { readonly end: string; readonly continuation: string };

export type SampleRequest = {
  /** The problem as the model sees it. */
  readonly prompt: string;
  /** The part of the answer already written, which the model goes on with. */
  readonly prefix?: string;
  /** The most tokens to write after the prefix. */
  readonly maxTokens: number;
  /** 0 is greedy. Default 1. */
  readonly temperature?: number;
  /** Nucleus sampling: the smallest set of tokens whose probability reaches `topP`. Default 1. */
  readonly topP?: number;
  /** The request's own seed: its tokens depend on nothing else. */
  readonly seed: number;
  /** The completion ends after the first of these, which is kept in the text. */
  readonly stop?: readonly string[];
  readonly extend?: Extension;
};

/** `end`: the model ended by itself; `stop`: at a stop string; `length`: maxTokens reached; `aborted`: the signal or a budget. */
export type FinishReason = "end" | "stop" | "length" | "aborted";

export type Usage = {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Nobody counted the tokens: they are estimated from the text. */
  readonly estimated?: boolean;
  /** FLOPs actually spent, where the model can count them (a prompt shared by a group counts once). */
  readonly flops?: number;
};

export type Completion = {
  /** What was written after the prefix. */
  readonly text: string;
  /** Token ids of `text`, where the model shows them. */
  readonly tokens?: readonly number[];
  /** Log-probability of each token (nats) under the distribution it was sampled from. */
  readonly logprobs?: readonly number[];
  readonly finish: FinishReason;
  readonly usage: Usage;
};

/** The completion of a request that was never sent. */
export const NOT_SENT: Completion = {
  text: "",
  finish: "aborted",
  usage: { promptTokens: 0, completionTokens: 0 },
};
