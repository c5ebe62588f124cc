/**
 * Proofs in Lean 4, checked by a Lean that is on this machine. The statement is the problem's own; the completion is its proof.
 * Words that could change what the statement means or skip the proof are refused before anything runs, and afterwards the
 * axioms that Lean names must be the three usual ones.
 *
 * Lean runs code while it elaborates a proof. It gets no environment but the path, and a limit of time; that is no sandbox
 * (docs/formal.md).
 */

import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { shortened } from "../reason.ts";
import { tooLong } from "../reference.ts";

export const leanDataSchema = z.object({
  /** `theorem name (hypotheses) : claim`, up to where the proof begins with `:=`. */
  statement: z
    .string()
    .max(20_000)
    .regex(/\b(?:theorem|lemma)\s+[\w.']+/),
  /** Lines before it: imports, open, definitions. */
  header: z.string().max(20_000).default(""),
});

export type LeanOptions = {
  /** A project whose `lake env lean` is used, such as one that has Mathlib. Without, `lean` of the path. */
  readonly project?: string;
  /** The path to look for `lean` and `lake` on. Default: the environment's. */
  readonly path?: string;
  /** Of one proof, ms. Default 60,000. */
  readonly wallMs?: number;
};

const REFUSED =
  /\b(?:sorry|admit|axiom|constant|opaque|unsafe|native_decide|implemented_by|extern|macro|macro_rules|elab|elab_rules|by_elab|syntax|declare_\w+|notation3?|simproc|dsimproc|infix[lr]?|prefix|postfix|set_option|attribute|instance|namespace|section|open|export|import|initialize|builtin_initialize|run_cmd|run_tac|run_meta|run_elab|#\w+)\b|#\w+/;
const USUAL_AXIOMS = new Set(["propext", "Classical.choice", "Quot.sound"]);
const MOST_OUTPUT = 4 * 1024 * 1024;

const messageSchema = z.object({
  severity: z.enum(["error", "warning", "information", "info"]),
  data: z.string(),
  pos: z.object({ line: z.number(), column: z.number() }).nullish(),
});
type Message = z.output<typeof messageSchema>;

export class LeanVerifier implements Verifier {
  readonly name = "lean";
  readonly #options: LeanOptions;

  constructor(options: LeanOptions = {}) {
    this.#options = options;
  }

  /** `unscored` where Lean is missing, or does not end in time. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    const parsed = leanDataSchema.safeParse(problem.data);
    if (!parsed.success) return unscored(`problem ${problem.id} carries no statement in Lean`);
    const long = tooLong(completion);
    if (long !== null) return long;
    const proof = proofOf(completion);
    if (proof.trim() === "") return wrong("there is no proof");
    const refused = REFUSED.exec(withoutLineComments(proof))?.[0];
    if (refused !== undefined) return wrong(`a proof may not say ${refused}`);
    const lean = this.#command();
    if (lean === null)
      return unscored("there is no Lean here: install it (elan, https://lean-lang.org), or give its path");
    const name = /\b(?:theorem|lemma)\s+([\w.']+)/.exec(parsed.data.statement)?.[1] as string;
    const source = `${parsed.data.header}\n${parsed.data.statement} := ${proof}\n\n#print axioms ${name}`;
    return this.#judged(lean, source, options.signal);
  }

  async #judged(lean: readonly string[], source: string, signal: AbortSignal | undefined): Promise<Verdict> {
    const folder = await mkdtemp(join(tmpdir(), "mull-lean-"));
    try {
      const file = join(folder, "Proof.lean");
      await writeFile(file, source);
      const [program = "", ...args] = lean;
      const run = await this.#run(program, [...args, "--json", file], signal);
      if (run.ended !== null) return unscored(`Lean did not end: ${run.ended}`);
      const messages = run.printed.split("\n").flatMap(messageOf);
      const error = messages.find(({ severity }) => severity === "error");
      if (error !== undefined) return wrong(shortened(`line ${error.pos?.line ?? "?"}: ${error.data}`));
      if (messages.some(({ data }) => /declaration uses '?sorry'?/.test(data)))
        return wrong("the proof leaves something out");
      // A proof can print too: only what is said at the last line counts.
      const last = source.split("\n").length;
      return axioms(messages.filter(({ pos }) => pos?.line === last));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Its exit code says no more than its messages. */
  #run(
    program: string,
    args: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly printed: string; readonly ended: string | null }> {
    const { wallMs = 60_000, project, path = process.env["PATH"] ?? "" } = this.#options;
    const options = {
      env: { PATH: path, ...(process.env["HOME"] === undefined ? {} : { HOME: process.env["HOME"] }) },
      timeout: wallMs,
      maxBuffer: MOST_OUTPUT,
      killSignal: "SIGKILL" as const,
      ...(project === undefined ? {} : { cwd: project }),
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve) => {
      execFile(program, args, options, (error: ExecFileException | null, printed: string) => {
        const ended =
          error !== null && (error.killed === true || typeof error.code === "string")
            ? error.message.split("\n")[0]
            : null;
        resolve({ printed, ended: ended === undefined ? "" : ended });
      });
    });
  }

  #command(): readonly string[] | null {
    const { project, path = process.env["PATH"] ?? "" } = this.#options;
    const found = (name: string): string | null =>
      path
        .split(delimiter)
        .map((folder) => join(folder, name))
        .find((each) => existsSync(each)) ?? null;
    const [lake, lean] = [found("lake"), found("lean")];
    if (project !== undefined) return lake === null ? null : [lake, "env", "lean"];
    return lean === null ? null : [lean];
  }
}

/** The last fenced block, or all of it; what stands before `:=` again is taken off. */
function proofOf(completion: string): string {
  const block = [...completion.matchAll(/```[ \t]*(?:lean4?)?[ \t]*\n([\s\S]*?)```/gi)].at(-1)?.[1] ?? completion;
  const [, proof] = /^\s*(?:theorem|lemma)\b[\s\S]*?:=([\s\S]*)$/.exec(block) ?? [];
  return proof ?? block;
}

/**
 * Comments to the end of a line are left out, but only of a text in which nothing else could hold the two dashes: a string, a
 * quoted name or a block comment. What Lean would run is then never taken for a comment.
 */
function withoutLineComments(text: string): string {
  return /"|\u00ab|\/-/.test(text) ? text : text.replaceAll(/(^|\s)--[^\n]*/g, "$1");
}

function messageOf(line: string): Message[] {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

/** What Lean says that the theorem rests on. */
function axioms(messages: readonly Message[]): Verdict {
  const said = messages.find(({ data }) => /depends on axioms|does not depend on any axioms/.test(data))?.data;
  if (said === undefined) return unscored("Lean did not say what the proof rests on");
  const [, list = ""] = /depends on axioms: \[([^\]]*)\]/.exec(said) ?? [];
  const strange = list
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && !USUAL_AXIOMS.has(each));
  if (strange.length > 0) return wrong(shortened(`the proof rests on ${strange.join(", ")}`));
  return correct(
    list === "" ? "Lean accepts the proof, which rests on no axiom" : `Lean accepts the proof, which rests on ${list}`,
  );
}
