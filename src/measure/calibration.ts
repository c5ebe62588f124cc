/**
 * Whether a score can be read as a probability, and how it is made one.
 *
 * - Platt's scaling (1999), on soft labels: the slope and intercept of a logit that minimise cross-entropy, by Newton's method. The
 *   slope is the inverse of a temperature (Guo et al. 2017), the intercept a bias.
 * - Expected calibration error (Naeini et al. 2015): predictions in bins of equal width, the mean distance between what was
 *   predicted and what came, weighted by cases. The bins are the reliability diagram.
 */

import { MullError } from "../core/errors.ts";

/** p = 1 / (1 + e^-(slope logit + intercept)) */
export type PlattScaling = { readonly slope: number; readonly intercept: number };

const EPSILON = 1e-6;
const ROUNDS = 100;

/**
 * The scaling that fits best. A pull of the slope towards 1 and the intercept towards 0, worth one case, keeps it finite where
 * the labels can be told apart completely.
 *
 * @param cases logits, and labels in [0, 1]; without any, the scaling changes nothing
 * @example
 * const cases = [-4, 4].flatMap((logit) => [0, 1, Number(logit > 0)].map((label) => ({ logit, label }))); // right in 2 of 3
 * plattScaling(cases).slope < 0.5; // true
 */
export function plattScaling(cases: readonly { readonly logit: number; readonly label: number }[]): PlattScaling {
  let slope = 1;
  let intercept = 0;
  const lossAt = (a: number, b: number): number =>
    cases.reduce(
      (sum, { logit, label }) => {
        const x = a * logit + b;
        return sum + Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - label * x;
      },
      ((a - 1) ** 2 + b ** 2) / 2,
    );
  for (let round = 0; round < ROUNDS; round++) {
    // Gradient (ga, gb) and Hessian [[haa, hab], [hab, hbb]].
    let [ga, gb, haa, hab, hbb] = [slope - 1, intercept, 1, 0, 1];
    for (const { logit, label } of cases) {
      const p = logistic(slope * logit + intercept);
      const weight = p * (1 - p);
      ga += (p - label) * logit;
      gb += p - label;
      haa += weight * logit * logit;
      hab += weight * logit;
      hbb += weight;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    // A whole step may overshoot where the loss is nearly flat: it is halved until it helps.
    const now = lossAt(slope, intercept);
    let share = 1;
    while (share > EPSILON && lossAt(slope - share * da, intercept - share * db) > now) share /= 2;
    slope -= share * da;
    intercept -= share * db;
    if (Math.abs(da) + Math.abs(db) < EPSILON) break;
  }
  return { slope, intercept };
}

/**
 * A logit as a calibrated probability.
 *
 * @example
 * calibrated(2, { slope: 0.5, intercept: -1 }); // 0.5
 */
export function calibrated(logit: number, { slope, intercept }: PlattScaling): number {
  return logistic(slope * logit + intercept);
}

export type ReliabilityBin = {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  /** Mean prediction. */
  readonly predicted: number;
  /** Mean of what came. */
  readonly observed: number;
};

export type Reliability = {
  /** Expected calibration error. */
  readonly ece: number;
  /** Bins that are not empty. */
  readonly bins: readonly ReliabilityBin[];
};

/**
 * Predictions beside what came.
 *
 * @param cases predictions and outcomes, each in [0, 1]; an outcome may be a share
 * @param bins of equal width; default 10
 * @throws MullError `input` for a prediction or an outcome outside [0, 1]
 * @example
 * reliabilityOf([{ predicted: 0.75, observed: 1 }, { predicted: 0.75, observed: 0 }]).ece; // 0.25
 */
export function reliabilityOf(
  cases: readonly { readonly predicted: number; readonly observed: number }[],
  bins = 10,
): Reliability {
  const sums = Array.from({ length: bins }, () => ({ cases: 0, predicted: 0, observed: 0 }));
  for (const [i, { predicted, observed }] of cases.entries()) {
    if (!(predicted >= 0 && predicted <= 1 && observed >= 0 && observed <= 1)) {
      throw new MullError(
        "input",
        `calibration: expected values in [0, 1], got ${predicted} and ${observed} for case ${i}`,
      );
    }
    const bin = sums[Math.min(bins - 1, Math.floor(predicted * bins))] as (typeof sums)[number];
    bin.cases++;
    bin.predicted += predicted;
    bin.observed += observed;
  }
  const ece = sums.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0) / Math.max(1, cases.length);
  return {
    ece,
    bins: sums.flatMap(({ cases: n, predicted, observed }, b) =>
      n === 0
        ? []
        : [{ from: b / bins, to: (b + 1) / bins, cases: n, predicted: predicted / n, observed: observed / n }],
    ),
  };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
