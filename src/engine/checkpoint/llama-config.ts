/**
 * `config.json` of a `LlamaForCausalLM`, as transformers reads and writes it. Its defaults are those of transformers'
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

const CONFIG = z.looseObject({
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
    architectures: ["LlamaForCausalLM"],
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
  need("tie_word_embeddings", true, c.tie_word_embeddings, "the output matrix is the embedding here");
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
  };
  try {
    checkConfig(config);
  } catch (error) {
    throw malformed(path, error instanceof Error ? error.message : String(error), error);
  }
  return config;
}
