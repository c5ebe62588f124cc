import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { bestAccuracy, bestGuesses, rightAfter } from "./best.ts";
import { corpusItems } from "./corpus.ts";
import { drawLesson, NAME_SHARES, problemOf, splitOf } from "./dictionary.ts";
import { InContextTask, SHOTS } from "./task.ts";
import { judge, shotsOf } from "./verifier.ts";
import { inContextTokenizer, MEANINGS } from "./vocabulary.ts";

test("fewer shots are the first of more, with the same question and the same answer", () => {
  const most = problemOf({ seed: 5, shots: 64 });
  const words = most.prompt.split(" ");
  assert.equal(words.length, 129);
  for (const shots of [0, 1, 8]) {
    const problem = problemOf({ seed: 5, shots });
    assert.deepEqual(problem.prompt.split(" "), [...words.slice(0, 2 * shots), words.at(-1)]);
    assert.equal(problem.answer, most.answer);
    inContextTokenizer.encode(problem.prompt);
  }
});

test("the verdict is the rule's, and says what the examples said", () => {
  const problem = problemOf({ seed: 5, shots: 64 });
  const { asked, examples } = drawLesson(5);
  const right = judge(problem, `=${problem.answer}`);
  assert.equal(right.status, "correct");
  assert.match(right.reason, examples.some(({ name }) => name === asked) ? /its examples say/ : /no example shows/);
  assert.equal(judge(problem, String(problem.answer)).status, "correct");
  const other = (Number(problem.answer) % MEANINGS) + 1;
  assert.match(judge(problem, `=${other}`).reason, /^n\d+ is =\d, not =\d/);
  for (const none of ["", "=0", "=9", "n3", "=1 =1"])
    assert.match(judge(problem, none).reason, /^expected one meaning/);
  assert.equal(judge({ id: "q", prompt: "n1" }, "=1").status, "unscored");
});

test("the best guess: what was shown most, all where nothing was", () => {
  assert.deepEqual(bestGuesses([], 1), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(
    bestGuesses(
      [
        { name: 1, meaning: 2 },
        { name: 1, meaning: 6 },
        { name: 2, meaning: 6 },
      ],
      1,
    ),
    [2, 6],
  );
});

test("how often the best guess is right: by hand where it can be, by simulation elsewhere", () => {
  assert.ok(Math.abs(rightAfter(0) - 1 / 8) < 1e-12);
  assert.ok(Math.abs(rightAfter(1) - 0.9125) < 1e-12);
  assert.ok(Math.abs(rightAfter(2) - 0.9125) < 1e-12, "a second example only ever makes a tie");
  const three = 0.9125 ** 3 + 3 * 0.9125 ** 2 * 0.0875 + 0.9125 * 0.0875 ** 2 * (3 * (6 / 7)) * (1 / 3);
  assert.ok(Math.abs(rightAfter(3) - three) < 1e-12);
  for (const shots of [4, 64]) {
    const seeds = 6000;
    let right = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const { examples, asked, meanings } = drawLesson(seed);
      const best = bestGuesses(examples.slice(0, shots), asked);
      if (best.includes(meanings[asked - 1] as number)) right += 1 / best.length;
    }
    assert.ok(Math.abs(right / seeds - bestAccuracy(shots)) < 0.02, `${shots}: ${right / seeds}`);
  }
});

test("more shots always help, and the error falls as a power of them, nearly", () => {
  const errors = SHOTS.map((shots) => Math.log2(1 - bestAccuracy(shots)));
  const slopes = errors.slice(1).map((error, i) => error - (errors[i] as number));
  assert.ok(
    slopes.every((slope) => slope < -0.2 && slope > -0.55),
    slopes.join(" "),
  );
  assert.ok(Math.abs(NAME_SHARES.reduce((a, b) => a + b) - 1) < 1e-12);
});

test("problems have the shots asked for, their seeds in their split; training texts have training seeds", () => {
  for (const split of ["train", "heldout"] as const) {
    for (const problem of new InContextTask({ shots: [2, 4] }).problems(split, new Rng(1)).take(100)) {
      assert.match(problem.tags?.["n"] ?? "", /^[24]$/);
      assert.equal(splitOf(shotsOf(problem)?.seed ?? -1), split);
    }
  }
  for (const { seed, tokens } of corpusItems(new Rng(2)).take(100)) {
    assert.equal(splitOf(seed), "train");
    const problem = problemOf({ seed, shots: 64 });
    assert.equal(inContextTokenizer.decode(tokens), `<bos> ${problem.prompt} =${problem.answer}`);
  }
});
