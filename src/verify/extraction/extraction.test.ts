import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LIMITS } from "../../core/limits.ts";
import type { AnswerKind, Candidate } from "./candidate.ts";
import { DEFAULT_ORDER, extractAnswer, extractAnswers, FORMULA_ORDER } from "./extract-answers.ts";
import { parseLiteral } from "./json.ts";

const EVERY_KIND: readonly AnswerKind[] = [...FORMULA_ORDER, "choice"];

/** The texts of all candidates of one kind. */
function texts(kind: AnswerKind, completion: string): string[] {
  return extractAnswers(completion, { order: [kind] }).map(({ text }) => text);
}

const CASES: Readonly<Record<AnswerKind, readonly (readonly [completion: string, ...answers: string[]])[]>> = {
  "tool call": [
    ['{"name": "submit", "arguments": {"answer": "1/2"}}', "1/2"],
    ['<tool_call>\n{"name": "submit", "arguments": {"answer": 7.50}}\n</tool_call>', "7.50"],
    ['{"function": {"name": "submit", "arguments": "{\\"answer\\": \\"B\\"}"}}', "B"],
    ['{"type": "tool_use", "name": "submit", "input": {"why": "{", "answer": ["A", "C"]}}', "A, C"],
    ["<tool_call><function=submit><parameter=answer>\n42\n</parameter></function></tool_call>", "42"],
    ['<invoke name="submit"><parameter name="answer">42</parameter></invoke>', "42"],
    ['{"name": "calculate", "arguments": {"expression": "2+2"}}'],
    ['{"answer": 3}'],
    ['{"name": "submit", "arguments": {"answer": "cut o'],
  ],
  json: [
    ['{"steps": 3, "answer": "1/2"}', "1/2"],
    ['```json\n{\n  "answer": 12\n}\n```', "12"],
    ['{"answer": 1} or {"answer": 2}', "2", "1"],
    ['{"answer": "a \\"b\\" \\u00e9"}', 'a "b" é'],
    ['{"answer": "\\frac{1}{2} \\theta \\\\pi"}', "\\frac{1}{2} \\theta \\pi"],
    ['{"answer": ["A", "C"], "sure": true}', "A, C"],
    ['{"answer": true, "why": "cut o', "true"],
    ['{"answer": "two\nlines"}', "two\nlines"],
    ['{"answer": null}'],
    ['{"answer": ""}'],
    ['{"answer": {"x": 1}}'],
    ['The "answer": 5'],
    ['{"answer": "cut o'],
  ],
  boxed: [
    ["so \\boxed{\\frac{1}{\\sqrt{2}}} it is", "\\frac{1}{\\sqrt{2}}"],
    ["\\boxed{1}, no, \\fbox{2}", "2", "1"],
    ["\\boxed{x = \\boxed{3}}", "3", "x = \\boxed{3}"],
    ["\\boxed{ \\{1, 2\\} }", "\\{1, 2\\}"],
    ["\\boxed{$7$} and \\boxed {\\text{B}}", "\\text{B}", "7"],
    ["\\boxed 7 and \\boxed\\frac12", "\\frac12", "7"],
    ["\\\\boxed{5}", "5"],
    ["\\boxed{4}\\\\boxed{5}", "5", "4"],
    ["\\boxed{[0, 1\\}}", "[0, 1\\}"],
    ["\\boxed{5} and then \\boxed{6", "5"],
    ["\\boxed{} \\boxed{ } in \\boxed form \\boxed"],
    [`\\boxed{${"x".repeat(500)}}`],
  ],
  hashes: [
    ["3 + 4 = 7\n#### 7", "7"],
    ["#### **1,234** \nThat is all.", "1,234"],
    ["####\n$5", "$5"],
    ["#### Paris\n", "Paris"],
    ["#### 72<|im_end|>", "72"],
    ["#### Step 1\nadd\n#### Conclusion\nIt is 7."],
    ["#### 1. Add them\nIt is 7."],
    ["#### Final Answer: 7"],
  ],
  tag: [
    ["<answer> 7 </answer>", "7"],
    ["<ANSWER>$x$</answer><answer>cut", "x"],
    ["<|begin_of_box|>B<|end_of_box|>", "B"],
    ["<answer></answer>"],
  ],
  phrase: [
    ["The answer is $x = 3$. I hope it is correct.", "x = 3"],
    ["so the final answer is: 2.5. Done", "2.5"],
    ["**Final Answer:** \\(\\frac{1}{2}\\)", "\\frac{1}{2}"],
    ["**Answer**: B. Paris", "B"],
    ["Answer: **42** because it is", "42"],
    ["### Final Answer\n\n\\[ 7 \\]", "7"],
    ["The answer is:\n\n$$5$$", "5"],
    ["The answer to the question would be 7, since 3 + 4 = 7.", "7"],
    ["The answers are $1$ and $2$.", "$1$ and $2$"],
    ["The answer is therefore 5, so we are done.", "5"],
    ['My answer: "New York"', "New York"],
    ["**The answer is 42.**", "42"],
    ["Answer:\n```\n42\n```", "42"],
    ["The answer is approximately 3.14.", "3.14"],
    ["The answer is 12.\nBut is the answer 13?", "12"],
    ["The answer is not 5."],
    ["The answer is correct. The answer must be an integer. I can answer that."],
    ["Put the answer here."],
  ],
  expression: [
    ["so $x = \\frac{1}{2}$ and \\(y > 2\\).", "y > 2", "\\frac{1}{2}"],
    ["\\[ a = 1, b = 2 \\]", "a = 1, b = 2"],
    ["We get $$\\sqrt{2}.$$", "\\sqrt{2}"],
    ["It costs $5 and then $6 or 2 + 2 = 4 euros.", "4"],
    ["first\n√242 = √(2 * 121) = 11√2", "11√2"],
    ["The fraction $3/20$ is 0.15."],
    ["a price of $5 each"],
  ],
  number: [
    ["There are 12 of them, then 1,024.", "1,024", "12"],
    ["minus -3.5 and .5", ".5", "-3.5"],
    ["1{,}234 or 1\\,234", "1\\,234", "1{,}234"],
    ["3/4. On 10-5 it was 10 - 5", "5", "10", "5", "10", "3/4"],
    ["H2O, x_2"],
  ],
  choice: [
    ["either (B) or C.", "C", "B"],
    ["A dog, I think, is a Vitamin C eater"],
    ["I choose option D here", "D"],
    ["**B**", "B"],
    ["A and C", "C", "A"],
    ["B\nis what I take", "B"],
  ],
};

describe("what is found of each kind", () => {
  for (const [kind, cases] of Object.entries(CASES)) {
    for (const [completion, ...answers] of cases) {
      const name = `${kind}: ${JSON.stringify(completion.slice(0, 70))}`;
      test(name, () => assert.deepEqual(texts(kind as AnswerKind, completion), answers));
    }
  }

  test("the order is the caller's", () => {
    const completion = "#### 1\nThe answer is 2. \\boxed{3}";
    assert.equal(extractAnswer(completion)?.text, "3");
    assert.equal(extractAnswer(completion, { order: ["phrase", "boxed"] })?.text, "2");
    assert.equal(extractAnswer(completion, { order: ["tag"] }), null);
  });

  test("the field of JSON and of calls is the caller's", () => {
    const completion = '{"name": "submit", "arguments": {"final.value": 7, "answer": 8}}';
    assert.equal(extractAnswer(completion, { field: "final.value" })?.text, "7");
    assert.equal(extractAnswer(completion, { field: "finalXvalue", order: ["tool call", "json"] }), null);
  });

  test("a candidate inside a better one is none, and so many are given as are asked for", () => {
    const found = extractAnswers("with 5 it is \\boxed{\\frac{1}{2}}");
    assert.deepEqual(found, [
      { text: "\\frac{1}{2}", kind: "boxed", start: 20, end: 31 },
      { text: "5", kind: "number", start: 5, end: 6 },
    ]);
    assert.equal(extractAnswers("1 2 3 4", { most: 2 }).length, 2);
  });

  test("a text that is longer than is read has none", () => {
    assert.equal(extractAnswer(`${" ".repeat(LIMITS.completionChars)}\\boxed{1}`), null);
  });
});

describe("thinking", () => {
  for (const [completion, answer] of [
    ["<think>Is it \\boxed{3}?</think>The answer is 4.", "4"],
    ["Is it \\boxed{3}?</think>\n\n4", "4"], // the prompt opened it
    ["Is it \\boxed{3}?</think>\n\nStep 1\nAs found, it is", "3"], // cut off after it
    ["<think>Is it \\boxed{3}? 5", "3"], // cut off within it
    ["The answer is 4.<think>Or \\boxed{5}?", "4"],
    ["[THINK]\\boxed{1}[/THINK]\\boxed{2}", "2"],
    ["<think>7</think>", "7"],
    ["x</think>\\boxed{1}</think>The answer is 2.", "2"],
  ] as const) {
    test(JSON.stringify(completion), () => assert.equal(extractAnswer(completion)?.text, answer));
  }

  test("is left out where that is asked for", () => {
    assert.equal(extractAnswer("<think>\\boxed{3}</think>None.", { inThinking: false }), null);
  });
});

describe("the problem's own text", () => {
  const problem = [
    "A farmer has 17 sheep and buys 25 more, after which he sells a third of all of them. How many are left?",
    "Think step by step and put the answer, as a plain number without its unit, at the end, as in \\boxed{99}.",
  ].join("\n");

  for (const [what, completion, answer] of [
    ["repeated whole", problem, null],
    ["repeated in other lines, quoted", `> ${problem.replaceAll(" ", "\n> ")}`, null],
    ["repeated before the answer", `${problem}\n\n17 + 25 = 42, and 28 are left.`, "28"],
    ["repeated after the answer", `\\boxed{28}\n\nThe problem was: ${problem}`, "28"],
    ["only its question", "How many are left?", null],
    ["the same value as in its template, of one's own", "So it is \\boxed{99}.", "99"],
  ] as const) {
    test(what, () => assert.equal(extractAnswer(completion, { problem })?.text ?? null, answer));
  }

  test("a solved example before it may have the answer that is right here", () => {
    const end =
      "so that, as was to be expected, we have x = 2. Therefore, the final answer is: $\\boxed{2}$. I hope it is correct.";
    const solved = `Question: 1 + 1?\n\n1 + 1 = 2, ${end}\n\nQuestion: 4 - 2?`;
    const completion = `4 - 2 = 2, ${end}`;
    assert.equal(extractAnswer(completion, { problem: solved })?.kind, "boxed");
  });

  test("an answer may be in the problem's own words", () => {
    const words =
      "the cat which had been sitting on the mat all through the early morning was not the one that had eaten the fish of the two old ladies";
    const completion = `The answer is: ${words}`;
    assert.equal(extractAnswer(completion, { problem: `Say why, or say ${words}.` })?.text, words);
  });

  test("a short problem", () => {
    assert.equal(extractAnswer("What is 2 + 3? It is", { problem: "What is 2 + 3?" }), null);
    assert.equal(extractAnswer("2+2=4", { problem: "2+2=" })?.text, "4");
    assert.equal(extractAnswer("7", { problem: "7" })?.text, "7");
  });

  test("whatever the problem is, its echo gives nothing, and what stands beside it is found", () => {
    const sentence = fc.array(
      fc.constantFrom("there are", "12", "$x = 3$", "\\boxed{5}", "(B)", "of", "the answer is 7"),
      {
        minLength: 8,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(sentence, sentence, (first, second) => {
        const posed = `Suppose that ${first.join(" ")}. Then suppose ${second.join(" ")}, and say what follows?`;
        assert.deepEqual(extractAnswers(posed, { problem: posed, order: EVERY_KIND }), []);
        const found = extractAnswers(`${posed}\nIt is \\boxed{41}\n${posed}`, { problem: posed, order: EVERY_KIND });
        assert.deepEqual(
          found.map(({ text }) => text),
          ["41"],
        );
      }),
    );
  });
});

const PIECES = [
  ..."{}[]()$\\#*\"'`_<>=.,:;-/ \n\n0179ABx",
  ...[
    "\\boxed",
    "\\boxed{",
    "\\fbox{",
    "\\text{",
    "\\frac{1}{2}",
    "####",
    "#### ",
    "answer",
    "The answer is ",
    "Answer: ",
  ],
  ...['{"answer": ', '"answer"', '"arguments": {', '"arguments": "', "<answer>", "</answer>", "<parameter=answer>"],
  ...[
    "</parameter>",
    "<think>",
    "</think>",
    "$$",
    "\\[",
    "\\]",
    "\\(",
    "\\)",
    "**",
    "(B)",
    "option C",
    "1,024",
    "and",
    "é",
  ],
  ...["\ud800", "\u{1f600}", "İ", "not ", "because "],
];
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")),
);

/** Each would start a reading that goes on to the end of the text, or back to its beginning, if nothing bounded it. */
const HOSTILE = [
  ...[
    "{",
    "\\boxed",
    "\\boxed{",
    "\\boxed ",
    "#",
    "#### \n",
    "answer",
    "answer is ",
    "answer is not ",
    "the answer to ",
  ],
  ...[
    "<answer>",
    '{"answer":',
    '{"answer":{',
    '"arguments":{',
    '"arguments":"',
    "$x",
    "\\[",
    "(A)",
    "9",
    "9/",
    "1,024,",
  ],
  ...["<think></think>", " ", "\n", "**", "\ud800"],
];

/** What the text at a candidate's place must be. */
function standsThere(completion: string, { text, kind, start, end }: Candidate): void {
  assert.ok(text.trim() !== "" && text.length <= 400, "an answer of a sensible length");
  const there = completion.slice(start, end);
  if (there === text) return;
  assert.ok(
    kind === "json" || kind === "tool call",
    `${kind}: ${JSON.stringify(there)} is not ${JSON.stringify(text)}`,
  );
  assert.notEqual(parseLiteral(there), undefined);
}

describe("any text", () => {
  test("is read without an error, and every candidate is not empty and stands where it says", () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), (completion, problem) => {
        const options = problem === undefined ? {} : { problem };
        for (const order of [DEFAULT_ORDER, EVERY_KIND]) {
          const found = extractAnswers(completion, { ...options, order });
          for (const candidate of found) standsThere(completion, candidate);
          assert.deepEqual(extractAnswer(completion, { ...options, order }), found[0] ?? null);
        }
      }),
      { numRuns: 2000 },
    );
  });

  // Quadratic work on a quarter of a million characters would take many minutes; linear work takes a moment.
  test("of a quarter of a million characters is read in linear time", { timeout: 120_000 }, () => {
    const CHARS = LIMITS.completionChars / 4;
    const problem = `What is ${"the {answer} ".repeat(100)}?`;
    for (const piece of HOSTILE) {
      const completion = piece.repeat(CHARS / piece.length);
      extractAnswers(completion, { order: EVERY_KIND, problem });
    }
    const half = "a".repeat(CHARS / 2);
    for (const posed of [half + half, `${half}b`, `${"a".repeat(47)}b`.repeat(5000)]) {
      extractAnswers(half + half, { problem: posed });
      extractAnswers(`${"a".repeat(90)}c`.repeat(2500), { problem: posed });
    }
  });
});
