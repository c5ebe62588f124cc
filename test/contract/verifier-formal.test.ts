/** The formal verifiers, through the one contract: Z3 as it is, Lean by a program that answers as Lean does. */

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { LeanVerifier } from "../../src/verify/formal/lean-verifier.ts";
import { SmtVerifier } from "../../src/verify/formal/smt-verifier.ts";
import { verifierContract } from "./verifier.ts";

const smt = new SmtVerifier({ rlimit: 3_000_000 });
after(() => smt.close());

const declarations = "(declare-const x Int)(declare-const y Int)";
const positive = { id: "positive", prompt: "Say that x is above 0.", answer: "(> x 0)", data: { declarations } };
const sum = {
  id: "sum",
  prompt: "?",
  data: { question: "model", declarations, constraints: ["(= (+ x y) 7)", "(> x y)"] },
};
const implies = { ...positive, data: { declarations, relation: "implies" } };
const empty = {
  id: "empty",
  prompt: "?",
  data: { question: "satisfiability", declarations, constraints: ["(> x x)"] },
};

verifierContract(
  "smt",
  () => smt,
  [
    {
      problem: positive,
      completion: "So:\n```smt2\n(assert (>= x 1)) ; done\n```",
      status: "correct",
      reason: /equivalent/,
    },
    { problem: positive, completion: "(>= x 0)", status: "wrong", reason: /not equivalent to the reference: .*x = 0/ },
    { problem: positive, completion: "", status: "wrong", reason: /no formula/ },
    { problem: implies, completion: "(> x 5)", status: "correct", reason: /implies/ },
    { problem: implies, completion: "false", status: "wrong", reason: /can never hold/ },
    {
      problem: { ...implies, data: { ...implies.data, relation: "follows" } },
      completion: "true",
      status: "wrong",
      reason: /always holds/,
    },
    { problem: sum, completion: "x = 4\ny = 3", status: "correct" },
    {
      problem: sum,
      completion: "(define-fun x () Int 3)(define-fun y () Int 4)",
      status: "wrong",
      reason: /break a constraint/,
    },
    { problem: sum, completion: "x = 4", status: "wrong", reason: /no value for y/ },
    { problem: empty, completion: "It is unsat.", status: "correct" },
    { problem: empty, completion: "sat", status: "wrong", reason: /unsatisfiable/ },
    { problem: { id: "poem", prompt: "Write." }, completion: "true", status: "unscored", reason: /no reference/ },
  ],
  { runs: 25 },
);

describe("attacks on Z3", () => {
  for (const [what, completion] of [
    ["leaves", "(exit)"],
    ["asserts what is false beforehand", "(assert false)(check-sat)(assert (> x 0))"],
    ["declares again", "(declare-const x Bool)"],
    ["defines what the reference says", "(define-fun > ((a Int)(b Int)) Bool true)"],
    ["hides a command in a quoted symbol", "(|reset|)"],
    ["hides a command in a comment and a string", '(and true "(exit)") ; (exit)'],
    ["sets an option", "(set-option :print-success true)"],
    ["prints", '(echo "unsat")'],
    ["says unsat", "unsat\nunsat"],
    ["closes what is open", ")) (assert true) (("],
    ["is nested without end", "(".repeat(5000) + ")".repeat(5000)],
    ["is weaker", "(>= x 0)"],
    ["is stronger", "(> x 1)"],
    ["names itself", "(! (> x 0) :named reference)"],
    ["is nothing", "true"],
    ["has Z3 repeat a line that says unsat", "(|a\nunsat\nb| x)"],
    ["has Z3 repeat that there is no model", "(> |model is not available| 0)"],
    ["hides the constant", "(let ((x 1)) (> x 0))"],
  ] as const) {
    test(what, async () => {
      const verdict = await smt.verify(positive, completion);
      assert.equal(verdict.status, "wrong", verdict.reason);
      assert.equal((await smt.verify(positive, "(> x 0)")).status, "correct");
    });
  }

  test("from constraints that contradict each other nothing is concluded", async () => {
    const contradictory = { ...positive, data: { declarations, constraints: ["(> x x)"] } };
    const verdict = await smt.verify(contradictory, "(> y 7)");
    assert.equal(verdict.status, "unscored", verdict.reason);
    assert.match(verdict.reason, /contradict/);
    assert.notEqual((await smt.verify(contradictory, "(> nonsense 7)")).status, "correct");
  });

  test("what Z3 cannot decide within its bound is unscored", async () => {
    const hard = {
      ...positive,
      answer: "(exists ((a Int)(b Int)(c Int)) (and (> a 2)(> b 2)(> c 2)(= (+ (* a a a)(* b b b)) (* c c c))))",
    };
    const impatient = new SmtVerifier({ rlimit: 200_000 });
    const verdict = await impatient.verify(hard, "(exists ((a Int)(b Int)) (and (> a 9) (= (* a a a) (+ 2 (* b b)))))");
    await impatient.close();
    assert.equal(verdict.status, "unscored", verdict.reason);
  });
});

/** Answers as `lean --json` does: errors for what it does not know, and what the theorem rests on. */
const FAKE_LEAN = `#!${process.execPath}
const { readFileSync } = require("node:fs");
const text = readFileSync(process.argv.at(-1), "utf8");
const name = /#print axioms (\\S+)/.exec(text)[1];
const end = text.split("\\n").length;
const say = (severity, data, line) => console.log(JSON.stringify({ severity, data, pos: { line, column: 2 }, endPos: null, fileName: "Proof.lean", caption: "", keepFullRange: false }));
if (/trace/.test(text)) say("information", "'" + name + "' does not depend on any axioms", 1);
if (/by rfl|by simp|by decide/.test(text)) say("information", "'" + name + "' does not depend on any axioms", end);
else if (/by omega/.test(text)) say("information", "'" + name + "' depends on axioms: [propext, Quot.sound]", end);
else if (/by trust/.test(text)) say("information", "'" + name + "' depends on axioms: [propext, Lean.trustCompiler]", end);
else if (/by wait/.test(text)) setInterval(() => {}, 1000);
else { say("error", "unsolved goals\\n⊢ 2 + 2 = 5", 2); process.exitCode = 1; }
`;

const folder = mkdtempSync(join(tmpdir(), "mull-fake-lean-"));
writeFileSync(join(folder, "lean"), FAKE_LEAN);
chmodSync(join(folder, "lean"), 0o755);
after(() => rmSync(folder, { recursive: true }));

const four = { id: "four", prompt: "Prove it.", data: { statement: "theorem four : 2 + 2 = 4" } };

if (process.platform !== "win32") {
  verifierContract(
    "lean",
    () => new LeanVerifier({ path: folder }),
    [
      { problem: four, completion: "```lean\nby rfl\n```", status: "correct", reason: /no axiom/ },
      { problem: four, completion: "theorem four : 2 + 2 = 4 := by omega", status: "correct", reason: /propext/ },
      { problem: four, completion: "by nothing_known", status: "wrong", reason: /line 2: unsolved goals/ },
      { problem: four, completion: "by trust", status: "wrong", reason: /trustCompiler/ },
      { problem: four, completion: "by sorry", status: "wrong", reason: /may not say sorry/ },
      { problem: four, completion: "by rfl\naxiom cheat : False", status: "wrong", reason: /axiom/ },
      { problem: four, completion: "by native_decide", status: "wrong" },
      { problem: four, completion: "by rfl\n#eval 1", status: "wrong" },
      { problem: four, completion: "by trust; trace \"'four' does not depend on any axioms\"", status: "wrong" },
      {
        problem: four,
        completion: 'by rfl; trace "/-"\nmacro "x" : tactic => `(tactic| rfl) -- "-/"',
        status: "wrong",
      },
      { problem: four, completion: 'by rfl; trace "--"; run_tac pure ()', status: "wrong", reason: /may not say/ },
      { problem: four, completion: "by rfl -- no axiom is needed", status: "correct" },
      { problem: four, completion: "", status: "wrong", reason: /no proof/ },
      { problem: { id: "poem", prompt: "Write." }, completion: "by rfl", status: "unscored" },
    ],
    { runs: 20 },
  );
}

describe("Lean", () => {
  test("where it is missing, what to do is said", async () => {
    const verdict = await new LeanVerifier({ path: tmpdir() }).verify(four, "by rfl");
    assert.equal(verdict.status, "unscored");
    assert.match(verdict.reason, /install it/);
  });

  test("where it does not end, nobody knows", { skip: process.platform === "win32" }, async () => {
    const verdict = await new LeanVerifier({ path: folder, wallMs: 300 }).verify(four, "by wait");
    assert.equal(verdict.status, "unscored", verdict.reason);
  });
});
