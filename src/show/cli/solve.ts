/** `mull solve`: Mull's own models solve puzzles of Countdown; others are asked whatever the words say. */

import { parseAddress } from "../../model/address.ts";
import type { SolveOptions } from "./solve-options.ts";
import type { Terminal } from "./terminal.ts";

export async function solve(words: readonly string[], options: SolveOptions, terminal: Terminal): Promise<void> {
  const address = parseAddress(options.model);
  if (address.kind === "local") {
    return (await import("./solve-puzzle.ts")).solvePuzzle(words, { ...options, model: address.model }, terminal);
  }
  return (await import("./solve-question.ts")).solveQuestion(words, options, terminal);
}
