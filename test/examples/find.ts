/**
 * Finds the examples of the documentation: every `@example` of a docstring in src, and every ```ts block of the
 * README and docs. The text of an `@example` is code as it stands, or what its ```ts fences hold.
 */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Example = {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Line of the first line of code, from 1. */
  readonly line: number;
  readonly code: string;
};

/** All examples below `root`, in the order of their files and lines. */
export function findExamples(root: string): Example[] {
  const sources = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).sort();
  const pages = globSync(["README.md", "docs/**/*.md"], { cwd: root }).sort();
  const read = (file: string) => readFileSync(join(root, file), "utf8").split("\n");
  return [
    ...sources.flatMap((file) => docstringExamples(file, read(file))),
    ...pages.flatMap((file) => fencedBlocks(file, read(file), 1)),
  ];
}

/** The examples of one TypeScript file. */
export function docstringExamples(file: string, lines: readonly string[]): Example[] {
  const examples: Example[] = [];
  for (let start = 0; start < lines.length; start++) {
    if (!/^\s*(\/\*)?\*\*?\s*@example\b/.test(lines[start] ?? "")) continue;
    const body: string[] = [];
    for (let i = start + 1; i < lines.length; i++) {
      const line = /^\s*\*(?!\/) ?(.*)$/.exec(lines[i] ?? "")?.[1];
      if (line === undefined || /^@\w/.test(line)) break;
      body.push(line.replace(/\s*\*\/$/, ""));
    }
    const fenced = body.some((line) => line.startsWith("```"));
    if (fenced) examples.push(...fencedBlocks(file, body, start + 2));
    else examples.push({ file, line: start + 2, code: body.join("\n") });
  }
  return examples;
}

/** The ```ts blocks among lines of Markdown, the first of which is line `firstLine` of its file. */
export function fencedBlocks(file: string, lines: readonly string[], firstLine: number): Example[] {
  const examples: Example[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!/^```ts\b/.test(lines[i] ?? "")) continue;
    const end = lines.findIndex((line, j) => j > i && line.startsWith("```"));
    if (end === -1) throw new Error(`${file}:${firstLine + i}: the \`\`\`ts block is not closed`);
    examples.push({ file, line: firstLine + i + 1, code: lines.slice(i + 1, end).join("\n") });
    i = end;
  }
  return examples;
}
