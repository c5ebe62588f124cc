/** How much a candidate may use. */

/** Bounds on a run. Time is the last of them: it only ends what the others let through. */
export const SANDBOX_LIMITS = {
  /** Of a run or a call, ms of wall time. */
  wallMs: 10_000,
  /** Of all calls of one candidate, and of all its runs on inputs, ms of wall time. */
  totalMs: 60_000,
  /** Of a process. */
  memoryBytes: 512 * 1024 * 1024,
  /** Of stdout and of stderr, each. */
  outputBytes: 256 * 1024,
  /** Of a program's text. */
  sourceBytes: 1024 * 1024,
  /** Of one message of a process. */
  messageBytes: 4 * 1024 * 1024,
  /** Of one number, digits. */
  dataDigits: 20_000,
  /** Of one value, with all that is in it. */
  dataItems: 400_000,
  /** Of one value: containers in containers. */
  dataDepth: 110,
} as const;

export type Limits = { readonly wallMs: number; readonly memoryBytes: number };
