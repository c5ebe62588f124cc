/** What the engine is to reach beside its peers, and whether it does. */

import type { TaskSummary } from "./summary.ts";

export type Goal = {
  readonly task: string;
  /** The peers among which the fastest counts. */
  readonly peers: readonly ("eager" | "compiled" | "generate")[];
  /** How many times as fast Mull is to be, at the least and at best. */
  readonly least: number;
  readonly goal: number;
};

export const GOALS: readonly Goal[] = [
  { task: "rows", peers: ["eager", "compiled"], least: 1, goal: 1.5 },
  { task: "texts", peers: ["eager", "compiled"], least: 1, goal: 1.5 },
  { task: "sample 256", peers: ["generate"], least: 1, goal: 5 },
];

export type GoalResult = Goal & {
  /** Mull's median ratio to the fastest of the peers. */
  readonly ratio: number;
  readonly verdict: "goal reached" | "goal missed" | "slower";
};

/** A goal without figures is left out. */
export function goalsOf(tasks: readonly TaskSummary[], goals: readonly Goal[] = GOALS): GoalResult[] {
  return goals.flatMap((goal) => {
    const ratios = tasks.find(({ task }) => task === goal.task)?.ratios ?? {};
    const known = goal.peers.flatMap((peer) => ratios[peer]?.median ?? []);
    if (known.length < goal.peers.length) return [];
    const ratio = Math.min(...known);
    const verdict = ratio >= goal.goal ? "goal reached" : ratio >= goal.least ? "goal missed" : "slower";
    return [{ ...goal, ratio, verdict }];
  });
}
