/**
 * Whether two answers are the same. Symmetric in all that is listed here; docs/verify-math.md says it for readers.
 *
 * - values: units may be left out on one side, never differ; 50\% is 50 and is 0.5
 * - `x = 3` is 3, on either side; `x = 3` is not `y = 3`
 * - equations are the same up to a factor, inequalities by what they say of one variable, and as its interval
 * - lists and sets in any order; tuples and bare lists in order; intervals with their brackets
 * - one member is its own list
 */

import { isEmptySet, type MathAnswer } from "./answer.ts";
import { type Expression, negated, numberOf, TooMuchWork, variablesOf, type Work } from "./expression.ts";
import { type Sameness, sameValue } from "./same-value.ts";

/** Comparisons of values in one question, at most. */
const COMPARISONS = 2500;

export class Comparison {
  #left = COMPARISONS;
  readonly #work: Work;

  constructor(work: Work) {
    this.#work = work;
  }

  /** @throws TooMuchWork */
  same(a: MathAnswer, b: MathAnswer): Sameness {
    const different = { same: false, how: "" };
    if (a.kind === "value" && b.kind === "value") return this.#values(a, b);
    if (a.kind === "text" && b.kind === "text") return sameText(a.text, b.text);
    if (a.kind === "relation" || b.kind === "relation") return this.#relations(a, b);
    if (a.kind === "union" || b.kind === "union") {
      return this.#unordered(membersOf(a, "union"), membersOf(b, "union"), "the same union");
    }
    if (a.kind === "tuple" && b.kind === "tuple") return this.#tuples(a, b);
    if (a.kind === "matrix" && b.kind === "matrix") return this.#matrices(a, b);
    if (a.kind === "matrix" || b.kind === "matrix") return this.#vectors(a, b);
    if (a.kind === "tuple" && b.kind === "set") return this.#tupleAndList(a, b);
    if (a.kind === "set" && b.kind === "tuple") return this.#tupleAndList(b, a);
    if (a.kind === "set" || b.kind === "set") {
      if (isEmptySet(a) || isEmptySet(b)) return { same: isEmptySet(a) && isEmptySet(b), how: "the empty set" };
      return this.#unordered(membersOf(a, "set"), membersOf(b, "set"), "the same members");
    }
    return different;
  }

  #values(a: Extract<MathAnswer, { kind: "value" }>, b: Extract<MathAnswer, { kind: "value" }>): Sameness {
    if (this.#left-- <= 0) throw new TooMuchWork("too many comparisons");
    const [unitA, unitB] = [unitOf(a.unit), unitOf(b.unit)];
    if (unitA !== null && unitB !== null && unitA !== unitB) return { same: false, how: "another unit" };
    const plain = sameValue(a.expression, b.expression, this.#work);
    if (plain.same || (unitA === "%") === (unitB === "%")) return plain;
    // One says percent: its hundredth is the plain number.
    const [percent, other] = unitA === "%" ? [a, b] : [b, a];
    return sameValue(
      { kind: "quotient", above: percent.expression, below: numberOf(100n) },
      other.expression,
      this.#work,
    );
  }

  #relations(a: MathAnswer, b: MathAnswer): Sameness {
    if (a.kind === "relation" && b.kind === "relation") {
      const [x, y] = [assigned(a), assigned(b)];
      if (x !== null && y !== null) {
        if (sameName(x.name, y.name)) return this.same(x.value, y.value);
        return this.#equations(a, b);
      }
      const [p, q] = [rangeOf(a), rangeOf(b)];
      if (p !== null && q !== null) {
        if (p.variable !== null && q.variable !== null && p.variable !== q.variable) return { same: false, how: "" };
        return this.same(p.range, q.range);
      }
      return this.#equations(a, b);
    }
    const [relation, other] = a.kind === "relation" ? [a, b] : [b as Extract<MathAnswer, { kind: "relation" }>, a];
    const value = assigned(relation)?.value ?? rangeOf(relation)?.range;
    return value === undefined ? { same: false, how: "" } : this.same(value, other);
  }

  /** left - right of both, up to a factor; inequalities, up to one above 0. */
  #equations(a: Extract<MathAnswer, { kind: "relation" }>, b: Extract<MathAnswer, { kind: "relation" }>): Sameness {
    const how = "the same relation";
    if (a.relations.length !== 1 || b.relations.length !== 1) return this.#chains(a, b);
    const [x, y] = [zeroForm(a), zeroForm(b)];
    if (x === null || y === null || x.relation !== y.relation) return { same: false, how };
    if (x.relation === "other") return this.#chains(a, b);
    const names = [variablesOf(x.expression), variablesOf(y.expression)] as const;
    if (names[0].size !== names[1].size || [...names[0]].some((name) => !names[1].has(name)))
      return { same: false, how };
    if (names[0].size === 0) return { same: false, how };
    for (const factor of factorsBetween(x.expression, y.expression)) {
      if (x.relation !== "=" && x.relation !== "!=" && factor.negative) continue;
      if (sameValue(x.expression, { kind: "product", factors: [factor.of, y.expression] }, this.#work).same)
        return { same: true, how };
    }
    return { same: false, how };
  }

  #chains(a: Extract<MathAnswer, { kind: "relation" }>, b: Extract<MathAnswer, { kind: "relation" }>): Sameness {
    const how = "the same relation";
    if (a.relations.join(" ") !== b.relations.join(" ")) return { same: false, how };
    const same = a.sides.every((side, i) => this.same(side, b.sides[i] as MathAnswer).same);
    return { same, how };
  }

  #tuples(a: Extract<MathAnswer, { kind: "tuple" }>, b: Extract<MathAnswer, { kind: "tuple" }>): Sameness {
    const how = "the same, member by member";
    if (a.open !== b.open || a.close !== b.close || a.members.length !== b.members.length) return { same: false, how };
    const same = a.members.every((member, i) => this.same(member, b.members[i] as MathAnswer).same);
    return { same, how };
  }

  /** (3, 2) and a bare "3, 2" in this order; a set has none. */
  #tupleAndList(a: Extract<MathAnswer, { kind: "tuple" }>, b: Extract<MathAnswer, { kind: "set" }>): Sameness {
    const how = "the same, member by member";
    if (!b.bare || a.open !== "(" || a.close !== ")" || a.members.length !== b.members.length) {
      return { same: b.members.length === 1 && this.same(a, b.members[0] as MathAnswer).same, how };
    }
    const members = b.members.map((member) =>
      member.kind === "relation" ? (assigned(member)?.value ?? member) : member,
    );
    return { same: a.members.every((member, i) => this.same(member, members[i] as MathAnswer).same), how };
  }

  #matrices(a: Extract<MathAnswer, { kind: "matrix" }>, b: Extract<MathAnswer, { kind: "matrix" }>): Sameness {
    const how = "the same, entry by entry";
    const same =
      a.rows.length === b.rows.length &&
      a.rows.every((row, r) => {
        const other = b.rows[r] as readonly MathAnswer[];
        return row.length === other.length && row.every((cell, c) => this.same(cell, other[c] as MathAnswer).same);
      });
    return { same, how };
  }

  /** A column or a row of numbers and a tuple of them. */
  #vectors(a: MathAnswer, b: MathAnswer): Sameness {
    const how = "the same, entry by entry";
    const [matrix, other] = a.kind === "matrix" ? [a, b] : [b as Extract<MathAnswer, { kind: "matrix" }>, a];
    const flat =
      matrix.rows.length === 1
        ? matrix.rows[0]
        : matrix.rows.every((row) => row.length === 1)
          ? matrix.rows.flat()
          : null;
    if (!flat || other.kind !== "tuple" || other.open !== "(" || other.members.length !== flat.length)
      return { same: false, how };
    return { same: flat.every((cell, i) => this.same(cell, other.members[i] as MathAnswer).same), how };
  }

  #unordered(some: readonly MathAnswer[], others: readonly MathAnswer[], how: string): Sameness {
    const [a, b] = some.length === others.length ? [some, others] : [this.#distinct(some), this.#distinct(others)];
    if (a.length !== b.length) return { same: false, how };
    const assignments = [a, b].map((side) =>
      side.map((member) => (member.kind === "relation" ? assigned(member) : null)),
    );
    const named = assignments.map((side) => side.every((each) => each !== null) && side.length > 1);
    // Values of several names against bare values: only in their order.
    if (named[0] !== named[1]) {
      const plain = (side: number) =>
        (named[side]
          ? (assignments[side] ?? []).map((each) => each?.value as MathAnswer)
          : [a, b][side]) as MathAnswer[];
      const names = new Set((assignments[named[0] ? 0 : 1] ?? []).map((each) => nameOf(each?.name as MathAnswer)));
      if (names.size > 1) {
        const [x, y] = [plain(0), plain(1)];
        return { same: x.every((member, i) => this.same(member, y[i] as MathAnswer).same), how };
      }
      return this.#matched(plain(0), plain(1), how);
    }
    return this.#matched(a, b, how);
  }

  /** What is named twice is one member. */
  #distinct(members: readonly MathAnswer[]): MathAnswer[] {
    const kept: MathAnswer[] = [];
    for (const member of members) if (!kept.some((other) => this.same(member, other).same)) kept.push(member);
    return kept;
  }

  #matched(a: readonly MathAnswer[], b: readonly MathAnswer[], how: string): Sameness {
    if (a.length !== b.length) return { same: false, how };
    const left = [...b];
    for (const member of a) {
      const at = left.findIndex((other) => this.same(member, other).same);
      if (at < 0) return { same: false, how };
      left.splice(at, 1);
    }
    return { same: true, how };
  }
}

function membersOf(answer: MathAnswer, kind: "set" | "union"): readonly MathAnswer[] {
  if (answer.kind === "set" || answer.kind === kind) return (answer as { members: readonly MathAnswer[] }).members;
  return [answer];
}

function sameText(a: string, b: string): Sameness {
  const plain = (text: string): string => {
    const words = text.replaceAll(/[\s.,;:'"“”]+/g, " ").trim();
    return /^\(?[A-Za-z]\)?$/.test(words) ? words.replaceAll(/[()]/g, "") : words.toLowerCase();
  };
  return { same: plain(a) !== "" && plain(a) === plain(b), how: "the same words" };
}

const UNIT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:%|percent|pct|percentage|per cent)$/, "%"],
  [/^(?:degree|degrees|deg)$/, "degree"],
];

/** In one form: lower case, singular, without spaces; null for none. */
function unitOf(unit: string | null): string | null {
  if (unit === null) return null;
  const plain = unit.toLowerCase().replaceAll(/[\s.]+/g, "");
  const named = UNIT_NAMES.find(([pattern]) => pattern.test(plain));
  if (named !== undefined) return named[1];
  return plain.length > 3 ? plain.replace(/s$/, "") : plain;
}

type Assignment = { readonly name: MathAnswer; readonly value: MathAnswer };

/** `name = value`, or a chain of equals that ends with the value; null for what defines nothing. */
function assigned({ sides, relations }: Extract<MathAnswer, { kind: "relation" }>): Assignment | null {
  if (relations.some((relation) => relation !== "=" && relation !== "~")) return null;
  // Of x = 1/3 = ... ~ 0.33 the last that is said to be equal.
  const last = relations.lastIndexOf("=");
  const at = last < 0 ? sides.length - 1 : last + 1;
  const name = sides.slice(0, at).find(isName);
  return name === undefined ? null : { name, value: sides[at] as MathAnswer };
}

/** What stands for something: a variable, f(x), AB, |AB|, (p, q), words, ratios of names. */
function isName(side: MathAnswer): boolean {
  if (side.kind === "text") return true;
  if (side.kind === "tuple") return side.members.every(isName);
  if (side.kind !== "value") return false;
  return isNamed(side.expression);
}

function isNamed(expression: Expression): boolean {
  if (expression.kind === "variable") return true;
  if (expression.kind === "product") return expression.factors.every(isNamed);
  if (expression.kind === "quotient") return isNamed(expression.above) && isNamed(expression.below);
  return expression.kind === "function" && expression.name === "abs" && isNamed(expression.argument);
}

function nameOf(name: MathAnswer): string {
  return JSON.stringify(name, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

function sameName(a: MathAnswer, b: MathAnswer): boolean {
  return nameOf(a) === nameOf(b);
}

type Range = { readonly variable: string | null; readonly range: MathAnswer };

/** What a relation says of one variable, as an interval: x > 3, a < x <= b, x in S. */
function rangeOf({ sides, relations }: Extract<MathAnswer, { kind: "relation" }>): Range | null {
  const variableOf = (side: MathAnswer | undefined): string | null =>
    side !== undefined && isName(side) ? nameOf(side) : null;
  if (relations.join("") === "in") {
    const variable = variableOf(sides[0]);
    return variable === null ? null : { variable, range: sides[1] as MathAnswer };
  }
  if (relations.some((relation) => !ORDER.has(relation))) return null;
  if (relations.length === 1) {
    const [left, right] = sides as [MathAnswer, MathAnswer];
    const [relation] = relations as [string];
    if (variableOf(left) !== null) return { variable: variableOf(left), range: halfLine(relation, right) };
    if (variableOf(right) !== null)
      return { variable: variableOf(right), range: halfLine(MIRRORED[relation] as string, left) };
    return null;
  }
  const [low, middle, high] = sides as [MathAnswer, MathAnswer, MathAnswer];
  if (relations.length !== 2 || variableOf(middle) === null) return null;
  const [first, second] = relations as [string, string];
  const variable = variableOf(middle);
  if (first.startsWith("<") && second.startsWith("<")) return { variable, range: interval(low, first, second, high) };
  if (first.startsWith(">") && second.startsWith(">")) return { variable, range: interval(high, second, first, low) };
  return null;
}

const ORDER = new Set(["<", "<=", ">", ">="]);
const MIRRORED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const INFINITY: MathAnswer = { kind: "value", expression: { kind: "constant", name: "infinity" }, unit: null };
const MINUS_INFINITY: MathAnswer = {
  kind: "value",
  expression: negated({ kind: "constant", name: "infinity" }),
  unit: null,
};

function interval(low: MathAnswer, first: string, second: string, high: MathAnswer): MathAnswer {
  return {
    kind: "tuple",
    open: first === "<=" || first === ">=" ? "[" : "(",
    close: second === "<=" || second === ">=" ? "]" : ")",
    members: [low, high],
  };
}

function halfLine(relation: string, bound: MathAnswer): MathAnswer {
  return relation.startsWith(">")
    ? interval(bound, relation, "<", INFINITY)
    : interval(MINUS_INFINITY, "<", relation, bound);
}

/** left - right, and how it stands to 0; `other` for what is not ordered. */
function zeroForm({
  sides,
  relations,
}: Extract<MathAnswer, { kind: "relation" }>): { readonly expression: Expression; readonly relation: string } | null {
  const [left, right] = sides as [MathAnswer, MathAnswer];
  if (left.kind !== "value" || right.kind !== "value") return { expression: numberOf(0n), relation: "other" };
  const [relation] = relations as [string];
  const difference = (a: Expression, b: Expression): Expression => ({ kind: "sum", terms: [a, negated(b)] });
  if (relation === "=" || relation === "!=")
    return { expression: difference(left.expression, right.expression), relation };
  if (relation === "<" || relation === "<=")
    return { expression: difference(right.expression, left.expression), relation: `0${relation}` };
  if (relation === ">" || relation === ">=")
    return { expression: difference(left.expression, right.expression), relation: `0${MIRRORED[relation]}` };
  return { expression: numberOf(0n), relation: "other" };
}

/** Factors by which b may be a: quotients of two coefficients that are plain to see. */
function factorsBetween(a: Expression, b: Expression): { readonly of: Expression; readonly negative: boolean }[] {
  const [mine, others] = [coefficientsOf(a), coefficientsOf(b)];
  const factors = new Map<string, { of: Expression; negative: boolean }>();
  for (const x of mine) {
    for (const y of others) {
      for (const negative of [false, true]) {
        const of = numberOf((negative ? -1n : 1n) * x.numerator * y.denominator, x.denominator * y.numerator);
        factors.set(nameOf({ kind: "value", expression: of, unit: null }), { of, negative });
      }
    }
  }
  return [...factors.values()].slice(0, 60);
}

function coefficientsOf(expression: Expression): { readonly numerator: bigint; readonly denominator: bigint }[] {
  const found = new Map<string, { numerator: bigint; denominator: bigint }>([
    ["1/1", { numerator: 1n, denominator: 1n }],
  ]);
  const visit = (part: Expression): void => {
    if (part.kind === "number" && part.numerator !== 0n && found.size < 6) {
      const numerator = part.numerator < 0n ? -part.numerator : part.numerator;
      found.set(`${numerator}/${part.denominator}`, { numerator, denominator: part.denominator });
    }
    if (part.kind === "sum") part.terms.forEach(visit);
    if (part.kind === "product") part.factors.forEach(visit);
    if (part.kind === "quotient") [part.above, part.below].forEach(visit);
  };
  visit(expression);
  return [...found.values()];
}
