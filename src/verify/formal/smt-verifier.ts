/**
 * Claims in SMT-LIB, decided by Z3. Three questions, told apart by the problem's data:
 *
 * - `claim`: the completion is a formula, and must be equivalent to the reference, imply it, or follow from it. A counterexample is
 *   in the reason. What implies everything because it can never hold, or follows from everything because it always does, is
 *   no claim and is wrong.
 * - `model`: the completion gives values, and must satisfy the constraints.
 * - `satisfiability`: the completion says `sat` or `unsat` of the constraints.
 *
 * The declarations and constraints are the problem's own and trusted; of the completion only terms and values reach Z3.
 */

import { z } from "zod";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { shortened } from "../reason.ts";
import { tooLong } from "../reference.ts";
import { claimText, satisfiabilityOf, termOf, valuesOf } from "./claim.ts";
import { printSExpression, readSExpressions } from "./s-expression.ts";
import { Z3Solver } from "./z3-solver.ts";

const script = z.string().max(20_000);

export const smtDataSchema = z.object({
  question: z.enum(["claim", "model", "satisfiability"]).default("claim"),
  /** Commands that declare what the formulas speak of. */
  declarations: script.default(""),
  /** What holds beside: terms. */
  constraints: z.array(script).max(1000).default([]),
  /** Of a claim to the reference. */
  relation: z.enum(["equivalent", "implies", "follows"]).default("equivalent"),
});

export type SmtData = z.output<typeof smtDataSchema>;

export type SmtOptions = {
  /** Z3's count of work for one question. Default 20,000,000: some seconds. */
  readonly rlimit?: number;
  /** Default 20,000 ms: only where the count does not end it. */
  readonly wallMs?: number;
};

export class SmtVerifier implements Verifier {
  readonly name = "smt";
  readonly #solver: Z3Solver;

  constructor({ rlimit = 20_000_000, wallMs = 20_000 }: SmtOptions = {}) {
    this.#solver = new Z3Solver({ rlimit, wallMs });
  }

  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    const parsed = smtDataSchema.safeParse(problem.data ?? {});
    if (!parsed.success) return unscored(`problem ${problem.id} carries no question in SMT-LIB that can be read`);
    const { data } = parsed;
    const long = tooLong(completion);
    if (long !== null) return long;
    const text = claimText(completion);
    if (data.question === "satisfiability") return this.#satisfiability(data, text);
    if (data.question === "model") return this.#model(data, text);
    const [reference] = readSExpressions(problem.answer ?? "") ?? [];
    if (reference === undefined) return unscored(`problem ${problem.id} has no reference formula`);
    return this.#claim(data, printSExpression(reference), text);
  }

  /** Ends Z3. */
  close(): Promise<void> {
    return this.#solver.close();
  }

  async #claim(data: SmtData, reference: string, text: string): Promise<Verdict> {
    const term = termOf(text);
    if (term === null) return wrong("there is no formula");
    const claim = printSExpression(term);
    const { relation } = data;
    if (relation !== "equivalent") {
      // Against what says nothing: false implies all, all implies true.
      const [vacuous, why] = relation === "implies" ? [claim, "can never hold"] : [`(not ${claim})`, "always holds"];
      const possible = await this.#check(data, vacuous);
      if (possible.status === "unsat") return wrong(`the formula ${why}, so it claims nothing`);
      if (possible.status !== "sat") return undecided(possible, claim);
    }
    const wanted = {
      equivalent: `(= ${reference} ${claim})`,
      implies: `(=> ${claim} ${reference})`,
      follows: `(=> ${reference} ${claim})`,
    }[relation];
    const found = await this.#check(data, `(not ${wanted})`);
    const how = {
      equivalent: "is equivalent to the reference",
      implies: "implies the reference",
      follows: "follows from the reference",
    }[relation];
    if (found.status === "unsat") {
      // From constraints that contradict each other everything follows: then nobody knows.
      const possible = await this.#check(data, "true");
      if (possible.status === "sat") return correct(`the formula ${how}`);
      return unscored(
        possible.status === "unsat"
          ? "the problem's constraints contradict each other"
          : "Z3 cannot decide the constraints",
      );
    }
    if (found.status === "sat")
      return wrong(
        shortened(
          `the formula ${how
            .replace(/^is/, "is not")
            .replace(/^implies/, "does not imply")
            .replace(/^follows/, "does not follow")}: ${found.model}`,
        ),
      );
    return undecided(found, claim);
  }

  async #model(data: SmtData, text: string): Promise<Verdict> {
    const values = valuesOf(text);
    const names = constantsOf(data.declarations);
    const missing = names.filter((name) => !values.has(name));
    if (missing.length > 0) return wrong(shortened(`there is no value for ${missing.join(", ")}`));
    const equalities = names.map((name) => `(= ${name} ${printSExpression(values.get(name) ?? "0")})`);
    const found = await this.#check(data, ["and", "true", ...equalities].join(" ").replace(/^/, "(").concat(")"));
    if (found.status === "sat") return correct("the values satisfy every constraint");
    if (found.status === "unsat") return wrong(shortened(`the values break a constraint: ${equalities.join(" ")}`));
    return undecided(found, equalities.join(" "));
  }

  async #satisfiability(data: SmtData, text: string): Promise<Verdict> {
    const said = satisfiabilityOf(text);
    if (said === null) return wrong("says neither sat nor unsat");
    const found = await this.#check(data, "true");
    if (found.status !== "sat" && found.status !== "unsat")
      return unscored(shortened(`Z3 cannot decide it: ${found.model}`));
    if (said === found.status) return correct(`it is ${said}`);
    return wrong(shortened(found.status === "sat" ? `it is satisfiable: ${found.model}` : "it is unsatisfiable"));
  }

  /** Whether the constraints and a term can hold together, with a model where they can. */
  async #check({ declarations, constraints }: SmtData, term: string): Promise<Found> {
    const asserts = [...constraints, term].map((each) => `(assert ${each})`).join("\n");
    const printed = await this.#solver.run(`${declarations}\n${asserts}\n(check-sat)\n(get-model)`);
    if (printed === null) return { status: "ended", model: "it took too long" };
    const lines = printed.trim().split("\n");
    const complaint = lines.find((line) => line.startsWith("(error") && !NO_MODEL.test(line));
    const status = lines.find((line) => /^(?:sat|unsat|unknown)$/.test(line.trim()))?.trim();
    if (complaint !== undefined) return { status: "error", model: complaint };
    if (status === "sat") return { status, model: assignments(printed) };
    if (status === "unsat") return { status, model: "" };
    return { status: "unknown", model: "its bound on work was reached" };
  }
}

/** What Z3 says to `(get-model)` where there is none. */
const NO_MODEL = /^\(error "line \d+ column \d+: model is not available"\)$/;

type Found = { readonly status: "sat" | "unsat" | "unknown" | "error" | "ended"; readonly model: string };

/** An error at the candidate's formula is its own; what Z3 could not decide is nobody's. */
function undecided({ status, model }: Found, claim: string): Verdict {
  if (status === "error") return wrong(shortened(`Z3 does not accept the formula ${claim.slice(0, 200)}: ${model}`));
  return unscored(shortened(`Z3 cannot decide it: ${model}`));
}

/** `x = 3, y = 4` out of Z3's model. */
function assignments(printed: string): string {
  const values = [...valuesOf(printed.slice(printed.indexOf("sat") + 3))].map(
    ([name, value]) => `${name} = ${printSExpression(value)}`,
  );
  return values.length === 0 ? "a counterexample exists" : values.join(", ");
}

/** Names of the declared constants, in order. */
function constantsOf(declarations: string): string[] {
  return (readSExpressions(declarations) ?? []).flatMap((command) => {
    if (typeof command === "string") return [];
    const [head, name, third] = command;
    const isConstant =
      head === "declare-const" || (head === "declare-fun" && Array.isArray(third) && third.length === 0);
    return isConstant && typeof name === "string" ? [name] : [];
  });
}
