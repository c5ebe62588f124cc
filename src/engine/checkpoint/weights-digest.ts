/** What tells one model's weights from another's. */

import { createHash } from "node:crypto";

/**
 * SHA-256 of the weights, in hexadecimal.
 *
 * @param parameters [parameters]
 * @example
 * weightsDigest(new Float32Array([1])).slice(0, 8); // "e00e5eb9"
 */
export function weightsDigest(parameters: Float32Array): string {
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}
