import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { ScriptedModel } from "../../model/scripted.ts";
import { arithmeticTokenizer } from "../../tasks/arithmetic/vocabulary.ts";
import { arithmeticLoop } from "./arithmetic-loop.ts";

const loop = arithmeticLoop();

/** Works a prompt out, whatever place it begins at, and never goes on behind the third place. */
function shortOfBreath(prompt: string): string {
  const digitOf = new Map([...prompt.matchAll(/([a-zA-Z]) (\d)/g)].map(([, name, digit]) => [name, Number(digit)]));
  const factor = /\* (\d)/.exec(prompt)?.[1];
  let carry = Number(/\^(\d) =/.exec(prompt)?.[1] ?? 0);
  const places = [...digitOf.keys()].filter((name) => /[a-z]/.test(name as string)) as string[];
  const words = ["steps"];
  for (const name of places.slice(0, 3)) {
    const [a, b] = [digitOf.get(name) as number, Number(factor ?? digitOf.get(name.toUpperCase()))];
    const value = (factor === undefined ? a + b : a * b) + carry;
    carry = Math.floor(value / 10);
    words.push(`${name} ${a} ${factor === undefined ? name.toUpperCase() : "*"} ${b} =${value % 10} ^${carry}`);
  }
  return [...words, ...(carry > 0 ? [`=${carry}`] : []), "end"].join(" ");
}

test("a model that stops behind the third place solves four digits by restating, not five", async () => {
  const restate = loop.search("restate", { budget: 512, maxTokens: 64, traceTokens: 64, enough: 1 });
  const model = new ScriptedModel(({ prompt, stop }) => {
    const chain = shortOfBreath(prompt);
    return stop === undefined ? chain : chain.split(" ").slice(0, 7).join(" ");
  });
  const solved = async (digits: number): Promise<number> => {
    const problems = loop.training(digits, new Rng(digits), 12);
    const { verifier, extract } = loop;
    const answers = await Promise.all(
      problems.map(async (problem, p) => {
        const context = { model, verifier, extract, budget: { maxTokens: 512 }, rng: new Rng(p) };
        const { text } = await restate.solve(problem, context);
        return (await verifier.verify(problem, text)).status === "correct";
      }),
    );
    return answers.filter(Boolean).length;
  };
  assert.deepEqual([await solved(3), await solved(4), await solved(5)], [12, 12, 0]);
});

test("base texts end right, and what is asked has the digits asked for", () => {
  const ends = arithmeticTokenizer.id("end");
  const texts = loop.baseTexts(new Rng(1), 50);
  assert.equal(texts.length, 50);
  for (const { tokens } of texts) assert.equal(tokens.at(-1), ends);
  assert.deepEqual(loop.baseTexts(new Rng(1), 50), texts);
  assert.ok(loop.heldOut(7, 5).every(({ tags }) => tags?.["n"] === "7"));
});
