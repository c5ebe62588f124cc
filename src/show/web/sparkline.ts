/** A series as one line of an SVG path. Pure. */

/** At most this many points are drawn: beyond it, neighbours are averaged. */
const POINTS = 120;
const PAD = 3;

/**
 * The path of `values` in a box of the given size, from its least to its greatest value; nulls leave gaps.
 *
 * @example
 * sparkline([0, 1], 100, 26); // "M0 23L100 3"
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): string {
  const points = averaged(values);
  const numbers = points.filter((value) => value !== null);
  if (numbers.length === 0) return "";
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low;
  const y = (value: number): number =>
    span === 0 ? height / 2 : height - PAD - ((value - low) / span) * (height - 2 * PAD);
  const x = (i: number): number => (points.length === 1 ? width : (i / (points.length - 1)) * width);
  let path = points.length === 1 ? `M0 ${round(y(numbers[0] as number))}` : "";
  let pen = points.length === 1;
  for (const [i, value] of points.entries()) {
    if (value === null) {
      pen = false;
      continue;
    }
    path += `${pen ? "L" : "M"}${round(x(i))} ${round(y(value))}`;
    pen = true;
  }
  return path;
}

/** Means of neighbours, so that at most POINTS are left; a group without a number is null. */
function averaged(values: readonly (number | null)[]): (number | null)[] {
  if (values.length <= POINTS) return values.slice();
  return Array.from({ length: POINTS }, (_, i) => {
    const from = Math.floor((i * values.length) / POINTS);
    const to = Math.floor(((i + 1) * values.length) / POINTS);
    const group = values.slice(from, to).filter((value) => value !== null);
    return group.length === 0 ? null : group.reduce((sum, value) => sum + value, 0) / group.length;
  });
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
