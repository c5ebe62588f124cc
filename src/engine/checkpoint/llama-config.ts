/**
 * `config.json` of a `LlamaForCausalLM`, or of a Llama with a head of one label (`LlamaForTokenClassification`, whose head has a
 * bias, or `LlamaForSequenceClassification`, whose head has none), as transformers reads and writes it. Its defaults are those of transformers'
 * `LlamaConfig`, so that a file that leaves a field out means the same here. What our transformer does not compute
 * (biases, scaled positions, an output matrix of its own) is refused by name.
 */

import * as z from "zod";
import { LIMITS } from "../../core/limits.ts";
import type { WordLevelTokenizer } from "../../core/tokenizer.ts";
import { checkConfig, type TransformerConfig } from "../transformer.ts";
import { malformed } from "./malformed.ts";

const size = (most: number): z.ZodInt => z.int().min(1).max(most);
const tokenIds = z.union([z.int(), z.array(z.int()).max(1000)]).nullish();

/** How positions are rotated; transformers 5 moved `rope_theta` in here. */
const ROPE = z.looseObject({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: z.number().positive().nullish(),
});

/** The architectures with a head, and whether theirs has a bias. */
const HEADS: Readonly<Record<string, { readonly bias: boolean }>> = {
  LlamaForTokenClassification: { bias: true },
  LlamaForSequenceClassification: { bias: false },
};

const CONFIG = z.looseObject({
  architectures: z.array(z.string().max(1000)).max(100).nullish(),
  /** One entry a label; transformers takes two where it is missing. */
  id2label: z.record(z.string(), z.string()).nullish(),
  model_type: z.string(),
  vocab_size: size(10_000_000),
  hidden_size: size(1_000_000),
  intermediate_size: size(10_000_000),
  num_hidden_layers: size(10_000),
  num_attention_heads: size(100_000),
  num_key_value_heads: size(100_000).nullish(),
  head_dim: size(100_000).nullish(),
  max_position_embeddings: size(1_000_000_000).default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_parameters: ROPE.nullish(),
  rope_scaling: ROPE.nullish(),
  hidden_act: z.string().default("silu"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  bos_token_id: tokenIds,
  eos_token_id: tokenIds,
});

/** `config.json` of a model and its tokenizer. */
export function toLlamaConfig(c: TransformerConfig, tokenizer: WordLevelTokenizer): Record<string, unknown> {
  return {
    ...architectureOf(c),
    model_type: "llama",
    vocab_size: c.vocabSize,
    hidden_size: c.width,
    intermediate_size: c.ffnWidth,
    num_hidden_layers: c.layers,
    num_attention_heads: c.heads,
    num_key_value_heads: c.kvHeads,
    head_dim: c.headDim,
    max_position_embeddings: c.maxPositions,
    rms_norm_eps: c.normEpsilon,
    rope_theta: c.ropeTheta,
    rope_parameters: { rope_type: "default", rope_theta: c.ropeTheta },
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.bos,
    eos_token_id: [...tokenizer.eosIds],
    pad_token_id: tokenizer.pad,
    torch_dtype: "float32",
  };
}

function architectureOf({ head }: TransformerConfig): Record<string, unknown> {
  if (head === undefined) return { architectures: ["LlamaForCausalLM"] };
  const architecture = Object.keys(HEADS).find((name) => HEADS[name]?.bias === head.bias);
  return {
    architectures: [architecture],
    id2label: { 0: "score" },
    label2id: { score: 0 },
    problem_type: "regression",
    classifier_dropout: 0,
  };
}

/**
 * Reads `config.json`. More positions than Mull decodes (`LIMITS.contextTokens`) are cut to that: nothing else depends
 * on how many there are.
 *
 * @param path named in errors
 * @throws MullError `checkpoint` for a file that is malformed, or a model that our transformer does not compute
 */
export function fromLlamaConfig(json: unknown, path: string): TransformerConfig {
  const parsed = CONFIG.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(path, `at ${issue?.path.join(".") || "the top"}: ${issue?.message ?? "not valid"}`);
  }
  const c = parsed.data;
  const need = (field: string, expected: unknown, came: unknown, why: string): void => {
    if (came === expected) return;
    const hint = "Mull opens Llama-shaped models without biases, with tied embeddings and plain rotary positions";
    throw malformed(
      path,
      `${field} is ${JSON.stringify(came)}, expected ${JSON.stringify(expected)}: ${why}`,
      undefined,
      hint,
    );
  };
  need("model_type", "llama", c.model_type, "other architectures compute something else");
  need("hidden_act", "silu", c.hidden_act, "the feed-forward layers are SwiGLU");
  need("attention_bias", false, c.attention_bias, "attention has no biases here");
  need("mlp_bias", false, c.mlp_bias, "the feed-forward layers have no biases here");
  const head = HEADS[c.architectures?.[0] ?? ""];
  if (head === undefined)
    need("tie_word_embeddings", true, c.tie_word_embeddings, "the output matrix is the embedding here");
  else need("num_labels", 1, Object.keys(c.id2label ?? { 0: "", 1: "" }).length, "a head gives one score here");
  for (const [field, rope] of Object.entries({ rope_parameters: c.rope_parameters, rope_scaling: c.rope_scaling })) {
    need(`${field}.rope_type`, "default", rope?.rope_type ?? rope?.type ?? "default", "positions are not scaled here");
  }
  const config: TransformerConfig = {
    vocabSize: c.vocab_size,
    layers: c.num_hidden_layers,
    width: c.hidden_size,
    heads: c.num_attention_heads,
    kvHeads: c.num_key_value_heads ?? c.num_attention_heads,
    headDim: c.head_dim ?? Math.floor(c.hidden_size / c.num_attention_heads),
    ffnWidth: c.intermediate_size,
    maxPositions: Math.min(c.max_position_embeddings, LIMITS.contextTokens),
    ropeTheta: c.rope_parameters?.rope_theta ?? c.rope_theta ?? 10000,
    normEpsilon: c.rms_norm_eps,
    ...(head === undefined ? {} : { head }),
  };
  try {
    checkConfig(config);
  } catch (error) {
    throw malformed(path, error instanceof Error ? error.message : String(error), error);
  }
  return config;
}
