/** What Mull is to reach beside its peers, and whether it does. */

import type { Summary } from "./rounds.ts";

export type Goal<Peer extends string> = {
  readonly task: string;
  /** The peers among which the fastest counts. */
  readonly peers: readonly Peer[];
  /** How many times as fast Mull is to be, at the least and at best. */
  readonly least: number;
  readonly goal: number;
};

export type GoalResult<Peer extends string> = Goal<Peer> & {
  /** Mull's median ratio to the fastest of the peers. */
  readonly ratio: number;
  readonly verdict: "goal reached" | "goal missed" | "slower";
};

/** A goal without figures is left out. */
export function judgeGoals<Peer extends string>(
  tasks: readonly Summary<Peer | "mull">[],
  goals: readonly Goal<Peer>[],
): GoalResult<Peer>[] {
  return goals.flatMap((goal) => {
    const ratios = tasks.find(({ task }) => task === goal.task)?.ratios;
    const known = goal.peers.flatMap((peer) => ratios?.[peer]?.median ?? []);
    if (known.length < goal.peers.length) return [];
    const ratio = Math.min(...known);
    const verdict = ratio >= goal.goal ? "goal reached" : ratio >= goal.least ? "goal missed" : "slower";
    return [{ ...goal, ratio, verdict }];
  });
}
