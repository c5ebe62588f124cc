/** Numbers as people read them. The locale of the machine plays no part, so that one report reads the same everywhere. */

const MINUS = "−";

/** Fixed decimals with thousands separated by a thin space and a true minus sign. */
export function fixed(x: number, digits = 0): string {
  if (!Number.isFinite(x)) return "–";
  const text = Math.abs(x).toFixed(digits);
  const [whole = "0", decimals] = text.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") : whole;
  const sign = x < 0 && Number(text) !== 0 ? MINUS : "";
  return sign + grouped + (decimals === undefined ? "" : `.${decimals}`);
}

/** Three significant digits, for quantities of unknown size. */
export function significant(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(x)));
  if (magnitude < -4 || magnitude > 6) return powerOfTen(x);
  return fixed(x, Math.max(0, 2 - magnitude));
}

/**
 * A fraction as a percentage.
 *
 * @example
 * percent(0.7425); // "74.3%"
 */
export function percent(fraction: number | null, digits = 1): string {
  return fraction === null ? "–" : `${fixed(fraction * 100, digits)}%`;
}

/**
 * A difference of two fractions in percentage points, signed.
 *
 * @example
 * points(0.501); // "+50.1 points"
 */
export function points(difference: number | null, digits = 1): string {
  if (difference === null) return "–";
  const text = fixed(difference * 100, digits);
  const rounded = Number((difference * 100).toFixed(digits));
  return `${rounded > 0 ? "+" : ""}${text} ${Math.abs(rounded) === 1 ? "point" : "points"}`;
}

/** "+24.1 to +28.4 points" */
export function pointsInterval(ci: readonly [number, number]): string {
  return `${points(ci[0]).replace(/ points?$/, "")} to ${points(ci[1]).replace(/ point$/, " points")}`;
}

/** "21.3% to 28.0%" */
export function intervalText(ci: readonly [number, number]): string {
  return `${percent(ci[0])} to ${percent(ci[1])}`;
}

/**
 * A number in powers of ten; the caret is set as a superscript by whatever draws it. Powers of ten alone drop the factor.
 *
 * @example
 * powerOfTen(1.534e13); // "1.53×10^13"
 */
export function powerOfTen(x: number): string {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return "–";
  let exponent = Math.floor(Math.log10(Math.abs(x)) + 1e-12);
  let factor = x / 10 ** exponent;
  if (Math.abs(factor) >= 9.995) {
    factor /= 10;
    exponent += 1;
  }
  const head = Number(factor.toFixed(2));
  return head === 1 ? `10^${exponent}` : `${head.toString().replace("-", MINUS)}×10^${exponent}`;
}

/** "1.53×10¹³", for places that hold plain text only: tool tips and what a screen reader is told. */
export function powerOfTenPlain(x: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return powerOfTen(x).replace(/\^(-?)(\d+)/, (_, sign: string, exponent: string) => {
    return (sign === "" ? "" : "⁻") + [...exponent].map((d) => digits[Number(d)]).join("");
  });
}

/** Seconds as "42 s", "12 min 4 s" or "1 h 3 min". */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.round(s / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "one problem", "400 problems" */
export function counted(n: number, one: string, many = `${one}s`): string {
  return n === 1 ? `one ${one}` : `${fixed(n)} ${many}`;
}
