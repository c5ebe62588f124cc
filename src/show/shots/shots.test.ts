import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { initialParameters } from "../../engine/transformer.ts";
import { ScriptedModel } from "../../model/scripted.ts";
import { puzzleOf } from "../../tasks/countdown/puzzle.ts";
import { Solver } from "../../tasks/countdown/solver.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { bestAccuracy, bestGuesses } from "../../tasks/in-context/best.ts";
import { meaningWord } from "../../tasks/in-context/vocabulary.ts";
import { MEASURED_SEED } from "../job/measuring.ts";
import { inContextBase } from "../pretrain/in-context.ts";
import { measureShots, measureThought, measureVotes, oneAttempt } from "./measure.ts";
import { shotsRun } from "./shots.ts";
import { shotsResultSchema, slopeOf, thoughtOf } from "./shots-result.ts";
import { findings } from "./story.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-shots-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The examples of a prompt, and the name it asks for. */
function pairsOf(prompt: string): { name: number; meaning: number }[] {
  const words = prompt.split(" ");
  return Array.from({ length: (words.length - 1) / 2 }, (_, i) => {
    return { name: numberOf(words[2 * i]), meaning: numberOf(words[2 * i + 1]) };
  });
}
const asked = (prompt: string): number => numberOf(prompt.split(" ").at(-1));
const numberOf = (word: string | undefined): number => Number((word as string).slice(1));

describe("shots", () => {
  test("who takes the best guess is as often right as the formula says", async () => {
    const reader = new ScriptedModel(({ prompt }) => {
      return meaningWord(bestGuesses(pairsOf(prompt), asked(prompt))[0] as number);
    });
    for (const shots of [1, 16]) {
      const { shares } = await measureShots(reader, shots, 1000);
      const share = shares.reduce((a, b) => a + b, 0) / shares.length;
      assert.ok(Math.abs(share - bestAccuracy(shots)) < 0.05, `${shots}: ${share}`);
    }
  });

  test("votes mend what chance spoils, and no more", async () => {
    let calls = 0;
    const model = (often: number) =>
      new ScriptedModel(({ prompt }) => {
        const known = bestGuesses(pairsOf(prompt), asked(prompt))[0] as number;
        return meaningWord(++calls % 10 < often ? known : (known + calls) % 8);
      });
    const options = { shots: 16, problems: 60, counts: [1, 32], seed: 1 };
    const mean = async (often: number): Promise<number[]> => {
      const voted = await measureVotes(model(often), options);
      return [...voted.values()].map(({ shares }) => shares.reduce((a, b) => a + b, 0) / shares.length);
    };
    const [sure, noisy] = [await mean(10), await mean(6)];
    assert.equal(sure[0], sure[1], "who always says the same gains nothing");
    assert.ok((noisy[0] as number) < (sure[0] as number) - 0.15);
    assert.ok(Math.abs((noisy[1] as number) - (sure[1] as number)) < 0.05);
  });

  test("a power is a straight line of its exponent", () => {
    const law = [1, 2, 8, 64].map((x) => ({ x, y: 0.2 * x ** 0.3 }));
    assert.ok(Math.abs((slopeOf(law) as number) - 0.3) < 1e-9);
    assert.equal(slopeOf([{ x: 1, y: 0 }]), null);
  });
});

describe("answers at once", () => {
  test("one attempt is what solves without going back, and costs no more than its tokens", async () => {
    const problems = new CountdownTask({ sizes: { 3: 1 } })
      .problems("heldout", new Rng(MEASURED_SEED))
      .take(4)
      .toArray();
    const solver = new Solver();
    const right = new Map(
      problems.map(({ prompt, ...rest }) => {
        const puzzle = puzzleOf({ prompt, ...rest });
        assert.ok(puzzle !== null);
        const steps = solver.solve(puzzle.numbers, puzzle.target) ?? [];
        return [prompt, `${steps.map(({ a, op, b, result }) => `${a} ${op} ${b} =${result}`).join(" ")} solved`];
      }),
    );
    const second = new Set(problems.slice(2).map(({ prompt }) => prompt));
    const model = new ScriptedModel(({ prompt }) => {
      const chain = right.get(prompt) as string;
      return second.has(prompt) ? `${chain.replace(" solved", "")} back:0 ${chain}` : chain;
    });
    const { direct, steps } = await measureThought("countdown", model, 3, 4, 1);
    assert.equal(oneAttempt(3), 9);
    assert.deepEqual(direct, { shares: [1, 1, 0, 0], tokens: 9 });
    assert.deepEqual(steps.shares, [1, 1, 1, 1]);
    const thought = thoughtOf({ task: "countdown", model: "m", difficulty: 3, unit: "numbers" }, { direct, steps });
    assert.equal(thought.gain.points, 0.5);
  });

  test("a chain of arithmetic is begun with its mode", async () => {
    const begun: (string | undefined)[] = [];
    const model = new ScriptedModel(({ prefix }) => {
      begun.push(prefix);
      return "=1 end";
    });
    await measureThought("arithmetic", model, 2, 3, 1);
    assert.deepEqual([...new Set(begun)], ["direct ", "steps "]);
  });
});

test("a run that is stopped goes on with what it has, and ends alike", async () => {
  const { tokenizer } = inContextBase;
  const size = { vocabSize: tokenizer.vocabSize, layers: 1, width: 8, heads: 2, kvHeads: 1, headDim: 4 };
  const config = { ...size, ffnWidth: 8, maxPositions: 160, ropeTheta: 10_000, normEpsilon: 1e-5 };
  const checkpoint = { config, parameters: initialParameters(config, new Rng(1)), tokenizer, metadata: {} };
  const job = {
    model: { name: "toy", checkpoint },
    shots: [1, 2, 4],
    thinkers: [],
    problems: 40,
    seed: 1,
    threads: 1,
  };
  const now = (): Date => new Date(0);
  const whole = await shotsRun({ ...job, now, dir: join(folder, "whole") });
  assert.deepEqual(shotsResultSchema.parse(whole), whole);
  assert.match(findings(whole)[1] as string, /behind the best guess/);
  const stop = new AbortController();
  const dir = join(folder, "stopped");
  const onProgress = (done: number): void => (done === 2 ? stop.abort() : undefined);
  await assert.rejects(shotsRun({ ...job, now, dir, signal: stop.signal, onProgress }), { code: "aborted" });
  assert.deepEqual(await shotsRun({ ...job, now, dir }), whole);
  for (const file of ["report.json", "report.html", "figure.svg"]) {
    assert.equal(readFileSync(join(dir, file), "utf8"), readFileSync(join(folder, "whole", file), "utf8"));
  }
});
