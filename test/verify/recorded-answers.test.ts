/** Extraction on real outputs and solutions, where they are at hand: `shared/data` beside the checkout, or `MULL_DATA`. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { meanPassAtK } from "../../src/measure/pass-at-k.ts";
import { tally } from "../../src/search/majority.ts";
import { readJsonLines } from "../../src/store/json-lines.ts";
import { extractAnswer, extractAnswers, FORMULA_ORDER } from "../../src/verify/extraction/extract-answers.ts";
import { extractFinalAnswer } from "../../src/verify/final-answer-verifier.ts";

const data = process.env["MULL_DATA"] ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const recorded = (name: string): { readonly path: string; readonly skip: string | false } => {
  const path = join(data, name);
  const skip = existsSync(path) ? false : `${name} is not there: set MULL_DATA to the folder of recorded data`;
  return { path, skip };
};

async function read<T>(path: string): Promise<T[]> {
  const records: T[] = [];
  for await (const { value } of readJsonLines(path)) records.push(value as T);
  return records;
}

describe("answers in recorded texts", () => {
  const aime = recorded("aime2024-qwq-32b.jsonl.gz");
  test("of QwQ-32B on AIME 2024 give its recorded accuracies, from the texts alone", { skip: aime.skip }, async () => {
    const problems = await read<Aime>(aime.path);
    const answers = problems.map(({ problem, completions }) =>
      completions.map(({ text }) => extractFinalAnswer(text, problem)),
    );
    const isRight = (answer: string | null, i: number): boolean => answer === String(problems[i]?.answer);
    const tallies = answers.map((found, i) => ({
      n: found.length,
      correct: found.filter((answer) => isRight(answer, i)).length,
    }));
    assert.equal(meanPassAtK(tallies, 1).toFixed(4), "0.7958");
    assert.equal(meanPassAtK(tallies, 8).toFixed(4), "0.8667");
    const majority = answers.filter((found, i) => isRight(tally(found)[0]?.answer ?? null, i)).length;
    assert.equal((majority / problems.length).toFixed(4), "0.8667");
  });

  test("of QwQ-32B on AIME 2024 are those that were recorded", { skip: aime.skip }, async () => {
    const different = (await read<Aime>(aime.path)).flatMap(({ id, completions }) =>
      completions
        .filter(({ recorded_pred: theirs }) => theirs !== "NO_ANSWER")
        .map(({ text, recorded_pred: theirs }) => [extractFinalAnswer(text), String(theirs)])
        .filter(([mine, theirs]) => mine !== theirs)
        .map((pair) => `${id}: ${pair.join(", recorded ")}`),
    );
    assert.deepEqual(different, []);
  });

  const gsm8k = recorded("gsm8k-test.jsonl.gz");
  test("of the solutions of GSM8K are the numbers behind their hashes", { skip: gsm8k.skip }, async () => {
    const problems = await read<{ readonly question: string; readonly answer: string }>(gsm8k.path);
    assert.equal(problems.length, 1319);
    for (const { question, answer } of problems) {
      const found = extractAnswer(answer, { problem: question });
      assert.equal(found?.text, answer.split("#### ")[1]);
      assert.equal(found?.kind, "hashes");
    }
  });

  test("of a question of GSM8K that is only repeated are none", { skip: gsm8k.skip }, async () => {
    for (const { question } of await read<{ readonly question: string }>(gsm8k.path)) {
      assert.deepEqual(extractAnswers(question, { problem: question, order: [...FORMULA_ORDER, "choice"] }), []);
    }
  });

  const math = recorded("math500-llama3.2-3b-prm-n16.jsonl.gz");
  test("of the solutions of MATH are their recorded answers", { skip: math.skip }, async () => {
    for (const { problem, solution, answer } of await read<Math500>(math.path)) {
      assert.equal(extractAnswer(solution, { problem })?.text.replaceAll(" ", ""), answer.replaceAll(" ", ""));
    }
  });
});

type Aime = {
  readonly id: string;
  readonly problem: string;
  readonly answer: string;
  readonly completions: readonly { readonly text: string; readonly recorded_pred: unknown }[];
};
type Math500 = { readonly problem: string; readonly solution: string; readonly answer: string };
