/** What Mull's searches are to reach beside their peers. */

import type { Goal } from "../goals.ts";
import type { Side } from "./sides.ts";

/** `mcts` is a share of what the decoder writes when nothing searches. */
export const GOALS: readonly Goal<Exclude<Side, "mull">>[] = [
  { task: "best-of-16", peers: ["optillm"], least: 1, goal: 10 },
  { task: "best-of-16", peers: ["optillm-n"], least: 1, goal: 10 },
  { task: "best-of-16", peers: ["its_hub"], least: 1, goal: 10 },
  { task: "ab-mcts", peers: ["treequest"], least: 1, goal: 100 },
  { task: "mcts", peers: ["decoder"], least: 0, goal: 0.8 },
];
