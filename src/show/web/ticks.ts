/** Marks of a logarithmic axis at round numbers. Pure. */

/** CSS pixels that a label such as "100 trillion" needs. */
const LABEL_PX = 84;

/**
 * Round numbers between two positive bounds, as dense as labels fit: 1, 2, 5 of each tenfold, or 1 and 3, or every
 * tenfold, or every few.
 *
 * @example
 * ticks(1e12, 1e14, 500); // [1e12, 3e12, 1e13, 3e13, 1e14]
 */
export function ticks(low: number, high: number, widthPx: number): number[] {
  const most = Math.max(2, Math.floor(widthPx / LABEL_PX));
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const found = decades(low, high, 1).flatMap((decade) => factors.map((factor) => factor * decade));
    const inside = found.filter((x) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9));
    if (inside.length <= most && inside.length > 0) return inside;
  }
  for (let every = 2; ; every++) {
    const inside = decades(low, high, every).filter((x) => x >= low && x <= high);
    if (inside.length <= most) return inside;
  }
}

function decades(low: number, high: number, every: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const out: number[] = [];
  for (let power = first; power <= last; power++) if (power % every === 0) out.push(Number(`1e${power}`));
  return out;
}
