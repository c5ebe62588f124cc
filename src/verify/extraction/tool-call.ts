/**
 * The answer as the argument of a tool call: `{"name": "submit", "arguments": {"answer": "7"}}`, with or without
 * `<tool_call>` around it, with its arguments as an object or, as OpenAI's protocol has them, as a string of JSON; and
 * the form with `<parameter=answer>` or `<parameter name="answer">`. The call's name is not looked at: what has the field
 * is the call that answers.
 */

import { type FinderOptions, LONGEST_ANSWER, PLACES, type Statement, stated } from "./candidate.ts";
import { jsonField, literalEnd, parseLiteral } from "./json.ts";

const ARGUMENTS = /"(?:arguments|parameters|args|input)"\s{0,20}:\s{0,20}(?=["{])/g;
const PARAMETER = /<parameter(?:=| name=")([\w.-]{1,100})"?>/g;
/** Longest arguments that are read, characters: they may hold a derivation beside the answer. */
const LONGEST_ARGUMENTS = 20_000;
/** Calls that are read, from the end. */
const CALLS = 32;

/**
 * @example
 * const call = '{"name": "submit", "arguments": {"answer": 7}}';
 * Array.from(toolCalls(call, { field: "answer" }), ({ text }) => text); // ["7"]
 */
export function* toolCalls(text: string, options: FinderOptions): Generator<Statement> {
  if (!text.includes(options.field)) return;
  const found = [...jsonArguments(text, options), ...parameters(text, options)];
  yield* found.sort((a, b) => b.start - a.start);
}

function* jsonArguments(text: string, options: FinderOptions): Generator<Statement> {
  for (const { index, 0: key } of [...text.matchAll(ARGUMENTS)].slice(-CALLS).reverse()) {
    const start = index + key.length;
    const end = literalEnd(text, start, LONGEST_ARGUMENTS);
    if (end === undefined) continue;
    const literal = text.slice(start, end);
    if (literal.startsWith("{")) {
      for (const inner of jsonField(literal, options)) {
        yield { text: inner.text, from: index, start: start + inner.start, end: start + inner.end };
      }
      continue;
    }
    const json = parseLiteral(literal);
    const [inner] = typeof json === "string" ? jsonField(json, options) : [];
    if (inner !== undefined) yield { text: inner.text, from: index, start, end };
  }
}

function* parameters(text: string, { field }: FinderOptions): Generator<Statement> {
  for (const { index, 0: open, 1: name } of [...text.matchAll(PARAMETER)].slice(-PLACES).reverse()) {
    if (name !== field) continue;
    const start = index + open.length;
    const length = text.slice(start, start + 2 * LONGEST_ANSWER).indexOf("</parameter>");
    const found = length < 0 ? undefined : stated(text, index, start, start + length);
    if (found !== undefined) yield found;
  }
}
