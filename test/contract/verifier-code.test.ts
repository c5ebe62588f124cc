/** The code verifier, through the one contract; in JavaScript, whose sandbox starts fastest. */

import { after } from "node:test";
import { CodeVerifier } from "../../src/verify/code/code-verifier.ts";
import { quickJsSandbox } from "../../src/verify/code/javascript/quickjs-sandbox.ts";
import { verifierContract } from "./verifier.ts";

const sandbox = quickJsSandbox({ wallMs: 3000 });
after(() => sandbox.close());

const calls = {
  kind: "calls",
  cases: [
    { args: [2], expected: 4 },
    { args: [0.5], expected: 1 },
  ],
};
const double = { id: "double", prompt: "Double a number.", data: { language: "javascript", entry: "f", tests: calls } };
const io = { kind: "io", cases: [{ stdin: "2\n", stdout: "4\n" }] };
const asserts = { kind: "asserts", source: "assert.equal(f(2), 4);\nassert.equal(f(3), 6);" };

verifierContract(
  "code",
  () => new CodeVerifier({ sandboxFor: async () => sandbox }),
  [
    { problem: double, completion: "```js\nfunction f(x) { return 2 * x; }\n```", status: "correct", reason: /2 of 2/ },
    {
      problem: double,
      completion: "function f(x) { return x === 2 ? 4 : 0; }",
      status: "wrong",
      reason: /1 of 2 .* gives 0, expected 1/,
    },
    {
      problem: double,
      completion: "function f(x) { throw new RangeError('no'); }",
      status: "wrong",
      reason: /RangeError: no/,
    },
    { problem: double, completion: "", status: "wrong", reason: /no program/ },
    {
      problem: { ...double, data: { ...double.data, tests: io } },
      completion: "console.log(2 * Number(readLine()))",
      status: "correct",
    },
    {
      problem: { ...double, data: { ...double.data, tests: io } },
      completion: "console.log(5)",
      status: "wrong",
      reason: /printed "5/,
    },
    {
      problem: { ...double, data: { ...double.data, tests: asserts } },
      completion: "const f = (x) => x + x;",
      status: "correct",
    },
    {
      problem: { ...double, data: { ...double.data, tests: asserts } },
      completion: "const f = (x) => 4;",
      status: "wrong",
      reason: /1 of 2 .*line 2/,
    },
    {
      problem: { ...double, data: { ...double.data, tests: { ...asserts, source: "1;" } } },
      completion: "const f = 1;",
      status: "unscored",
      reason: /assert nothing/,
    },
    {
      problem: { id: "poem", prompt: "Write." },
      completion: "function f() {}",
      status: "unscored",
      reason: /no tests/,
    },
  ],
  { runs: 20 },
);
