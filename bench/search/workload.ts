/**
 * The work that the sides do, written to a folder that all of them read.
 *
 * - `best-of-16`: questions that a scripted server answers, sixteen chains each, of which three in four come to the right
 *   answer and the others to one that no other chain gives; the answer of most chains is taken.
 * - `ab-mcts`: searches of so many nodes, whose answers cost nothing and whose scores are uniform random numbers below 1.
 * - `mcts`: searches on puzzles of Countdown with the model that ships, and as many rows that only sample.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const TASKS = ["best-of-16", "ab-mcts", "mcts"] as const;
export type Task = (typeof TASKS)[number];

export type Question = { readonly prompt: string; readonly answer: string };

export type Workload = {
  /** Where the scripted server is, such as `http://127.0.0.1:8000/v1`. */
  readonly server: string;
  readonly questions: readonly Question[];
  /** Chains a question. */
  readonly n: number;
  /** Questions that a side works on at once. */
  readonly questionsAtOnce: number;
  /** Nodes of a search by AB-MCTS. */
  readonly nodes: number;
  /** How long a turn at `ab-mcts` takes at the least, seconds. */
  readonly seconds: number;
  /** Searches by MCTS in a turn, and how many go on at once. */
  readonly searches: number;
  readonly searchesAtOnce: number;
  /** Tokens of a search by MCTS, steps and roll-outs together. */
  readonly budget: number;
  /** Compute threads of the model. */
  readonly threads: number;
};

export function makeQuestions(count: number): Question[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [100 + i, 10 + ((37 * i) % 89)];
    return { prompt: `What is ${a} plus ${b}?`, answer: String(a + b) };
  });
}

/**
 * What the scripted server answers with.
 *
 * @param chain how many chains this question has had before
 * @example
 * scriptedReply("What is 2 plus 3?", 0); // "Begin with 2 and count up by 3, which makes 5. The answer is 5."
 */
export function scriptedReply(prompt: string, chain: number): string {
  const [a, b] = (prompt.match(/\d+/g) ?? ["0", "0"]).map(Number) as [number, number];
  if (chain % 4 !== 3) return `Begin with ${a} and count up by ${b}, which makes ${a + b}. The answer is ${a + b}.`;
  const guess = a + b + 1 + chain;
  return `Hard to say without paper; ${guess}, perhaps? Never mind carrying, ${guess} it shall be. The answer is ${guess}.`;
}

export function writeWorkload(folder: string, workload: Workload): void {
  writeFileSync(join(folder, "workload.json"), JSON.stringify(workload));
}

/** Reads what `writeWorkload` wrote; the folder is the benchmark's own. */
export function readWorkload(folder: string): Workload {
  return JSON.parse(readFileSync(join(folder, "workload.json"), "utf8")) as Workload;
}
