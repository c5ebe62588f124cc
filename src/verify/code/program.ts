/** The program in a completion: a fenced block, the whole text, or the rest of a program that the problem began. */

import type { CodeTests } from "./code-tests.ts";

const FENCE = /^[ \t]*(?:```|~~~)[ \t]*([\w+#.-]*)[^\n]*\n([\s\S]*?)(?:^[ \t]*(?:```|~~~)[ \t]*$|(?![\s\S]))/gm;

/**
 * Of several blocks the last that defines the entry; of none the whole text. A text that does not define the entry itself is
 * put after the problem's beginning.
 *
 * @example
 * programOf("Sure:\n```python\ndef f(x):\n    return x\n```\nDone.", { language: "python", entry: "f", prelude: "" }); // "def f(x):\n    return x\n"
 */
export function programOf(
  completion: string,
  { language, entry, prelude }: Pick<CodeTests, "language" | "prelude"> & { readonly entry?: string | undefined },
): string {
  const blocks = [...completion.matchAll(FENCE)].map((match) => match[2] as string);
  const defines = (code: string): boolean => entry === undefined || definition(language, entry).test(code);
  const block = blocks.findLast(defines) ?? blocks.at(-1);
  const text = block ?? completion;
  return defines(text) || prelude === "" ? text : `${prelude}${text}`;
}

function definition(language: CodeTests["language"], entry: string): RegExp {
  const name = entry.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if (language === "python") return new RegExp(`^(?:async\\s+)?def\\s+${name}\\b|^${name}\\s*=`, "m");
  return new RegExp(
    `\\bfunction\\s*\\*?\\s+${name}\\b|\\b(?:const|let|var|class)\\s+${name}\\b|\\bexports\\.${name}\\b`,
  );
}
