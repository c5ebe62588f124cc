/** Mull's sides, each a process: `node bench/search/mull.ts SIDE FOLDER` does the tasks of the workload in FOLDER when it is told to. */

import { readVersions } from "../../src/show/job/versions.ts";
import { say, serveTurns, type TaskTurns } from "../serve.ts";
import { abMctsTurns } from "./ab-mcts.ts";
import { bestOf16 } from "./best-of-16.ts";
import { sampleTurns, searchTurns } from "./countdown.ts";
import type { Measurement } from "./side-result.ts";
import { readWorkload } from "./workload.ts";

const [side, folder = ""] = process.argv.slice(2);
const workload = readWorkload(folder);

function turnsOf(task: string): TaskTurns<Measurement> {
  if (side === "decoder" || side === "replay") return sampleTurns(workload, side);
  if (task === "best-of-16") return bestOf16(workload);
  return task === "ab-mcts" ? abMctsTurns(workload) : searchTurns(workload);
}

say({ versions: readVersions() });
await serveTurns(turnsOf);
process.exit(); // an engine that is open keeps its threads
