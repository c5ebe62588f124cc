/**
 * Where a command writes: results to standard output, everything else (progress, remarks, errors) to standard error,
 * so that a result can be piped. Colour follows the terminal and NO_COLOR; a reader that goes away is no error.
 */

import { relative, resolve } from "node:path";
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export type Terminal = {
  /** A line of the result. */
  print(line?: string): void;
  /** A line beside the result. */
  note(line: string): void;
  /** The text as it should look on standard output, or on standard error. */
  paint(style: Style, text: string, where?: "out" | "err"): string;
  /** Standard error where lines can be redrawn, else null. */
  readonly live: NodeJS.WriteStream | null;
};

/** This process's terminal. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on("error", leaveQuietly);
  return {
    print: (line = "") => stdout.write(`${line}\n`),
    note: (line) => stderr.write(`${line}\n`),
    paint: (style, text, where = "out") => styleText(style, text, { stream: where === "out" ? stdout : stderr }),
    live: stderr.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined ? stderr : null,
  };
}

/** A line beside the result that a person should know of, whatever the result. */
export function remark(terminal: Terminal, text: string): void {
  terminal.note(`${terminal.paint("yellow", "note:", "err")} ${text}`);
}

/** `mull solve ... | head -1`: who read has had enough. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  throw error;
}

/** `paint` for texts that go nowhere near a terminal. */
export const unpainted: Terminal["paint"] = (_, text) => text;

/**
 * Rows with their columns lined up, the first column to the left, the others to the right; two spaces between.
 *
 * @example
 * table([["", "base"], ["pass@1", "22.5%"]]); // ["         base", "pass@1  22.5%"]
 */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** A path as a person would type it from here: relative inside the working folder, else absolute. */
export function shownPath(path: string): string {
  const near = relative("", path);
  return near.startsWith("..") ? resolve(path) : near || ".";
}
