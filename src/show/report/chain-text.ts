/**
 * Chains for people: the tokens of a Countdown chain as lines, one operation a line.
 *
 * `3 + 7 =10 back:0 8 * 3 =24 solved` becomes "3 + 7 = 10", "go back to the start", "8 * 3 = 24", "solved". Beside the
 * text a line says which numbers are left, and what a careful reader would object to (wrong arithmetic, a number that
 * is not there). This only explains: whether a chain is right is the verifier's to say. The text may be unfinished
 * (a chain still being written) or nonsense (a model's output is data): every token ends up on some line, as it was
 * written.
 *
 * No imports: the browser runs this file too.
 */

export type ChainLine = {
  readonly kind: "operation" | "back" | "solved" | "give-up" | "other";
  readonly text: string;
  /** What is odd about this line, or how an attempt ended; empty where there is nothing to say. */
  readonly note: string;
  /** `slip`: the line is wrong in itself. `hit` and `miss`: every number is used, and the target is met or not. */
  readonly mark: "slip" | "hit" | "miss" | "";
  /** How many operations of the live path stand before this line: 0 at the start of an attempt. */
  readonly depth: number;
  /** The numbers left after this line, or null where the puzzle is unknown or the chain has lost track. */
  readonly left: readonly number[] | null;
  /** False for an operation whose result is not written yet. */
  readonly complete: boolean;
};

export type ChainOptions = {
  /** The puzzle, such as "3 7 8 2 = 24". Without it a line cannot say what is left. */
  readonly prompt?: string;
  /** `plain` (default): `*` and `/` as the model writes them. `print`: `×`, `÷` and a true minus sign. */
  readonly signs?: "plain" | "print";
};

type Live = { readonly text: string; readonly left: readonly number[] | null };

const PRINT: Readonly<Record<string, string>> = { "*": "×", "/": "÷", "-": "−" };
const SILENT: ReadonlySet<string> = new Set(["<bos>", "<pad>"]);

/**
 * The lines of a chain.
 *
 * @example
 * chainLines("3 + 7 =10 back:0", { prompt: "3 7 8 2 = 24" }).map((line) => line.text);
 * // ["3 + 7 = 10", "go back to the start"]
 */
export function chainLines(chain: string, options: ChainOptions = {}): ChainLine[] {
  const puzzle = parsePrompt(options.prompt);
  const sign = (op: string): string => (options.signs === "print" ? (PRINT[op] ?? op) : op);
  const tokens = chain.split(/\s+/).filter((token) => token !== "" && !SILENT.has(token));
  const lines: ChainLine[] = [];
  // live[k] is the state after the first k operations of the live path.
  const live: Live[] = [{ text: "", left: puzzle?.numbers ?? null }];
  const now = (): Live => live.at(-1) as Live;
  const add = (kind: ChainLine["kind"], text: string, rest: Partial<ChainLine> = {}): void => {
    lines.push({ kind, text, note: "", mark: "", depth: live.length - 1, left: now().left, complete: true, ...rest });
  };

  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as string;
    const operation = readOperation(tokens, i);
    if (operation !== null) {
      const { a, op, b, result } = operation;
      const words = [a, op && sign(op), b, result && `= ${result}`].filter(Boolean).join(" ");
      if (result === "") {
        add("operation", words, { complete: false });
      } else {
        const judged = judge(Number(a), op, Number(b), Number(result), now().left, puzzle?.target, sign);
        add("operation", words, judged);
        live.push({ text: words, left: judged.left });
      }
      i += operation.length;
      continue;
    }
    const back = /^back:(\d{1,3})$/.exec(token);
    if (back) {
      const k = Number(back[1]);
      const known = k < live.length;
      const where = k === 0 ? "the start" : known ? `where ${live[k]?.text}` : `step ${k}`;
      if (known) live.length = k + 1;
      add("back", `go back to ${where}`, known ? {} : { note: "there is no such step", mark: "slip" });
    } else if (token === "solved") {
      add("solved", "solved");
    } else if (token === "give-up") {
      add("give-up", "give up");
    } else {
      add("other", token);
    }
    i++;
  }
  return lines;
}

/**
 * A chain as plain text, one line an operation, notes in parentheses: for a terminal or a table.
 *
 * @example
 * formatChain("8 * 3 =25"); // "8 * 3 = 25  (8 * 3 is 24)"
 */
export function formatChain(chain: string, options: ChainOptions = {}): string {
  return chainLines(chain, options)
    .map((line) => (line.note === "" ? line.text : `${line.text}  (${line.note})`))
    .join("\n");
}

/**
 * What a step adds to the chain `before` it, in a line, with what is odd about it.
 *
 * @example
 * stepWords("7 - 3 =4", " back:0 8 * 3 =25", "3 7 8 2 = 24"); // "go back to the start, 8 × 3 = 25 (8 × 3 is 24)"
 */
export function stepWords(before: string, step: string, prompt: string): string {
  const options = { prompt, signs: "print" } as const;
  const news = chainLines(before + step, options).slice(chainLines(before, options).length);
  const words = news.map(({ kind, text, note }, i) => {
    const said = kind === "solved" ? "says: solved" : kind === "give-up" ? "gives up" : text;
    const joint = i === 0 ? "" : kind === "other" && news[i - 1]?.kind === "other" ? " " : ", ";
    return joint + (note === "" ? said : `${said} (${note})`);
  });
  return words.join("") || step.trim();
}

/** The given numbers and the target of "3 7 8 2 = 24", or null where the text is no such puzzle. */
export function parsePrompt(prompt: string | undefined): { numbers: number[]; target: number } | null {
  const match = /^\s*(?:<bos>\s+)?(\d+(?:\s+\d+)*)\s*=\s*(\d+)\s*$/.exec(prompt ?? "");
  if (!match) return null;
  return { numbers: (match[1] as string).split(/\s+/).map(Number), target: Number(match[2]) };
}

const INTEGER = /^\d{1,6}$/;
const RESULT = /^=\d{1,6}$/;
const OPERATION = /^[-+*/]$/;

/** An operation at `tokens[i]`: four tokens, or fewer where the text ends before they are written; null for anything else. */
function readOperation(
  tokens: readonly string[],
  i: number,
): { a: string; op: string; b: string; result: string; length: number } | null {
  const [a, op, b, result] = [tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]];
  if (a === undefined || !INTEGER.test(a)) return null;
  if (op !== undefined && !OPERATION.test(op)) return null;
  if (b !== undefined && !INTEGER.test(b)) return null;
  if (result !== undefined && !RESULT.test(result)) return null;
  const length = Math.min(4, tokens.length - i);
  return { a, op: op ?? "", b: b ?? "", result: result?.slice(1) ?? "", length };
}

/** What a careful reader says of a finished operation. */
function judge(
  a: number,
  op: string,
  b: number,
  result: number,
  left: readonly number[] | null,
  target: number | undefined,
  sign: (op: string) => string,
): { left: readonly number[] | null; note: string; mark: ChainLine["mark"] } {
  const rest = left === null ? null : without(without(left, a), b);
  const after = rest === null ? null : [...rest, result];
  const value = op === "+" ? a + b : op === "-" ? a - b : op === "*" ? a * b : a / b;
  if (left !== null && rest === null) {
    const missing = without(left, a) === null ? a : b;
    return { left: null, note: `there is no ${missing} left to use`, mark: "slip" };
  }
  if (value !== result) {
    const truth = Number.isInteger(value) ? `is ${value}` : "is not a whole number";
    return { left: after, note: `${a} ${sign(op)} ${b} ${truth}`, mark: "slip" };
  }
  if (after?.length === 1 && target !== undefined) {
    return result === target
      ? { left: after, note: "the target", mark: "hit" }
      : { left: after, note: `not ${target}`, mark: "miss" };
  }
  return { left: after, note: "", mark: "" };
}

/** The list without one `x`; null where it holds none, or where there is no list. */
function without(list: readonly number[] | null, x: number): number[] | null {
  const at = list?.indexOf(x) ?? -1;
  return list === null || at < 0 ? null : list.toSpliced(at, 1);
}
