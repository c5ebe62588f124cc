/** The runner of the examples, on examples whose outcome is known: it finds them all, and a false one fails. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { docstringExamples, fencedBlocks } from "./find.ts";
import { moduleOf } from "./module.ts";
import { shows } from "./shows.ts";

describe("finding", () => {
  test("an @example is code as it stands, until the next tag or the end", () => {
    const lines = [
      "/**",
      " * Adds.",
      " * @example",
      " * add(1, 2); // 3",
      " * @param a",
      " */",
      "export const add = 1;",
    ];
    assert.deepEqual(docstringExamples("src/a.ts", lines), [{ file: "src/a.ts", line: 4, code: "add(1, 2); // 3" }]);
  });

  test("or what its fences hold", () => {
    const lines = ["  /**", "   * @example", "   * Words.", "   * ```ts", "   * one();", "   * ```", "   */"];
    assert.deepEqual(docstringExamples("src/a.ts", lines), [{ file: "src/a.ts", line: 5, code: "one();" }]);
  });

  test("in Markdown only ```ts is run, and an open fence is refused", () => {
    const lines = ["```sh", "mull", "```", "```ts", "one();", "two();", "```"];
    assert.deepEqual(fencedBlocks("README.md", lines, 1), [{ file: "README.md", line: 5, code: "one();\ntwo();" }]);
    assert.throws(() => fencedBlocks("README.md", ["```ts", "one();"], 1), /README.md:1/);
  });
});

describe("the module of an example", () => {
  const files: Record<string, string> = {
    "/r/src/index.ts": 'export { deep } from "./a/deep.ts";\nexport { type T, Rng } from "./core/rng.ts";\n',
    "/r/src/a/add.ts":
      'import { join } from "node:path";\nimport * as ort from "ort";\nimport type { Rng } from "../core/rng.ts";\n' +
      "export function add(a: number, b: number): number {\n}\nexport type Sum = number;\n",
    "/r/src/core/rng.ts": "export class Rng {}\nexport type T = 1;\n",
  };
  const entry = (name: string) => (name === "mull" ? "/r/src/index.ts" : `/r/src/${name.slice("mull/".length)}.ts`);
  const moduleFor = (code: string, file = "src/a/add.ts") =>
    moduleOf(
      { file, line: 1, code },
      {
        root: "/r",
        folder: "/r/.examples-1",
        scratch: "/scratch",
        entry,
        read: (path) => files[path] ?? assert.fail(path),
      },
    );
  const bodyOf = (code: string) =>
    moduleFor(code)
      .split("\n")
      .slice(1)
      .join("\n")
      .replace(/\nexport \{.*\n/, "");

  test("a literal in the comment becomes a check, any other comment none", () => {
    assert.equal(bodyOf("f(1); // 0.25"), "__shows(f(1), 0.25);");
    assert.equal(bodyOf("const x = f(1); // { a: [1, true] }"), "const x = f(1);\n__shows(x, { a: [1, true] });");
    assert.equal(bodyOf('await f(\n  1,\n); // => "a // b"'), '__shows(await f(\n  1,\n), "a // b");');
    assert.equal(bodyOf('f("; // 2")\n// 3'), '__shows(f("; // 2"), 3);\n// 3');
    assert.equal(bodyOf("f(1); // 2x\ng(); // from 1 to 3"), "f(1);\ng();");
    assert.equal(bodyOf("for (const x of f()) g(x); // 3"), "for (const x of f()) g(x);");
  });

  test("names come from the file, else from its imports, else from the library", () => {
    const text = moduleFor('const s: Sum = add(1, 2);\nconst r = new Rng();\njoin("add", ort.x, deep);');
    assert.match(text, /^import \{ add \} from "\.\.\/src\/a\/add\.ts";$/m);
    assert.match(text, /^import type \{ Sum \} from "\.\.\/src\/a\/add\.ts";$/m);
    assert.match(text, /^import \{ Rng \} from "\.\.\/src\/core\/rng\.ts";$/m);
    assert.match(text, /^import \{ join \} from "node:path";$/m);
    assert.match(text, /^import \* as ort from "ort";$/m);
    assert.match(text, /^import \{ deep \} from "\.\.\/src\/index\.ts";$/m);
  });

  test("what the example imports or declares is its own", () => {
    assert.doesNotMatch(moduleFor("const { add, b } = { add: 1, b: 2 };\nadd + b;"), /import \{ add/);
    assert.equal(
      bodyOf('import { add } from "mull";\nadd(1, 2);'),
      'import { add } from "../src/index.ts";\nadd(1, 2);',
    );
    assert.equal(bodyOf('import { deep } from "mull/a/deep";'), 'import { deep } from "../src/a/deep.ts";');
    assert.equal(bodyOf('import { x } from "./x.ts";'), 'import { x } from "../src/a/x.ts";');
    assert.match(moduleFor("add(1);", "README.md"), /^add\(1\);$/m);
    assert.equal(bodyOf('f("/tmp/run.json");'), 'f("/scratch/run.json");');
  });
});

describe("shows", () => {
  test("compares numbers to the digits shown, wherever they stand", () => {
    shows(2 / 3, 0.667);
    shows({ a: new Float32Array([1, 1 / 3]) }, { a: [1, 0.33] });
    shows(0.1 + 0.2, 0.3);
    shows(1.2345e-7, 1.23e-7);
  });

  test("and fails on anything else", () => {
    assert.throws(() => shows(2 / 3, 0.66));
    assert.throws(() => shows(2.0001, 2));
    assert.throws(() => shows([1, 2], [1]));
    assert.throws(() => shows({ a: 1, b: 2 }, { a: 1 }));
    assert.throws(() => shows("1", 1));
    assert.throws(() => shows(Number.NaN, 0));
  });
});
