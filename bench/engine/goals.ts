/** What the engine is to reach beside its peers, and whether it does. */

import { type Goal, type GoalResult, judgeGoals } from "../goals.ts";
import type { Side } from "./sides.ts";
import type { TaskSummary } from "./summary.ts";

type Peer = Exclude<Side, "mull">;

export const GOALS: readonly Goal<Peer>[] = [
  { task: "rows", peers: ["eager", "compiled"], least: 1, goal: 1.5 },
  { task: "texts", peers: ["eager", "compiled"], least: 1, goal: 1.5 },
  { task: "sample 256", peers: ["generate"], least: 1, goal: 5 },
];

/** A goal without figures is left out. */
export function goalsOf(tasks: readonly TaskSummary[], goals: readonly Goal<Peer>[] = GOALS): GoalResult<Peer>[] {
  return judgeGoals(tasks, goals);
}
