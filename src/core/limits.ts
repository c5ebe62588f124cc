/** Bounds on everything that comes from outside. Raising one is a decision, not an accident. */

export const LIMITS = {
  /** Characters of a prompt or a completion that a verifier reads. */
  completionChars: 1_000_000,
  /** Tokens of one chain in the embedded model. */
  contextTokens: 4096,
  /** Requests in one call of `sample`. */
  requests: 1_000_000,
  /** Bytes of a safetensors header. */
  safetensorsHeaderBytes: 16_000_000,
  /** Bytes of one journal line. */
  journalLineBytes: 64_000_000,
} as const;
