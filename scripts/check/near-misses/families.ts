/**
 * Answers of every family, each with one that is equal by construction and one that is nearly so. Beside what is written there is
 * what is meant, in Python, so that an evaluation of its own says whether they differ. Made without the verifier's own code.
 */

import type { Rng } from "../../../src/core/rng.ts";

export type Sample = {
  /** As it is written. */
  readonly gold: string;
  readonly same: string;
  readonly near: string;
  /** What gold and near mean: Python over mpmath, in x and y where there are variables. */
  readonly means: readonly [gold: string, near: string];
};

type Family = (rng: Rng) => Sample;

const between = (rng: Rng, low: number, high: number): number => low + rng.int(high - low + 1);
const nonZero = (rng: Rng, size: number): number => (rng.bool(0.5) ? 1 : -1) * between(rng, 1, size);
const signed = (n: number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);
const coefficient = (n: number, of: string): string => (n === 1 ? of : n === -1 ? `-${of}` : `${n}${of}`);
const q = (p: number, d: number): string => `(mpf(${p})/${d})`;

/** Another number nearby: a digit, a sign, a step. */
function changed(rng: Rng, n: number): number {
  const digits = String(Math.abs(n));
  const at = rng.int(digits.length);
  const digit = (Number(digits[at]) + 1 + rng.int(8)) % 10;
  const other = Math.sign(n || 1) * Number(`${digits.slice(0, at)}${digit}${digits.slice(at + 1)}`);
  return rng.pick([n + 1, n - 1, n === 0 ? 7 : -n, other === n ? n + 10 : other]);
}

export const FAMILIES: Readonly<Record<string, Family>> = {
  integers(rng) {
    const n = nonZero(rng, 10 ** between(rng, 1, 9));
    const m = changed(rng, n);
    return { gold: `${n}`, same: `${n}.0`, near: `${m}`, means: [`mpf(${n})`, `mpf(${m})`] };
  },
  fractions(rng) {
    const [p, d, k] = [nonZero(rng, 90), between(rng, 2, 60), between(rng, 2, 9)];
    const [above, below] = rng.bool(0.5)
      ? [changed(rng, p), d]
      : [p, d + rng.pick([1, 2, -1].filter((step) => d + step > 0))];
    return {
      gold: `\\frac{${p}}{${d}}`,
      same: rng.pick([`${p * k}/${d * k}`, `\\dfrac{${p * k}}{${d * k}}`, `-\\frac{${-p}}{${d}}`]),
      near: `\\frac{${above}}{${below}}`,
      means: [q(p, d), q(above, below)],
    };
  },
  decimals(rng) {
    const places = between(rng, 1, 4);
    const n = nonZero(rng, 9999);
    const m = changed(rng, n);
    const write = (value: number): string => (value / 10 ** places).toFixed(places);
    return {
      gold: write(n),
      same: `\\frac{${n}}{${10 ** places}}`,
      near: write(m),
      means: [q(n, 10 ** places), q(m, 10 ** places)],
    };
  },
  "mixed numbers"(rng) {
    const [whole, d] = [between(rng, 1, 20), between(rng, 2, 12)];
    const p = between(rng, 1, d - 1);
    const other = rng.bool(0.5) ? whole + 1 : whole;
    const above = other === whole ? p + 1 : p;
    return {
      gold: `${whole}\\frac{${p}}{${d}}`,
      same: `\\frac{${whole * d + p}}{${d}}`,
      near: `${other} ${above}/${d}`,
      means: [q(whole * d + p, d), q(other * d + above, d)],
    };
  },
  percentages(rng) {
    const n = between(rng, 1, 400);
    const m = changed(rng, n);
    return { gold: `${n}\\%`, same: `${n} percent`, near: `${m}\\%`, means: [`mpf(${n})`, `mpf(${m})`] };
  },
  units(rng) {
    const [n, unit, other] = [between(rng, 1, 500), ...rng.shuffle(["cm", "m", "kg", "hours", "miles", "seconds"])] as [
      number,
      string,
      string,
    ];
    const m = changed(rng, n);
    const near = rng.bool(0.5) ? `${m} \\text{ ${unit}}` : `${n} \\text{ ${other}}`;
    const value = near.includes(` ${other}}`)
      ? [`(mpf(${n}), "${unit}")`, `(mpf(${n}), "${other}")`]
      : [`(mpf(${n}), 1)`, `(mpf(${m}), 1)`];
    return {
      gold: `${n} \\text{ ${unit}}`,
      same: rng.bool(0.5) ? `${n}` : `${n} ${unit}`,
      near,
      means: value as [string, string],
    };
  },
  "thousands separators"(rng) {
    const n = between(rng, 1000, 99_999_999);
    const m = changed(rng, n);
    const grouped = (value: number, comma: string): string => value.toLocaleString("en").replaceAll(",", comma);
    return {
      gold: grouped(n, ","),
      same: rng.pick([`${n}`, grouped(n, "{,}")]),
      near: grouped(Math.abs(m), rng.pick([",", "{,}"])),
      means: [`mpf(${n})`, `mpf(${Math.abs(m)})`],
    };
  },
  intervals(rng) {
    const [a, b] = [nonZero(rng, 40), 50 + between(rng, 0, 40)];
    const [open, close] = [rng.pick(["(", "["]), rng.pick([")", "]"])];
    const flip: Readonly<Record<string, string>> = { "(": "[", "[": "(", ")": "]", "]": ")" };
    const kind = rng.int(3);
    const [o, c, l, h] = [
      kind === 0 ? flip[open] : open,
      close,
      kind === 1 ? changed(rng, a) : a,
      kind === 2 ? b + 1 : b,
    ];
    const less = { "(": "<", "[": "\\le" }[open] as string;
    const more = { ")": "<", "]": "\\le" }[close] as string;
    return {
      gold: `${open}${a}, ${b}${close}`,
      same: rng.bool(0.5) ? `${a} ${less} x ${more} ${b}` : `\\left${open} ${a}, ${b} \\right${close}`,
      near: `${o}${l}, ${h}${c}`,
      means: [`("${open}${close}", mpf(${a}), mpf(${b}))`, `("${o}${c}", mpf(${l}), mpf(${h}))`],
    };
  },
  sets(rng) {
    const members = rng.shuffle([...new Set(Array.from({ length: between(rng, 2, 6) }, () => nonZero(rng, 60)))]);
    const last = members.at(-1) as number;
    const other =
      rng.bool(0.5) && members.length > 1 ? members.slice(0, -1) : [...members.slice(0, -1), changed(rng, last)];
    const set = (list: readonly number[]): string => `\\{${list.join(", ")}\\}`;
    const meant = (list: readonly number[]): string => `frozenset([${list.join(", ")}])`;
    return {
      gold: set(members),
      same: rng.bool(0.5) ? set(rng.shuffle(members)) : rng.shuffle(members).join(", "),
      near: set(other),
      means: [meant(members), meant(other)],
    };
  },
  tuples(rng) {
    const members = Array.from({ length: between(rng, 2, 4) }, () => nonZero(rng, 60));
    const swapped = [members[1] as number, members[0] as number, ...members.slice(2)];
    const other =
      rng.bool(0.5) && members[0] !== members[1]
        ? swapped
        : [...members.slice(0, -1), changed(rng, members.at(-1) as number)];
    const meant = (list: readonly number[]): string => `(${list.map((n) => `mpf(${n})`).join(", ")},)`;
    return {
      gold: `(${members.join(", ")})`,
      same: `\\left( ${members.map((n) => (n % 2 === 0 ? `${n}.0` : `${n}`)).join(" , ")} \\right)`,
      near: `(${other.join(", ")})`,
      means: [meant(members), meant(other)],
    };
  },
  matrices(rng) {
    const cells = Array.from({ length: 4 }, () => nonZero(rng, 30));
    const other = [...cells];
    const at = rng.int(4);
    other[at] = changed(rng, cells[at] as number);
    const write = ([a, b, c, d]: readonly number[], env: string): string =>
      `\\begin{${env}} ${a} & ${b} \\\\ ${c} & ${d} \\end{${env}}`;
    const meant = (list: readonly number[]): string => `(${list.map((n) => `mpf(${n})`).join(", ")})`;
    return {
      gold: write(cells, "pmatrix"),
      same: write(cells, "bmatrix"),
      near: write(other, "pmatrix"),
      means: [meant(cells), meant(other)],
    };
  },
  equations(rng) {
    const [a, b, k] = [nonZero(rng, 9), nonZero(rng, 20), between(rng, 2, 5)];
    const [c, d] = rng.bool(0.5) ? [changed(rng, a), b] : [a, changed(rng, b)];
    return {
      gold: `y = ${coefficient(a, "x")} ${signed(b)}`,
      same: rng.pick([`y = ${b} ${signed(a)}x`, `${k}y = ${k * a}x ${signed(k * b)}`]),
      near: `y = ${c === 0 ? "" : coefficient(c, "x")} ${signed(d)}`,
      means: [`mpf(${a})*x+${b}`, `mpf(${c})*x+(${d})`],
    };
  },
  inequalities(rng) {
    const n = nonZero(rng, 50);
    const relation = rng.pick(["<", ">", "\\le", "\\ge"]);
    const mirror: Readonly<Record<string, string>> = { "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" };
    const strict: Readonly<Record<string, string>> = { "<": "\\le", ">": "\\ge", "\\le": "<", "\\ge": ">" };
    const kind = rng.int(3);
    const [r, m] = [
      kind === 0 ? mirror[relation] : kind === 1 ? strict[relation] : relation,
      kind === 2 ? changed(rng, n) : n,
    ] as [string, number];
    return {
      gold: `x ${relation} ${n}`,
      same: `${n} ${mirror[relation]} x`,
      near: `x ${r} ${m}`,
      means: [`("${relation}".replace("\\\\",""), mpf(${n}))`, `("${r}".replace("\\\\",""), mpf(${m}))`],
    };
  },
  "complex numbers"(rng) {
    const [a, b] = [nonZero(rng, 30), nonZero(rng, 30)];
    const [c, d] = rng.bool(0.5) ? [a, -b] : [changed(rng, a), b];
    return {
      gold: `${a} ${signed(b)}i`,
      same: `${b}i ${signed(a)}`,
      near: `${c} ${signed(d)}i`,
      means: [`mpc(${a},${b})`, `mpc(${c},${d})`],
    };
  },
  radicals(rng) {
    const [a, b, k] = [nonZero(rng, 9), rng.pick([2, 3, 5, 6, 7, 10, 11]), between(rng, 2, 6)];
    const c = nonZero(rng, 20);
    const [e, f] = rng.bool(0.5) ? [k + 1, b] : [k, b + 1];
    return {
      gold: `${c} ${signed(a * k)}\\sqrt{${b}}`,
      same: `${signed(a)}\\sqrt{${b * k * k}} ${signed(c)}`.replace(/^\+ /, ""),
      near: `${c} ${signed(a * e)}\\sqrt{${f}}`,
      means: [`${c}+(${a * k})*sqrt(mpf(${b}))`, `${c}+(${a * e})*sqrt(mpf(${f}))`],
    };
  },
  logarithms(rng) {
    const [b, n, k] = [rng.pick([2, 3, 5, 7, 10]), between(rng, 2, 60), between(rng, 2, 4)];
    const m = changed(rng, n);
    return {
      gold: `\\log_{${b}} ${n}`,
      same: rng.pick([`\\frac{\\ln ${n}}{\\ln ${b}}`, `\\frac{1}{${k}}\\log_{${b}} ${n ** k}`]),
      near: `\\log_{${b}} ${Math.max(2, Math.abs(m)) === n ? n + 1 : Math.max(2, Math.abs(m))}`,
      means: [
        `log(mpf(${n}))/log(mpf(${b}))`,
        `log(mpf(${Math.max(2, Math.abs(m)) === n ? n + 1 : Math.max(2, Math.abs(m))}))/log(mpf(${b}))`,
      ],
    };
  },
  trigonometry(rng) {
    const [p, d] = [between(rng, 1, 11), rng.pick([5, 7, 9, 11])];
    const other = rng.bool(0.5) ? "\\cos" : "\\sin";
    const near = other === "\\sin" ? p + 1 : p;
    return {
      gold: `\\sin \\frac{${p}\\pi}{${d}}`,
      same: `\\cos\\left(\\frac{\\pi}{2} - \\frac{${p}\\pi}{${d}}\\right)`,
      near: `${other} \\frac{${near}\\pi}{${d}}`,
      means: [`sin(${p}*pi/${d})`, `${other.slice(1)}(${near}*pi/${d})`],
    };
  },
  "powers of ten and of e"(rng) {
    const [a, n] = [between(rng, 11, 99), between(rng, 2, 12)];
    const m = rng.bool(0.5) ? n + 1 : n;
    const c = m === n ? a + 1 : a;
    return {
      gold: `${a / 10} \\times 10^{${n}}`,
      same: `${a}${"0".repeat(n - 1)}`,
      near: `${c / 10} \\times 10^{${m}}`,
      means: [`mpf(${a})*mpf(10)**${n - 1}`, `mpf(${c})*mpf(10)**${m - 1}`],
    };
  },
  numerals(rng) {
    const [n, base] = [between(rng, 8, 900), between(rng, 2, 9)];
    const m = n + rng.pick([1, 2, base]);
    return {
      gold: `${n.toString(base)}_{${base}}`,
      same: `${n}`,
      near: `${m.toString(base)}_${base}`,
      means: [`mpf(${n})`, `mpf(${m})`],
    };
  },
  polynomials(rng) {
    const [a, b] = [nonZero(rng, 9), nonZero(rng, 9)];
    const [s, p] = [a + b, a * b];
    const [t, r] = rng.bool(0.5) ? [s + 1, p] : [s, changed(rng, p)];
    const write = (u: number, v: number): string => `x^2 ${u === 0 ? "" : `${signed(u)}x`} ${v === 0 ? "" : signed(v)}`;
    return {
      gold: write(s, p),
      same: `(x ${signed(a)})(x ${signed(b)})`,
      near: write(t, r),
      means: [`x**2+(${s})*x+(${p})`, `x**2+(${t})*x+(${r})`],
    };
  },
  "rational expressions"(rng) {
    const [a, b, c] = [nonZero(rng, 9), nonZero(rng, 9), between(rng, 2, 9)];
    const d = changed(rng, b);
    const upside = rng.bool(0.5);
    return {
      gold: `\\frac{${coefficient(a, "x")} ${signed(b)}}{x + ${c}}`,
      same: `\\frac{${b} ${signed(a)}x}{${c} + x}`,
      near: upside
        ? `\\frac{x + ${c}}{${coefficient(a, "x")} ${signed(b)}}`
        : `\\frac{${coefficient(a, "x")} ${signed(d)}}{x + ${c}}`,
      means: [`((${a})*x+(${b}))/(x+${c})`, upside ? `(x+${c})/((${a})*x+(${b}))` : `((${a})*x+(${d}))/(x+${c})`],
    };
  },
  "two variables"(rng) {
    const [a, b] = [nonZero(rng, 9), nonZero(rng, 9)];
    const near = rng.pick([
      `${coefficient(a, "x^2")}y ${signed(b)}y`,
      `${coefficient(a, "xy^2")} ${signed(b)}x`,
      `${coefficient(a, "xy")} ${signed(b)}y`,
    ]);
    return {
      gold: `${coefficient(a, "xy")} ${signed(b)}x`,
      same: `x(${coefficient(a, "y")} ${signed(b)})`,
      near,
      means: [
        `(${a})*x*y+(${b})*x`,
        near.includes("x^2")
          ? `(${a})*x*x*y+(${b})*y`
          : near.includes("y^2")
            ? `(${a})*x*y*y+(${b})*x`
            : `(${a})*x*y+(${b})*y`,
      ],
    };
  },
};
