/**
 * The field "answer" of a JSON object, alone, in a fenced block or among other text. The field is read where it stands, so
 * that an object that was cut off behind it, or was never valid, still counts. LaTeX that a model forgot to escape
 * (`"\frac{1}{2}"`) is read as it was meant.
 */

import { type FinderOptions, LONGEST_ANSWER, PLACES, type Statement } from "./candidate.ts";

/** Longest literal that is read, characters; an escape takes six. */
const LONGEST_LITERAL = 6 * LONGEST_ANSWER;
const SCALAR = /(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false)(?=[\s,}\]]|$)/y;

/**
 * @example
 * Array.from(jsonField('{"steps": 3, "answer": "1/2"}', { field: "answer" }), ({ text }) => text); // ["1/2"]
 */
export function* jsonField(text: string, { field }: FinderOptions): Generator<Statement> {
  if (!text.includes(JSON.stringify(field))) return;
  const key = new RegExp(`[{,]\\s{0,100}${escaped(JSON.stringify(field))}\\s{0,20}:\\s{0,20}`, "g");
  for (const { index, 0: found } of [...text.matchAll(key)].slice(-PLACES).reverse()) {
    const start = index + found.length;
    const end = literalEnd(text, start, LONGEST_LITERAL);
    const value = end === undefined ? undefined : asText(text.slice(start, end));
    if (end !== undefined && value !== undefined) yield { text: value, from: index, start, end };
  }
}

/** The end of the JSON literal that begins at `start`; undefined where there is none, or none within `most` characters. */
export function literalEnd(text: string, start: number, most: number): number | undefined {
  const c = text[start];
  if (c !== '"' && c !== "{" && c !== "[") {
    SCALAR.lastIndex = start;
    return SCALAR.test(text) ? SCALAR.lastIndex : undefined;
  }
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length && i - start < most; i++) {
    const at = text[i];
    if (quoted && at === "\\") i++;
    else if (at === '"') quoted = !quoted;
    else if (!quoted && (at === "{" || at === "[")) depth++;
    else if (!quoted && (at === "}" || at === "]")) depth--;
    if (depth === 0 && !quoted) return i + 1;
  }
  return undefined;
}

/** A backslash that can only be LaTeX's: `\frac`, `\boxed`, `\theta`, `\pi`, which JSON would refuse or misread. */
const LATEX =
  /\\\\|\\(?=[bf][a-z]|t(?:heta|imes|ext|an|au|frac)|n(?:eq|abla|otin)|r(?:ho|ight|angle)|u(?![\da-fA-F]{4})|[^"\\/bfnrtu])/g;

/** The value of a literal, with LaTeX and line breaks inside strings forgiven; undefined where it is no JSON. */
export function parseLiteral(literal: string): unknown {
  const repaired = literal
    .replaceAll(LATEX, (mark) => (mark.length === 2 ? mark : "\\\\"))
    .replaceAll("\r", "")
    .replaceAll("\n", literal.startsWith('"') ? "\\n" : "\n");
  try {
    return JSON.parse(repaired) as unknown;
  } catch {
    return undefined;
  }
}

/** A scalar, or a list of scalars with commas between; numbers as they are written. Undefined for nothing and for objects. */
function asText(literal: string): string | undefined {
  const value = parseLiteral(literal);
  const text = typeof value === "number" ? literal : scalars(value);
  const plain = text?.trim() ?? "";
  return plain === "" || plain.length > LONGEST_ANSWER ? undefined : plain;
}

function scalars(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (!Array.isArray(value)) return undefined;
  const members = value.map((member) => (Array.isArray(member) ? undefined : scalars(member)));
  return members.includes(undefined) ? undefined : members.join(", ");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
