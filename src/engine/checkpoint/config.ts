/** `config.json` of the Hugging Face layout, for the Llama architecture that the engine computes. */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import type { WordLevelTokenizer } from "../../core/tokenizer.ts";
import type { TransformerConfig } from "../transformer.ts";

const size = z.int().min(1).max(1_000_000);

const configSchema = z.object({
  model_type: z.literal("llama"),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: z.int().min(1).max(1000),
  num_attention_heads: z.int().min(1).max(1000),
  num_key_value_heads: z.int().min(1).max(1000).optional(),
  head_dim: z.int().min(2).max(1024).multipleOf(2).nullish(),
  max_position_embeddings: size,
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.null().optional(),
  rope_parameters: z
    .object({ rope_theta: z.number().positive(), rope_type: z.literal("default").optional() })
    .optional(),
  hidden_act: z.literal("silu"),
  tie_word_embeddings: z.literal(true),
  attention_bias: z.literal(false).optional(),
  mlp_bias: z.literal(false).optional(),
});

export function toConfigJson(c: TransformerConfig, tokenizer: WordLevelTokenizer): Record<string, unknown> {
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
    hidden_act: "silu",
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: tokenizer.bos,
    eos_token_id: tokenizer.eosIds,
    pad_token_id: tokenizer.pad,
    torch_dtype: "float32",
  };
}

/** @throws MullError `checkpoint` where it is malformed, or of a model that the engine does not compute */
export function fromConfigJson(json: unknown, where: string): TransformerConfig {
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    throw new MullError("checkpoint", `${where}: ${z.prettifyError(parsed.error)}`, {
      hint: "expected a Llama with tied embeddings, no biases and plain rotary positions",
    });
  }
  const c = parsed.data;
  return {
    vocabSize: c.vocab_size,
    layers: c.num_hidden_layers,
    width: c.hidden_size,
    heads: c.num_attention_heads,
    kvHeads: c.num_key_value_heads ?? c.num_attention_heads,
    headDim: c.head_dim ?? c.hidden_size / c.num_attention_heads,
    ffnWidth: c.intermediate_size,
    maxPositions: c.max_position_embeddings,
    ropeTheta: c.rope_theta ?? c.rope_parameters?.rope_theta ?? 10_000,
    normEpsilon: c.rms_norm_eps,
  };
}
