/** What every model refuses of a request, before anything is written. */

import type { SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";

/** @throws MullError `input` for a budget, temperature or nucleus that is out of range */
export function checkRequest({ maxTokens, temperature = 1, topP = 1 }: SampleRequest): void {
  if (maxTokens >= 1 && temperature >= 0 && topP > 0 && topP <= 1) return;
  const came = `maxTokens ${maxTokens}, temperature ${temperature}, topP ${topP}`;
  throw new MullError("input", `expected maxTokens >= 1, temperature >= 0 and 0 < topP <= 1, got ${came}`);
}
