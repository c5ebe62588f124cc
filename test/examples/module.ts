/**
 * Turns an example into a TypeScript module that can be checked and run.
 *
 * - An example sees what its file sees: names that it uses without importing them come from the file's own exports,
 *   else from the file's imports, else from "mull".
 * - A statement followed by a comment that is a literal (`passAtK(4, 1, 1); // 0.25`) must have that value; a
 *   number is compared to the digits that are shown. Any other comment is only a comment.
 * - "mull" and "mull/..." are the library's sources, relative paths start at the file of the example, "/tmp/" is a fresh folder.
 */

import { dirname, join, relative } from "node:path";
import type { Example } from "./find.ts";

export type ModuleOptions = {
  readonly root: string;
  /** The folder the module is written to. */
  readonly folder: string;
  /** What replaces "/tmp/". */
  readonly scratch: string;
  /** The source file of an entry point of the package, such as "mull" or "mull/search/majority": its absolute path. */
  readonly entry: (name: string) => string;
  /** The text of a source file, by its absolute path. */
  readonly read: (path: string) => string;
};

/** A name, and the import that brings it. */
type Binding = { readonly clause: string; readonly from: string; readonly isType: boolean };

/** The module's text. */
export function moduleOf({ file, code }: Example, { root, folder, scratch, entry, read }: ModuleOptions): string {
  const source = join(root, file);
  const index = entry("mull");
  const specifier = (path: string) => `./${relative(folder, path)}`.replace(/^\.\/\.\./, "..").replaceAll("\\", "/");
  const resolve = (from: string) => (from.startsWith(".") ? specifier(join(dirname(source), from)) : from);

  const own = code.replaceAll(/\bfrom "([^"]+)"/g, (_, from: string) => {
    return `from "${/^mull(\/|$)/.test(from) ? specifier(entry(from)) : resolve(from)}"`;
  });
  const known = new Map(exportsOf(read(index), specifier(index)));
  if (file.endsWith(".ts")) {
    for (const [name, binding] of importsOf(read(source), (from) => from)) {
      // A class that the file imports as a type may still be made by an example.
      const origin = binding.from.startsWith(".") ? join(dirname(source), binding.from) : undefined;
      const isType = origin ? (exportsOf(read(origin), "").get(name)?.isType ?? binding.isType) : binding.isType;
      known.set(name, { ...binding, isType, from: resolve(binding.from) });
    }
    for (const [name, binding] of exportsOf(read(source), specifier(source))) known.set(name, binding);
  }
  const words = new Set(withoutStrings(own).match(/(?<![.\w$])[A-Za-z_$][\w$]*/g));
  const bound = boundBy(own);
  const imports = [...known]
    .filter(([name]) => words.has(name) && !bound.has(name))
    .map(([, { clause, from, isType }]) => `import ${isType ? "type " : ""}${clause} from "${from}";`);
  const shown = specifier(join(root, "test", "examples", "shows.ts"));
  return [
    `import { shows as __shows } from "${shown}";`,
    ...imports,
    withChecks(own).replaceAll('"/tmp/', `"${scratch.replaceAll("\\", "/")}/`),
    "export { __shows };",
    "",
  ].join("\n");
}

const withoutStrings = (code: string) => code.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/.*$/gm, '""');

/** Names that the example imports or declares itself. */
function boundBy(code: string): Set<string> {
  const imported = importsOf(code, (from) => from).keys();
  const declared = [
    ...code.matchAll(/\b(?:const|let|function\*?|class|type)\s+(\w+|[[{][^=]*?[\]}])\s*(?:=|\(|:|\{|\bof\b)/g),
  ];
  return new Set([...imported, ...declared.flatMap((match) => match[1]?.match(/\w+/g) ?? [])]);
}

function exportsOf(text: string, from: string): Map<string, Binding> {
  const found = new Map<string, Binding>();
  const add = (name: string, isType: boolean) => found.set(name, { clause: `{ ${name} }`, from, isType });
  const declaration = /^export (?:declare |abstract |async )*(function\*?|const|let|class|type|interface) (\w+)/gm;
  for (const [, kind, name] of text.matchAll(declaration)) add(name as string, kind === "type" || kind === "interface");
  for (const [, allTypes, list] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const [, type, name] of (list as string).matchAll(/(type )?(?:\w+ as )?(\w+)\s*(?:,|$)/g)) {
      add(name as string, Boolean(allTypes ?? type));
    }
  }
  return found;
}

function importsOf(text: string, resolve: (from: string) => string): Map<string, Binding> {
  const found = new Map<string, Binding>();
  for (const [, allTypes, clause, from] of text.matchAll(/^import (type )?([^"]*?)\s+from "([^"]+)";/gm)) {
    const [, whole, list] = /^([^{]*?),?\s*(?:\{([\s\S]*)\})?$/.exec(clause as string) ?? [];
    const add = (name: string, shape: string, type: unknown) =>
      found.set(name, { clause: shape, from: resolve(from as string), isType: Boolean(allTypes ?? type) });
    if (whole) add((whole.split(" ").at(-1) ?? whole).trim(), whole, false);
    for (const [, type, name, alias] of (list ?? "").matchAll(/(type )?(\w+)(?: as (\w+))?/g)) {
      add(alias ?? (name as string), alias ? `{ ${name} as ${alias} }` : `{ ${name} }`, type);
    }
  }
  return found;
}

/** Each statement with a literal behind it becomes a check. */
function withChecks(code: string): string {
  const out: string[] = [];
  let statement: string[] = [];
  const lines = code.split("\n");
  for (const [i, line] of lines.entries()) {
    if (/^\s*(\/\/.*)?$/.test(line)) {
      out.push(line);
      continue;
    }
    statement.push(line);
    if (!isComplete(statement.join("\n"))) continue;
    const [last, comment] = splitComment(line);
    const text = [...statement.slice(0, -1), last].join("\n").replace(/;?\s*$/, "");
    out.push(checked(text, literal(comment ?? /^\s*\/\/(.*)$/.exec(lines[i + 1] ?? "")?.[1])));
    statement = [];
  }
  return [...out, ...statement].join("\n");
}

/** A line's code and its comment; two slashes within a string are no comment. */
function splitComment(line: string): [code: string, comment: string | undefined] {
  const parts = /^((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[^"'`/]|\/(?!\/))*)\/\/(.*)$/.exec(line);
  return parts ? [parts[1] as string, parts[2]] : [line, undefined];
}

function checked(statement: string, expected: string | null): string {
  if (expected === null) return `${statement};`;
  const name = /^\s*(?:const|let) (\w+)(?:: [^=]+)? = /.exec(statement)?.[1];
  if (name) return `${statement};\n__shows(${name}, ${expected});`;
  if (/^\s*(?:const|let|import|export|for|while|if|function|class|throw|return|\})\b/.test(statement))
    return `${statement};`;
  return `__shows(${statement}, ${expected});`;
}

/** Whether every bracket is closed and the next line does not go on with `.method()`. */
function isComplete(text: string): boolean {
  const bare = withoutStrings(text);
  return (
    (bare.match(/[([{]/g)?.length ?? 0) <= (bare.match(/[)\]}]/g)?.length ?? 0) && /[;})]?\s*(""|\/\/.*)?$/.test(bare)
  );
}

/** The comment's text where it is a JavaScript literal, as code; else null. */
function literal(comment: string | undefined): string | null {
  const text = comment
    ?.trim()
    .replace(/^(?:=>|->|≈|~)\s*/, "")
    .replace(/\.$/, "")
    .trim();
  if (!text) return null;
  const bare = withoutStrings(text).replaceAll(
    /\b(?:true|false|null|undefined|NaN|Infinity)\b|\b[A-Za-z_]\w*(?=\s*:)/g,
    "",
  );
  if (!/^[\s\d.,:eE+\-_[\]{}"]*$/.test(bare) || !/[\d"\]}]|true|false|null|undefined|NaN|Infinity/.test(text))
    return null;
  try {
    new Function(`return (${text});`)();
    return text;
  } catch {
    return null;
  }
}
