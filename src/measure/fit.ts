/**
 * Accuracy against log compute: a straight line by ordinary least squares, its error, and whether it deserves belief.
 *
 *   accuracy = intercept + slope * log10(FLOPs)
 *
 * The slope is accuracy gained for each tenfold compute; its interval is Student's t with points - 2 degrees of
 * freedom, which takes the points' scatter about the line as their error. The verdict is a sentence. It says so where
 * the line does not hold: too few points, no clear trend, a bend (the quadratic term differs from zero by its own t
 * test, AND moves some point by more than .02: a bend that matters, not only one that can be seen), a clear fall, much
 * scatter, saturation. Where the points bend it also tries a line in logit(accuracy), which cannot leave (0, 1), and
 * says which of the two is closer. Only a verdict that begins "a line describes" supports one.
 */

import type { Interval } from "./bootstrap.ts";
import { studentTCdf, studentTQuantile } from "./distributions.ts";
import { evaluate, leastSquares } from "./least-squares.ts";

/** One point of a curve; `flops` on the axis (cumulative, or mean per problem), `ci` where it is known. */
export type FitPoint = { readonly flops: number; readonly accuracy: number; readonly ci?: Interval };

/** An entry of the report's `fits`. */
export type Fit = {
  /** Accuracy per tenfold compute; null where the points share one amount of compute. */
  readonly slope: number | null;
  /** 95%; null with fewer than 3 points. */
  readonly slopeCi: Interval | null;
  /** Accuracy at 1 FLOP: far outside the data, useful for drawing only. */
  readonly intercept: number | null;
  /** Share of the variance explained; null where there is no variance or no line. */
  readonly r2: number | null;
  /** Root mean square distance of the points from the line, in accuracy. */
  readonly residual: number | null;
  /** Points used; those without compute, such as step 0 of training, have no logarithm and are left out. */
  readonly points: number;
  readonly verdict: string;
};

/** A line in logit space: logit(accuracy) = intercept + slope * log10(FLOPs). */
export type LogitFit = {
  readonly slope: number;
  readonly intercept: number;
  /** Root mean square distance of the points, in accuracy. */
  readonly residual: number;
};

const BEND_MATTERS = 0.02;
const SCATTER = 0.8; // R2 below which a line is not worth quoting
const NEAR_ONE = 0.97;

type Point = { readonly x: number; readonly y: number; readonly ci: Interval | undefined };

/**
 * Fits a line through accuracy against log10(FLOPs) and judges it. Never throws: what cannot be fitted has nulls and a
 * verdict that says why.
 *
 * @example
 * fitLogCompute([1e6, 1e7, 1e8, 1e9].map((flops, i) => ({ flops, accuracy: 0.2 + 0.1 * i }))).slope; // 0.1
 */
export function fitLogCompute(points: readonly FitPoint[]): Fit {
  const used = usable(points);
  const line = leastSquares(used, 1);
  const distinct = new Set(used.map((point) => point.x)).size;
  if (line === null || distinct < 2) {
    const nothing = { slope: null, slopeCi: null, intercept: null, r2: null, residual: null, points: used.length };
    return {
      ...nothing,
      verdict: `too few points: ${distinct} amount${distinct === 1 ? "" : "s"} of compute make no line`,
    };
  }
  const [intercept, slope] = line.coefficients as [number, number];
  const mean = used.reduce((sum, point) => sum + point.y, 0) / used.length;
  const variance = used.reduce((sum, point) => sum + (point.y - mean) ** 2, 0);
  const dof = used.length - 2;
  const reach = dof < 1 ? 0 : studentTQuantile(0.975, dof) * line.leadingError;
  const fit = {
    slope,
    slopeCi: dof < 1 ? null : ([slope - reach, slope + reach] as const),
    intercept,
    r2: variance < 1e-12 ? null : 1 - line.squares / variance,
    residual: Math.sqrt(line.squares / used.length),
    points: used.length,
  };
  return { ...fit, verdict: judge(used, fit, distinct) };
}

/**
 * A line in logit space, accuracies held to [.005, .995]; null with fewer than 2 amounts of compute.
 *
 * @example
 * fitLogit([{ flops: 1e6, accuracy: 0.5 }, { flops: 1e7, accuracy: 0.9 }])?.slope; // 2.1972
 */
export function fitLogit(points: readonly FitPoint[]): LogitFit | null {
  const used = usable(points);
  const logit = used.map((point) => {
    const p = Math.min(0.995, Math.max(0.005, point.y));
    return { ...point, y: Math.log(p / (1 - p)) };
  });
  const line = leastSquares(logit, 1);
  if (line === null) return null;
  const [intercept, slope] = line.coefficients as [number, number];
  const squares = used.reduce((sum, { x, y }) => sum + (y - 1 / (1 + Math.exp(-(intercept + slope * x)))) ** 2, 0);
  return { slope, intercept, residual: Math.sqrt(squares / used.length) };
}

/** The sentence. The first objection that holds leads; the rest of the numbers stand beside it in the fit. */
function judge(points: readonly Point[], fit: Omit<Fit, "verdict">, distinct: number): string {
  const { slope, slopeCi, r2, residual } = fit as {
    slope: number;
    slopeCi: Interval | null;
    r2: number | null;
    residual: number;
  };
  const first = points[0]!;
  const last = points.at(-1)!;
  const decades = last.x - first.x;
  const gain = `${signed(slope)} accuracy per tenfold compute`;
  if (distinct < 4 || slopeCi === null) {
    return `too few points: ${distinct} amounts of compute show a direction (${gain}), not a law`;
  }
  if (r2 === null) return "no trend: every point has the same accuracy";
  const fall = clearFall(points);
  const bend = bendOf(points);
  if (slopeCi[0] <= 0 && slopeCi[1] >= 0 && bend === null) {
    return `no clear trend: the slope's interval [${signed(slopeCi[0])}, ${signed(slopeCi[1])}] holds zero`;
  }
  if (fall !== null) {
    return `not a line: accuracy falls from ${fixed(fall[0].y)} to ${fixed(fall[1].y)} while compute grows`;
  }
  if (bend !== null) return `not a line: ${bendWords(points, bend)}${logitWords(points, residual)}`;
  if (r2 < SCATTER) return `a loose trend, not a line: ${gain}, but R2 is only ${fixed(r2)}`;
  const span = `over ${decades.toFixed(1)} decades`;
  const ceiling = last.y >= NEAR_ONE ? "; the last point is near 1, so it cannot go on" : "";
  const short = decades < 1 ? "; less than one decade of compute, so do not extrapolate" : "";
  return `a line describes the points ${span}: ${gain} [${signed(slopeCi[0])}, ${signed(slopeCi[1])}]${ceiling}${short}`;
}

/** The quadratic coefficient where it is significant and matters, else null. */
function bendOf(points: readonly Point[]): number | null {
  const dof = points.length - 3;
  if (dof < 2) return null;
  const line = leastSquares(points, 1);
  const curve = leastSquares(points, 2);
  if (line === null || curve === null) return null;
  const bend = curve.coefficients[2]!;
  const error = curve.leadingError;
  const p = error === 0 ? 0 : 2 * studentTCdf(-Math.abs(bend / error), dof);
  const apart = Math.max(
    ...points.map(({ x }) => Math.abs(evaluate(curve.coefficients, x) - evaluate(line.coefficients, x))),
  );
  return p < 0.05 && apart > BEND_MATTERS ? bend : null;
}

function bendWords(points: readonly Point[], bend: number): string {
  if (bend > 0) return "it bends upwards, the gain grows with compute";
  const top = points.at(-1)!.y;
  const why = top >= NEAR_ONE ? `it saturates, at ${fixed(top)}` : "it bends downwards, each tenfold buys less";
  return why;
}

function logitWords(points: readonly Point[], residual: number): string {
  const logit = fitLogit(points.map(({ x, y }) => ({ flops: 10 ** x, accuracy: y })));
  if (logit === null || logit.residual > 0.75 * residual) return "";
  const odds = Math.exp(logit.slope);
  return `; log-odds fit better (residual ${logit.residual.toFixed(3)} against ${residual.toFixed(3)}): the odds multiply by ${odds.toPrecision(2)} per tenfold`;
}

/** The worst pair in which more compute is clearly worse: intervals apart, or .05 lower where there are none. */
function clearFall(points: readonly Point[]): readonly [Point, Point] | null {
  let worst: readonly [Point, Point] | null = null;
  let best = points[0]!;
  for (const point of points) {
    if (point.x > best.x && point.y < best.y) {
      const apart = point.ci && best.ci ? point.ci[1] < best.ci[0] : best.y - point.y > 0.05;
      if (apart && (worst === null || best.y - point.y > worst[0].y - worst[1].y)) worst = [best, point];
    }
    if (point.y > best.y) best = point;
  }
  return worst;
}

/** Points with a logarithm, by compute. */
function usable(points: readonly FitPoint[]): Point[] {
  return points
    .filter(({ flops, accuracy }) => flops > 0 && Number.isFinite(flops) && Number.isFinite(accuracy))
    .map(({ flops, accuracy, ci }) => ({ x: Math.log10(flops), y: accuracy, ci }))
    .sort((a, b) => a.x - b.x);
}

function fixed(value: number): string {
  return value.toFixed(2);
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}
