/** Where nobody counted: a token for every four bytes, which is near what English takes. */
export function estimateTokens(written: string): number {
  return Math.ceil(Buffer.byteLength(written) / 4);
}
