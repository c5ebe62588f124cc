/** A chain of a run, told as it happened. */

import type { Rollout } from "../../learn/chains/rollouts.ts";
import type { RunEvent } from "../server/events.ts";

export function chainEvent(step: number, { problem, completion, verdict }: Rollout): RunEvent {
  const judged = { verdict: verdict.status, reason: verdict.reason };
  return { type: "chain", step, problem: problem.prompt, text: completion.text, ...judged };
}
