import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuestion } from "./questions.ts";

test("the question may go by three names, the id by two or none", () => {
  for (const name of ["question", "problem", "prompt"]) {
    assert.deepEqual(parseQuestion({ [name]: "1 + 1?", answer: "2", id: 7 }, "line 3"), {
      id: "7",
      prompt: "1 + 1?",
      answer: "2",
    });
  }
  assert.equal(parseQuestion({ question: "?", answer: 2, unique_id: "u", id: "i" }, "line 3").id, "u");
  assert.equal(parseQuestion({ question: "?", answer: 2 }, "line 3").id, "line 3");
});

test("what is no question is refused with its place", () => {
  for (const [record, message] of [
    [{ answer: "2" }, /^line 3: there is no question$/],
    [{ question: "?" }, /^line 3: answer: /],
    [{ question: "", answer: "2" }, /^line 3: question: /],
    [null, /^line 3: /],
    ["text", /^line 3: /],
  ] as const) {
    assert.throws(() => parseQuestion(record, "line 3"), { code: "input", message });
  }
});
