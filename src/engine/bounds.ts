/**
 * What may enter the engine. Ids and positions outside their tables would be found by ONNX Runtime at best, in the
 * middle of a batch that other requests share; here they are refused one by one, before anything is computed.
 */

import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { DecodeRequest } from "./decoder.ts";
import type { TrainingSequence } from "./packing.ts";
import type { TransformerConfig } from "./transformer.ts";

/** @throws MullError `input`, naming the request by its index, the field and what came */
export function checkRequests(c: TransformerConfig, requests: readonly DecodeRequest[]): void {
  if (requests.length > LIMITS.requests) {
    throw new MullError("input", `expected at most ${LIMITS.requests} requests at once, got ${requests.length}`);
  }
  for (const [i, r] of requests.entries()) {
    const at = `request ${i}`;
    if (r.prompt.length < 1 || r.prompt.length >= c.maxPositions) {
      const room = `1 to ${c.maxPositions - 1} tokens, so that one more fits the model's ${c.maxPositions} positions`;
      throw new MullError("input", `${at}: expected a prompt of ${room}, got ${r.prompt.length}`);
    }
    checkIds(c, r.prompt, `${at}: token`);
    checkIds(c, r.endIds, `${at}: end`);
    checkIds(c, r.stopIds, `${at}: stop`);
    if (r.extend !== undefined) checkIds(c, [r.extend.end, ...r.extend.continuation], `${at}: extension`);
    const need = (holds: boolean, what: string, came: number): void => {
      if (!holds) throw new MullError("input", `${at}: expected ${what}, got ${came}`);
    };
    need(Number.isSafeInteger(r.maxTokens) && r.maxTokens >= 1, "maxTokens of 1 or more", r.maxTokens);
    need(
      r.temperature === 0 || (r.temperature >= 1e-6 && r.temperature <= 1e6),
      "a temperature of 0 or 1e-6 to 1e6",
      r.temperature,
    );
    need(r.topP > 0 && r.topP <= 1, "topP above 0, to 1", r.topP);
    need(Number.isSafeInteger(r.seed), "an integer seed", r.seed);
  }
}

/** @throws MullError `input`, naming the sequence by its index and what came */
export function checkSequences(c: TransformerConfig, sequences: readonly TrainingSequence[]): void {
  // Where a head reads the last token, one more lies behind it (`marked`), which takes no position.
  const most = c.maxPositions + (c.head === undefined ? 0 : 1);
  for (const [i, { tokens }] of sequences.entries()) {
    if (tokens.length < 2 || tokens.length > most) {
      throw new MullError("input", `sequence ${i}: expected 2 to ${most} tokens, got ${tokens.length}`);
    }
    checkIds(c, tokens, `sequence ${i}: token`);
  }
}

function checkIds(c: TransformerConfig, ids: readonly number[], what: string): void {
  for (const [i, id] of ids.entries()) {
    if (Number.isInteger(id) && id >= 0 && id < c.vocabSize) continue;
    throw new MullError("input", `${what} ${i} has id ${id}, expected 0 to ${c.vocabSize - 1}`, {
      hint: "use the tokenizer that came with this model's weights",
    });
  }
}
