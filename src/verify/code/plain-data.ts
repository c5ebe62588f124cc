/**
 * Plain data, the only thing that crosses between interpreters: numbers, texts and containers of them, each with its type's tag.
 * An object of any other kind does not cross, so no method of a candidate is ever called by a judge.
 */

import { z } from "zod";
import { SANDBOX_LIMITS } from "./limits.ts";

export type PlainData =
  /** None, null; undefined. */
  | readonly ["n"]
  | readonly ["u"]
  | readonly ["b", boolean]
  /** A whole number of any size, in decimal digits. */
  | readonly ["i", string]
  /** As it is printed: `0.1`, `nan`, `inf`, `-inf`. */
  | readonly ["f", string]
  | readonly ["c", string, string]
  | readonly ["s", string]
  /** Bytes, in hexadecimal digits. */
  | readonly ["y", string]
  /** A list or array; a tuple; a set. */
  | readonly ["l" | "t" | "S", readonly PlainData[]]
  /** A dictionary, object or map: pairs of key and value. */
  | readonly ["d", readonly (readonly [PlainData, PlainData])[]];

/** What a process that is not trusted sent: one pass over it, bounded in depth and in number. */
export const plainDataSchema = z.custom<PlainData>(
  (value) => isPlain(value, 0, { left: SANDBOX_LIMITS.dataItems }),
  "no plain data",
);

function isPlain(value: unknown, depth: number, count: { left: number }): boolean {
  if (!Array.isArray(value) || depth > SANDBOX_LIMITS.dataDepth || --count.left < 0) return false;
  const [kind, first, second] = value as unknown[];
  const digits = (text: unknown): boolean => typeof text === "string" && text.length <= SANDBOX_LIMITS.dataDigits;
  const plain = (item: unknown): boolean => isPlain(item, depth + 1, count);
  switch (kind) {
    case "n":
    case "u":
      return value.length === 1;
    case "b":
      return value.length === 2 && typeof first === "boolean";
    case "i":
      return value.length === 2 && digits(first) && /^-?\d+$/.test(first as string);
    case "f":
      return value.length === 2 && digits(first);
    case "c":
      return value.length === 3 && digits(first) && digits(second);
    case "s":
      return value.length === 2 && typeof first === "string";
    case "y":
      return value.length === 2 && typeof first === "string" && first.length % 2 === 0 && /^[0-9a-f]*$/.test(first);
    case "l":
    case "t":
    case "S":
      return value.length === 2 && Array.isArray(first) && first.every(plain);
    case "d": {
      const pair = (item: unknown): boolean => Array.isArray(item) && item.length === 2 && item.every(plain);
      return value.length === 2 && Array.isArray(first) && first.every(pair);
    }
    default:
      return false;
  }
}

/**
 * A value of JSON as plain data: whole numbers are integers, arrays lists, objects dictionaries.
 *
 * @example
 * fromJson([1, "a", null]); // ["l", [["i", "1"], ["s", "a"], ["n"]]]
 */
export function fromJson(value: unknown): PlainData {
  if (value === null || value === undefined) return ["n"];
  if (typeof value === "boolean") return ["b", value];
  if (typeof value === "string") return ["s", value];
  if (typeof value === "number") return Number.isSafeInteger(value) ? ["i", String(value)] : ["f", String(value)];
  if (Array.isArray(value)) return ["l", value.map(fromJson)];
  return ["d", Object.entries(value).map(([key, inner]) => [["s", key], fromJson(inner)] as const)];
}

export type EqualityOptions = {
  /** Numbers may differ by so much, relatively and absolutely. Default 0. */
  readonly tolerance?: number;
  /** A tuple is as good as a list: for what is expected in JSON, which has no tuples. Default false. */
  readonly tuplesAreLists?: boolean;
};

/**
 * Whether two values are equal as Python and JavaScript mean it: 1 is 1.0 is True, nan is nothing; sets and dictionaries in any order.
 *
 * @example
 * equalData(["i", "1"], ["f", "1.0"]); // true
 * equalData(["l", [["i", "1"]]], ["t", [["i", "1"]]]); // false
 */
export function equalData(a: PlainData, b: PlainData, options: EqualityOptions = {}): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return sameNumber(x, y, options.tolerance ?? 0);
  const same = (p: PlainData, q: PlainData): boolean => equalData(p, q, options);
  const [kindA, kindB] = [a[0], b[0]];
  const sequence = (kind: string): boolean =>
    kind === "l" || (kind === "t" && (options.tuplesAreLists === true || kindA === kindB));
  if (sequence(kindA) && sequence(kindB)) {
    const [p, q] = [a[1] as readonly PlainData[], b[1] as readonly PlainData[]];
    return p.length === q.length && p.every((item, i) => same(item, q[i] as PlainData));
  }
  if (kindA !== kindB) return false;
  switch (a[0]) {
    case "n":
    case "u":
      return true;
    case "c":
      return a[1] === b[1] && a[2] === b[2];
    case "s":
    case "y":
      return a[1] === b[1];
    case "S":
      return unordered(a[1], b[1] as readonly PlainData[], same);
    case "d": {
      const pairs = b[1] as readonly (readonly [PlainData, PlainData])[];
      return unordered(a[1], pairs, (p, q) => same(p[0], q[0]) && same(p[1], q[1]));
    }
    default:
      return false;
  }
}

function unordered<T>(a: readonly T[], b: readonly T[], same: (p: T, q: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const at = left.findIndex((other) => same(item, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function numberOf(data: PlainData): bigint | number | null {
  if (data[0] === "i") return BigInt(data[1]);
  if (data[0] === "b") return data[1] ? 1n : 0n;
  if (data[0] !== "f") return null;
  const named: Readonly<Record<string, number>> = {
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    "-inf": Number.NEGATIVE_INFINITY,
  };
  return named[data[1].toLowerCase()] ?? Number(data[1]);
}

function sameNumber(x: bigint | number, y: bigint | number, tolerance: number): boolean {
  // Neither is larger: a bigint and a number are compared by value, exactly, whatever their size. NaN is nothing's equal.
  if (!(x < y || x > y) && !Number.isNaN(x) && !Number.isNaN(y)) return true;
  if (tolerance === 0) return false;
  const [p, q] = [Number(x), Number(y)];
  return Math.abs(p - q) <= tolerance * Math.max(1, Math.abs(p), Math.abs(q));
}

/** For people, cut short. */
export function printData(data: PlainData, most = 200): string {
  const printed = print(data, 0);
  return printed.length > most ? `${printed.slice(0, most)}...` : printed;
}

function print(data: PlainData, depth: number): string {
  if (depth > 8) return "...";
  const list = (items: readonly PlainData[]): string =>
    items
      .slice(0, 50)
      .map((item) => print(item, depth + 1))
      .join(", ");
  switch (data[0]) {
    case "n":
      return "None";
    case "u":
      return "undefined";
    case "b":
      return data[1] ? "True" : "False";
    case "i":
    case "f":
      return data[1];
    case "c":
      return `(${data[1]}, ${data[2]}i)`;
    case "s":
      return JSON.stringify(data[1].slice(0, 200));
    case "y":
      return `bytes ${data[1].slice(0, 40)}`;
    case "l":
      return `[${list(data[1])}]`;
    case "t":
      return `(${list(data[1])})`;
    case "S":
      return `{${list(data[1])}}`;
    case "d":
      return `{${data[1]
        .slice(0, 50)
        .map(([key, value]) => `${print(key, depth + 1)}: ${print(value, depth + 1)}`)
        .join(", ")}}`;
  }
}
