/**
 * Exact match: the completion is an accepted answer, up to differences that are named here and no others. Both sides are
 * composed (Unicode NFC), then, where it is asked for, without regard to case, to punctuation and to English articles, and at
 * last runs of white space become one space and those at the ends none.
 *
 * Punctuation is left out as in SQuAD's exact match (Rajpurkar et al. 2016), with two deviations: a sign, point, comma, colon
 * or slash before a digit stays, since -5 is not 5 and 3.14 is not 314; and a hyphen, dash or slash between words leaves a
 * space. A text of which nothing would be left is compared as it is, so that an empty answer never matches.
 */

import { z } from "zod";
import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { correct, type Verdict, wrong } from "../core/verdict.ts";
import { againstReferences } from "./reference.ts";

export type ExactOptions = {
  /** Default false. */
  readonly ignoreCase?: boolean;
  /** Default false. */
  readonly ignorePunctuation?: boolean;
  /** "a", "an" and "the", in any case. Default false. */
  readonly ignoreArticles?: boolean;
};

/** What `problem.data` may hold: other answers that are accepted as `problem.answer` is. */
const alternatives = z.object({ answers: z.array(z.string()).max(1000) });

/**
 * @example
 * const problem = { id: "capital", prompt: "Capital of the Netherlands?", answer: "Amsterdam" };
 * const verdict = await new ExactVerifier().verify(problem, " Amsterdam\n");
 * verdict.status; // "correct"
 *
 * const lenient = new ExactVerifier({ ignoreCase: true, ignorePunctuation: true, ignoreArticles: true });
 * const seat = { id: "seat", prompt: "Where is its government?", data: { answers: ["The Hague", "Den Haag"] } };
 * (await lenient.verify(seat, "the hague.")).status; // "correct"
 */
export class ExactVerifier implements Verifier {
  readonly name = "exact";
  readonly #options: ExactOptions;

  constructor(options: ExactOptions = {}) {
    this.#options = options;
  }

  /** `unscored` where the problem has no reference answer. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    return againstReferences(problem, accepted(problem), completion, options.signal, (answers) => {
      const got = normalised(completion, this.#options);
      const expected = answers.map((answer) => normalised(answer, this.#options));
      if (expected.includes(got)) return correct(`is ${brief(got)}`);
      const [first = ""] = expected;
      const others = expected.length > 1 ? ` or one of ${expected.length - 1} others` : "";
      return wrong(`is ${got === "" ? "empty" : brief(got)}, expected ${brief(first)}${others}`);
    });
  }
}

function accepted({ answer, data }: Problem): string[] {
  const others = alternatives.safeParse(data);
  return [...(answer === undefined ? [] : [answer]), ...(others.success ? others.data.answers : [])];
}

const DASHES = /[-\u2010-\u2015/](?!\d)/g;
const PUNCTUATION = /[;!?\u00a1\u00bf"'`\u2018-\u201f\u00ab\u00bb()[\]{}\u2026\u3002]|[.,:](?!\d)/g;
const ARTICLES = /(?<![\p{L}\p{N}])(?:an?|the)(?![\p{L}\p{N}])/giu;

function normalised(text: string, { ignoreCase, ignorePunctuation, ignoreArticles }: ExactOptions): string {
  const whole = spaced(text.normalize("NFC"));
  const cased = ignoreCase === true ? whole.toLowerCase() : whole;
  const marked = ignorePunctuation === true ? cased.replace(DASHES, " ").replace(PUNCTUATION, "") : cased;
  const bare = spaced(ignoreArticles === true ? marked.replace(ARTICLES, " ") : marked);
  return bare === "" ? cased : bare;
}

function spaced(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function brief(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
