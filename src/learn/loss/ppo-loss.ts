/**
 * PPO's joint loss: the clipped policy gradient, and the squared error of the value that a head on the same transformer gives,
 * clipped likewise (Schulman et al. 2017, equation 9; the value clip is that of its reference implementation).
 *
 *   L = policy(rho, A) + valueWeight 1/2 max((V - R)^2, (clip(V, V_old - valueClip, V_old + valueClip) - R)^2)
 *
 * V is the head's score as it is, without a logistic function: rewards of steps may sum to anything.
 */

import { add, max, min, mul, reduceSum, scalar, sub } from "../../engine/graph/ops.ts";
import { type Loss, scoreOf } from "../../engine/training-graph.ts";
import { type ClipOptions, policyLoss } from "./policy-loss.ts";

export type ValueLossOptions = {
  /** Weight of the value's loss beside the policy's. */
  readonly valueWeight: number;
  /** How far the value may move from what it was when the chains were written, on the side where moving helps. */
  readonly valueClip: number;
};

/**
 * The loss as `Engine.gradient` takes it, for a transformer with a head. Fields, one value a token: those of `policyLoss`, and
 * `return` and `oldValue` of the state before the token, which is what the head reads off the token before (engine/marked.ts).
 *
 * @throws MullError `usage`, when it is built, where the transformer has no head
 * @example
 * ppoLoss({ clipLow: 0.2, clipHigh: 0.2, klWeight: 0, valueWeight: 0.5, valueClip: 0.2 }).fields.length; // 5
 */
export function ppoLoss(options: ClipOptions & ValueLossOptions): Loss {
  const { valueWeight, valueClip } = options;
  const policy = policyLoss(options);
  return {
    name: `ppo:${policy.name}:${valueWeight}:${valueClip}`,
    fields: [...policy.fields, "return", "oldValue"],
    build: (tokens) => {
      const { field } = tokens;
      const value = scoreOf(tokens);
      const low = sub(field("oldValue"), scalar(valueClip));
      const high = add(field("oldValue"), scalar(valueClip));
      const free = sub(value, field("return"));
      const held = sub(min(max(value, low), high), field("return"));
      const error = max(mul(free, free), mul(held, held));
      const valueLoss = mul(reduceSum(mul(error, field("weight"))), scalar(valueWeight / 2));
      return add(policy.build(tokens), valueLoss);
    },
  };
}
