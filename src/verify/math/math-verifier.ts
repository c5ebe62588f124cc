/**
 * Whether a mathematical answer is the reference, whatever it is written like. In layers: as text, as a number (exactly, or
 * within the rounding of what is written as a decimal), as an expression, as a set, tuple, interval, relation or matrix of these.
 *
 * Each side is parsed by KaTeX and read as mathematics; work is bounded by counts, so that a verdict does not depend on a
 * clock. What cannot be decided within the bounds is `unscored`.
 */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { againstReference } from "../reference.ts";
import type { MathAnswer } from "./answer.ts";
import { TooMuchWork, Unreadable, Work } from "./expression.ts";
import { withoutGrouping } from "./latex-text.ts";
import { tokensOf } from "./latex-tokens.ts";
import { readAnswer } from "./read-answer.ts";
import { Comparison } from "./same-answer.ts";
import { numberIn, statedAnswers } from "./stated-answer.ts";

/** Characters of a reference from which on it is a solution and not an answer. */
const LONG_REFERENCE = 200;

/**
 * @example
 * const problem = { id: "half", prompt: "What is a half of one?", answer: "\\frac{1}{2}" };
 * const verdict = await new MathVerifier().verify(problem, "So it is \\boxed{\\frac{\\sqrt{4}}{4}}.");
 * verdict.status; // "correct"
 */
export class MathVerifier implements Verifier {
  readonly name = "math";
  readonly #bare: boolean;

  /** @param options.bare what comes is an answer as it stands, and no chain in which one is to be found */
  constructor(options: { readonly bare?: boolean } = {}) {
    this.#bare = options.bare ?? false;
  }

  /** `unscored` where the problem has no reference answer, or the comparison would exceed its bounds. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    return againstReference(problem, completion, options.signal, (reference) => {
      // A worked solution counts by the answer that it states.
      const isWorked = /####|\\boxed/.test(reference) || reference.length > LONG_REFERENCE;
      const worked = isWorked ? statedAnswers(reference)[0] : undefined;
      if (this.#bare) return judgeMath(worked ?? reference, completion);
      return bestOf(worked ?? reference, statedAnswers(completion, problem.prompt));
    });
  }
}

/** Of the best answer that was found; of a later one only where the best is words and the reference is not. */
function bestOf(reference: string, answers: readonly string[]): Verdict {
  const [best] = answers;
  if (best === undefined) return wrong("states no answer");
  const isWords = (text: string): boolean => readingsOf(text).every(({ kind }) => kind === "text");
  if (isWords(reference)) return judgeMath(reference, best);
  const chosen = answers.find((answer) => !isWords(answer)) ?? numberIn(best) ?? best;
  return judgeMath(reference, chosen);
}

/**
 * The verdict on an answer, both sides as they are written.
 *
 * @example
 * judgeMath("\\frac{1}{2}", "0.5").status; // "correct"
 * judgeMath("(0, 1]", "0 < x \\le 1").status; // "correct"
 * judgeMath("\\{1, 2\\}", "(1, 2)").status; // "wrong"
 */
export function judgeMath(reference: string, answer: string): Verdict {
  const said = brief(answer);
  if (answer.trim() === "") return wrong("is empty");
  if (plain(reference) === plain(answer)) return correct(`is ${said}, as written`);
  const expected = brief(reference);
  const work = new Work();
  let undecided: TooMuchWork | null = null;
  for (const a of readingsOf(reference)) {
    for (const b of readingsOf(answer, reference)) {
      try {
        const { same, how } = new Comparison(work).same(a, b);
        if (same) return correct(`${said} is ${expected}: ${how}`);
      } catch (error) {
        if (!(error instanceof TooMuchWork)) throw error;
        undecided = error;
      }
    }
  }
  if (undecided !== null) return unscored(`cannot tell whether ${said} is ${expected}: ${undecided.message}`);
  return wrong(`${said} is not ${expected}`);
}

/** Without what never means anything: space, and signs that only set a text as mathematics. */
function plain(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/\s+|\$/g, " ")
    .trim();
}

/** An answer as it is meant, and as it could be meant: 1,234 is a number, and may be two. Text where it cannot be read. */
function readingsOf(text: string, reference = ""): MathAnswer[] {
  const grouped = withoutGrouping(text);
  const written = grouped === text ? [text] : [grouped, text];
  // An answer of 0,5 for 0.5, where the reference has a decimal point: with a comma alone it is a list.
  if (/^\s*\$?-?\d+,\d+\$?\s*$/.test(text) && /^\s*\$?-?\d+\.\d+\$?\s*$/.test(reference))
    written.push(text.replace(",", "."));
  return written.map((each) => {
    try {
      return readAnswer(tokensOf(each));
    } catch (error) {
      if (error instanceof Unreadable) return { kind: "text", text: each };
      throw error;
    }
  });
}

function brief(answer: string): string {
  const text = answer.trim().replaceAll(/\s+/g, " ");
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
