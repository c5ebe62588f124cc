/**
 * The canonical form of a mathematical answer, on which votes are counted and answers compared. It undoes differences of
 * writing (spacing, `\dfrac` for `\frac`, units, dollars, `x=`), and numbers become reduced fractions, so that 0.5, 1/2 and
 * \frac{2}{4} are one. It knows no algebra: x+1 and 1+x remain two.
 */

/**
 * @example
 * canonicalAnswer("x = \\dfrac{2}{4}"); // "1/2"
 * canonicalAnswer("\\text{(A)}") === canonicalAnswer("A"); // true
 * canonicalAnswer("90^\\circ"); // "90"
 */
export function canonicalAnswer(answer: string): string {
  const plain = RULES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), answer.trim());
  return reducedFraction(withoutGrouping(plain)) ?? tuple(plain) ?? lowerCaseWords(plain);
}

/** In this order: marks of layout, names of one thing, what may be left out, arguments without braces. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\\(?:left|right|displaystyle|limits|bigl?|bigr|Bigl?|Bigr)(?![a-zA-Z])/g, ""],
  [/(?<!\\)\\[!,;: ]|~/g, ""],
  [/(?<=\d)\{,\}(?=\d)/g, ","],
  [/\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}/g, "$1"],
  [/\\[dtc]frac(?![a-zA-Z])/g, "\\frac"],
  [/\\(?:leq|le)(?![a-zA-Z])/g, "<="],
  [/\\(?:geq|ge)(?![a-zA-Z])/g, ">="],
  [/\\(?:cdot|times)(?![a-zA-Z])/g, "*"],
  [/\^\s*\{?\s*\\circ\s*\}?|\\degree(?![a-zA-Z])|°/g, ""],
  [/\\?[$%]/g, ""],
  [/−/g, "-"],
  [/\s+/g, ""],
  [/^[a-zA-Z](?:\([a-zA-Z]\))?=(?=.)/, ""],
  [/\\frac(\d)(\d)/g, "\\frac{$1}{$2}"],
  [/\\frac\{([^{}]*)\}(\d)/g, "\\frac{$1}{$2}"],
  [/\\frac(\d)\{/g, "\\frac{$1}{"],
  [/\\sqrt(\d)/g, "\\sqrt{$1}"],
  [/([_^])\{([a-zA-Z0-9])\}/g, "$1$2"],
  [/(?<=\d)(?:degrees?|dollars?|cents?|units?|cm|inches|feet|square\w*|hours?|minutes?|miles?)(?:\^\d)?$/, ""],
  [/^\((?:([A-Za-z]))\)$/, "$1"],
  [/[.:]+$/, ""],
];

/** 1,234,567 is a number; (1,234) is a pair. */
function withoutGrouping(text: string): string {
  return /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
}

/** A number, or a quotient of two, as a reduced fraction "p/q", or "p" where q is 1; undefined for anything else. */
function reducedFraction(text: string): string | undefined {
  const parts = /^(-?)\\frac\{(-?[\d.]+)\}\{(-?[\d.]+)\}$/.exec(text) ?? /^(-?)([\d.]+)(?:\/(-?[\d.]+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign, above = "", below = "1"] = parts;
  const [p, q] = [decimal(above), decimal(below)];
  if (p === undefined || q === undefined || q.numerator === 0n) return undefined;
  let numerator = p.numerator * q.denominator * (sign === "-" ? -1n : 1n);
  let denominator = p.denominator * q.numerator;
  if (denominator < 0n) [numerator, denominator] = [-numerator, -denominator];
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return denominator === divisor ? `${numerator / divisor}` : `${numerator / divisor}/${denominator / divisor}`;
}

function decimal(text: string): { readonly numerator: bigint; readonly denominator: bigint } | undefined {
  const parts = /^(-?)(\d{0,60})(?:\.(\d{0,60}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = ""] = parts;
  if (whole === "" && fraction === "") return undefined;
  return {
    numerator: BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n),
    denominator: 10n ** BigInt(fraction.length),
  };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** A tuple, interval or list: its members are canonical one by one. */
function tuple(text: string): string | undefined {
  const [, open = "", inner = "", close = ""] =
    /^([([]?)([^()[\]{}]*(?:\{[^{}]*\}[^()[\]{}]*)*)([)\]]?)$/.exec(text) ?? [];
  if (!inner.includes(",") || (open === "") !== (close === "")) return undefined;
  return `${open}${inner.split(",").map(canonicalAnswer).join(",")}${close}`;
}

/** Words are compared without regard to case; single letters, which are variables or choices, are not. */
function lowerCaseWords(text: string): string {
  return /^[a-z]{2,}$/i.test(text) ? text.toLowerCase() : text;
}
