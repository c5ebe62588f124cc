/** What a run of `mull reward-model` found. */

import type { PlattScaling } from "../../measure/calibration.ts";
import type { Measured } from "./measure.ts";
import type { RewardPlan } from "./plan.ts";

export type RewardReport = Measured & {
  /** The policy. */
  readonly model: string;
  readonly seed: number;
  readonly plan: RewardPlan;
  /** What was trained on. */
  readonly labels: { readonly chains: number; readonly steps: number; readonly rollouts: number };
  /** Of writing the chains, of roll-outs for their labels, of training; measuring is left out. */
  readonly flops: { readonly chains: number; readonly labels: number; readonly training: number };
  /** Mean loss of each pass, nats a label. */
  readonly losses: readonly number[];
  readonly calibration: PlattScaling;
  readonly versions: Readonly<Record<string, string>>;
};
