/**
 * Ordinary least squares of a polynomial of degree 1 or 2. The normal equations are solved by Gauss-Jordan elimination
 * about the mean of x, where they are well conditioned for the few decades a curve spans, and shifted back.
 */

export type XY = { readonly x: number; readonly y: number };

export type Polynomial = {
  /** Of 1, x and, at degree 2, x^2. */
  readonly coefficients: readonly number[];
  /** Standard error of the LEADING coefficient; 0 where no point is left over to tell. */
  readonly leadingError: number;
  /** Sum of squared residuals. */
  readonly squares: number;
};

/**
 * The polynomial of degree 1 or 2 with the least sum of squared residuals, or null where the points do not determine it.
 *
 * @example
 * leastSquares([{ x: 0, y: 1 }, { x: 1, y: 3 }], 1)?.coefficients; // [1, 2]
 */
export function leastSquares(points: readonly XY[], degree: 1 | 2): Polynomial | null {
  const n = points.length;
  if (n < degree + 1) return null;
  const centre = points.reduce((sum, point) => sum + point.x, 0) / n;
  const size = degree + 1;
  // [A | b | I]: Gauss-Jordan leaves [I | coefficients | inverse of A].
  const rows = Array.from({ length: size }, (_, i) => {
    const row = new Array<number>(2 * size + 1).fill(0);
    for (const { x, y } of points) {
      for (let j = 0; j < size; j++) row[j]! += (x - centre) ** (i + j);
      row[size]! += y * (x - centre) ** i;
    }
    row[size + 1 + i] = 1;
    return row;
  });
  const scale = Math.max(...rows.map((row, i) => row[i]!));
  for (let i = 0; i < size; i++) {
    const best = rows.slice(i).reduce((b, row, j) => (Math.abs(row[i]!) > Math.abs(rows[b]![i]!) ? i + j : b), i);
    [rows[i], rows[best]] = [rows[best]!, rows[i]!];
    const pivot = rows[i]![i]!;
    if (Math.abs(pivot) < 1e-12 * scale) return null;
    for (let j = 0; j < rows[i]!.length; j++) rows[i]![j]! /= pivot;
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]!;
      for (let j = 0; j < rows[r]!.length; j++) rows[r]![j]! -= factor * rows[i]![j]!;
    }
  }
  const local = rows.map((row) => row[size]!);
  const squares = points.reduce((sum, { x, y }) => sum + (y - evaluate(local, x - centre)) ** 2, 0);
  const dof = n - size;
  const noise = dof > 0 ? squares / dof : 0;
  // The leading coefficient and its error do not change under a shift.
  const leadingError = Math.sqrt(noise * Math.max(0, rows[degree]![size + 1 + degree]!));
  return { coefficients: shift(local, centre), leadingError, squares };
}

/** Coefficients in x of a polynomial given in x - centre. */
function shift(local: readonly number[], centre: number): number[] {
  const [a, b, c] = [local[0]!, local[1]!, local[2] ?? 0];
  const plain = [a - b * centre + c * centre * centre, b - 2 * c * centre, c];
  return plain.slice(0, local.length);
}

/** The polynomial at x (Horner). */
export function evaluate(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
