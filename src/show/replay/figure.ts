/** `figure.svg` of a replay: what votes and scores reach with more chains, and what a verifier would. */

import type { ReplayPoint } from "../../measure/replay.ts";
import { counted } from "../report/format.ts";
import { type FigurePoint, strategyFigure } from "../strategy-bench/figure.ts";
import type { Replay } from "./replay.ts";

/** Null where nobody counted the tokens: there is nothing to draw against. */
export function replayFigure(result: Replay, source: string): string | null {
  const points = result.curves.flatMap(pointOf);
  if (points.length === 0) return null;
  const verified = points.filter(({ strategy }) => strategy === "pass@n");
  return strategyFigure({
    title: `${source}: accuracy against test-time compute`,
    unverified: points.filter((point) => !verified.includes(point)),
    verified,
    caption: `${counted(result.problems, "problem")}, ${counted(result.chains, "chain")}; bars are 95% intervals over problems.`,
  });
}

function pointOf({ strategy, accuracy, ci, tokens }: ReplayPoint): FigurePoint[] {
  return tokens === null ? [] : [{ strategy, name: strategy, accuracy, ci, tokens, flops: 0 }];
}
