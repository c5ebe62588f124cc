/** From what the sides said in each round to figures, and what does not agree: then the sides have not done the same work. */

import { measured, type Summary, summariseTurns } from "../rounds.ts";
import { type Spread, spreadOf } from "../spread.ts";
import type { About, Measurement, Served } from "./side-result.ts";
import { DOES, SIDES, type Side } from "./sides.ts";
import type { Task } from "./workload.ts";

export type RoundResult = Partial<Record<Side, About & { readonly measurements: Measurement[] }>>;

/** Rates are completions/s, nodes/s or tokens/s, by the task. */
export function summarise(rounds: readonly RoundResult[], tasks: readonly Task[]): Summary<Side>[] {
  return summariseTurns(rounds, tasks, SIDES, ({ amount }) => amount);
}

/** Nodes that Mull's own searches expand a second; null where none was measured. */
export function nodeRate(rounds: readonly RoundResult[]): Spread | null {
  const rates = rounds.flatMap(({ mull }) =>
    measured(mull, "mcts").flatMap(({ nodes, seconds }) => (nodes === undefined ? [] : [nodes / seconds])),
  );
  return rates.length === 0 ? null : spreadOf(rates);
}

/** Where the sides' checks differ: not the same answers, nodes or tokens. */
export function disagreements(rounds: readonly RoundResult[], tasks: readonly Task[]): string[] {
  return tasks.flatMap((task) => {
    const checks = rounds.flatMap((round) =>
      SIDES.flatMap((side) => measured(round[side], task).map(({ check }) => ({ side, check }))),
    );
    if (checks.every(({ check }) => check === checks[0]?.check)) return [];
    return [`${task}: ${checks.map(({ side, check }) => `${side} ${check}`).join(", ")}`];
  });
}

/** What the server has to say of a turn; null where it was asked for as many completions as the side says. */
export function miscount(side: Side, { amount }: Measurement, { completions }: Served): string | null {
  if (completions === amount) return null;
  return `best-of-16: ${side} says ${amount} completions, the server gave ${completions}`;
}

export function tasksOf(sides: readonly Side[], tasks: readonly Task[]): Task[] {
  return tasks.filter((task) => sides.some((side) => DOES[side].includes(task)));
}
