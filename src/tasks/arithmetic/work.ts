/**
 * Reading a chain of arithmetic.
 *
 *     steps  c 3 C 8 =1 ^1  d 7 D 2 =0 ^1  e 4 E 5 =0 ^1  =1  end      473 + 528, place by place, then the last carry
 *     steps  c 3 * 8 =4 ^2  d 7 * 8 =8 ^5  e 4 * 8 =7 ^3  =3  end      473 * 8
 *     direct =1 =0 =0 =1 end                                            the answer at once
 *
 * Either way the answer is what stands behind the equals signs, its lowest digit first. A chain that keeps this grammar
 * can be read, however wrong its digits are; each place is checked as it stands, with the carry that was written before it.
 */

import { type Calculation, firstPlace, placeOf, placesOf } from "./calculation.ts";
import { LETTERS, type Mode, placeName } from "./vocabulary.ts";

export type WorkedPlace = {
  /** Counted from 1, the lowest place. */
  readonly index: number;
  /** What is wrong with it as it stands; null where nothing is. */
  readonly fault: string | null;
};

export type Work = {
  /** Null where the first word is no mode. */
  readonly mode: Mode | null;
  /** Of a chain that shows its work. */
  readonly places: readonly WorkedPlace[];
  /** In decimal, without leading zeros; null where the chain was not ended. */
  readonly answer: string | null;
  /** Where it could no longer be read: the word, counted from 1, and why; null where it could. */
  readonly malformed: { readonly at: number; readonly text: string } | null;
};

/** Longest chain that is read, words. */
const MAX_WORDS = 1000;

/**
 * @example
 * readWork({ op: "+", a: "7", b: "5" }, "steps c 7 C 5 =2 ^1 =1 end").answer; // "12"
 */
export function readWork(calculation: Calculation, chain: string): Work {
  const words = chain.split(/\s+/).filter((word) => word !== "");
  const places: WorkedPlace[] = [];
  const digits: string[] = [];
  const [mode = null] = words[0] === "steps" || words[0] === "direct" ? [words[0] as Mode] : [];
  const bad = (index: number, expected: string): Work => {
    const word = words[index];
    if (word === undefined || index >= MAX_WORDS) return { mode, places, answer: null, malformed: null }; // it ran out
    const shown = JSON.stringify(word.slice(0, 20));
    return { mode, places, answer: null, malformed: { at: index + 1, text: `${shown} stands where ${expected}` } };
  };
  if (mode === null) return bad(0, "steps or direct was expected");
  const asked = placesOf(calculation);
  let at = 1;
  let carry = 0;
  if (mode === "steps") {
    while (/^[a-z]$/.test(words[at] ?? "")) {
      const [name, a, other, b, result, carried] = words.slice(at, at + 6) as (string | undefined)[];
      const sound = [/^[a-z]$/, /^\d$/, /^[A-Z*]$/, /^\d$/, /^=\d$/, /^\^\d$/];
      const odd = [name, a, other, b, result, carried].findIndex((word, i) => !(sound[i] as RegExp).test(word ?? ""));
      if (odd >= 0) return bad(at + odd, `${EXPECTED[odd]} was expected`);
      const index = places.length + 1;
      const written = {
        name,
        a: Number(a),
        other,
        b: Number(b),
        digit: Number(result?.[1]),
        carry: Number(carried?.[1]),
      };
      places.push({ index, fault: faultOf(calculation, asked[index - 1], index, written, carry) });
      digits.push(String(written.digit));
      carry = written.carry;
      at += 6;
    }
    if (places.length === 0) return bad(at, "a place was expected");
  }
  while (/^=\d$/.test(words[at] ?? "")) digits.push((words[at++] as string)[1] as string);
  if (words[at] !== "end") return bad(at, "a digit of the answer or end was expected");
  if (words.length > at + 1) return bad(at + 1, "nothing was expected after end");
  if (digits.length === 0) return bad(at, "a digit of the answer was expected");
  const answer = digits
    .reverse()
    .join("")
    .replace(/^0+(?=\d)/, "");
  return { mode, places, answer, malformed: null };
}

const EXPECTED = ["a place", "a digit", "a place or *", "a digit", "a result such as =4", "a carry such as ^1"];

type Written = {
  readonly name: string | undefined;
  readonly a: number;
  readonly other: string | undefined;
  readonly b: number;
  readonly digit: number;
  readonly carry: number;
};

function faultOf(
  calculation: Calculation,
  asked: { readonly a: number; readonly b: number } | undefined,
  index: number,
  { name, a, other, b, digit, carry }: Written,
  carryIn: number,
): string | null {
  const { op } = calculation;
  if (asked === undefined) return `place ${index} is none: there are ${calculation.a.length}`;
  const place = firstPlace(calculation) + index - 1;
  const second = op === "+" ? placeName(Math.min(place, LETTERS - 1), 1) : "*";
  if (name !== placeName(place, 0)) return `place ${index} is ${placeName(place, 0)}, not ${name}`;
  if (other !== second) return `place ${index} goes on with ${second}, not ${other}`;
  if (a !== asked.a || b !== asked.b)
    return `place ${index} has the digits ${asked.a} and ${asked.b}, not ${a} and ${b}`;
  const right = placeOf(op, a, b, carryIn);
  const sum = `${a} ${op} ${b}${carryIn === 0 ? "" : ` + ${carryIn}`} is ${10 * right.carry + right.digit}`;
  if (digit !== right.digit) return `place ${index}: ${sum}, so its digit is ${right.digit}, not ${digit}`;
  if (carry !== right.carry) return `place ${index}: ${sum}, so ${right.carry} is carried, not ${carry}`;
  return null;
}
