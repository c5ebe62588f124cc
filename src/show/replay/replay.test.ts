/** Replay of made-up rollouts, and of real ones where they are at hand: `shared/data` beside the checkout, or `MULL_DATA`. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readJsonLines } from "../../store/json-lines.ts";
import { extractFinalAnswer } from "../../verify/final-answer-verifier.ts";
import { replay } from "./replay.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-replay-"));
after(() => rmSync(folder, { recursive: true }));
const options = { seed: 1, aggregate: "last" } as const;

function file(...records: readonly object[]): string {
  const path = join(folder, "rollouts.jsonl");
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

describe("rollouts", () => {
  const chain = (text: string, tokens: number) => ({ text, tokens });

  test("are verified and measured from their texts alone", async () => {
    const a = [chain("\\boxed{1/2}", 10), chain("so 0.5", 20), chain("none", 30)];
    const b = [chain("#### 3", 10), chain("#### 4", 10), chain("#### 4", 10)];
    const path = file({ id: "a", answer: "\\frac12", completions: a }, { id: "b", answer: "3", completions: b });
    const result = await replay(path, options);
    assert.deepEqual([result.problems, result.chains, result.unanswered], [2, 6, 1]);
    const passAtK = Object.entries(result.passAtK).map(([k, value]) => [Number(k), value.toFixed(6)]);
    assert.deepEqual(passAtK, [
      [1, "0.500000"],
      [2, "0.833333"], // (1 + 2/3) / 2
      [3, "1.000000"],
    ]);
    assert.deepEqual(result.majorityAtK["3"], 0.5);
    assert.deepEqual(result.picks[1], {
      ...{ id: "b", naive: null, weighted: null, majority: "4" },
      byK: {
        1: { naive: null, weighted: null, majority: "3" },
        2: { naive: null, weighted: null, majority: "3" },
        3: { naive: null, weighted: null, majority: "4" },
      },
    });
    assert.deepEqual(await replay(path, options), result); // the same seed
  });

  test("of a problem that comes twice, or of none, are refused", async () => {
    const record = { id: "a", answer: "1", completions: ["1"] };
    await assert.rejects(replay(file(record, record), options), { code: "input", message: /line 2: a second record/ });
    await assert.rejects(replay(file(), options), { code: "input", message: /there is no record/ });
  });

  test("are left when the signal says so", async () => {
    const path = file({ answer: "1", completions: ["1"] });
    await assert.rejects(replay(path, { ...options, signal: AbortSignal.abort() }), { name: "AbortError" });
  });
});

const data = process.env["MULL_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const recorded = (name: string): { readonly path: string; readonly skip: string | false } => {
  const path = join(data, name);
  return {
    path,
    skip: existsSync(path) ? false : `${name} is not there: set MULL_DATA to the folder of recorded data`,
  };
};

describe("recorded rollouts", () => {
  const aime = recorded("aime2024-qwq-32b.jsonl.gz");
  test("of QwQ-32B on AIME 2024 give its recorded accuracies", { skip: aime.skip }, async () => {
    const { passAtK, picks } = await replay(aime.path, options);
    assert.equal(passAtK["1"]?.toFixed(4), "0.7958");
    assert.equal(passAtK["8"]?.toFixed(4), "0.8667");
    const answers = new Map<string, string>();
    for await (const { value } of readJsonLines(aime.path)) {
      const { id, answer } = value as { id: string; answer: string };
      answers.set(id, String(answer));
    }
    const right = picks.filter(({ id, majority }) => majority === answers.get(id)).length;
    assert.ok(Math.abs(right - 26) <= 1, `majority of 8 is right on ${right} of 30, recorded 26`);
  });

  const math = recorded("math500-llama3.2-3b-prm-n16.jsonl.gz");
  test("of Llama-3.2-3B on MATH-500 give the picks of search-and-learn", { skip: math.skip }, async () => {
    const { picks } = await replay(math.path, options);
    const mine = new Map(picks.map(({ id, byK }) => [id, byK]));
    for (const k of [1, 2, 4, 8, 16]) {
      for (const [name, theirs] of [
        ["naive", "naive"],
        ["weighted", "weighted"],
        ["majority", "maj"],
      ] as const) {
        const different: string[] = [];
        for await (const { value } of readJsonLines(math.path)) {
          const record = value as Record<string, string>;
          const pick = extractFinalAnswer(record[`pred_${theirs}@${k}`] as string);
          const got = mine.get(record["unique_id"] as string)?.[k]?.[name];
          if (pick !== got) different.push(`${record["unique_id"]}: ${got}, recorded ${pick}`);
        }
        assert.ok(different.length <= 3, `${name}@${k} differs on ${different.length} of 100: ${different.join("; ")}`);
      }
    }
  });
});
