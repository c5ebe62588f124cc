/** Prints a chain while it is written: each operation on a line of its own, as soon as it is complete. */

import { type ChainLine, chainLines } from "../report/chain-text.ts";
import type { Style, Terminal } from "./terminal.ts";

export type ChainPrinter = {
  /** The next piece of text, separators included. */
  write(text: string): void;
  /** Prints what was left unfinished. */
  end(): void;
};

export function chainPrinter(puzzle: string, terminal: Pick<Terminal, "print" | "paint">): ChainPrinter {
  let text = "";
  let printed = 0;
  const print = (lines: readonly ChainLine[]): void => {
    for (const line of lines) terminal.print(`  ${paintedLine(line, terminal)}`);
    printed += lines.length;
  };
  return {
    write(piece) {
      text += piece;
      const lines = chainLines(text, { prompt: puzzle });
      // Only the last line can still change, and only while it is incomplete.
      print(lines.slice(printed, lines.at(-1)?.complete === false ? -1 : undefined));
    },
    end() {
      print(chainLines(text, { prompt: puzzle }).slice(printed));
    },
  };
}

const STYLES: Readonly<Record<ChainLine["mark"], Style>> = { hit: "green", miss: "dim", slip: "red", "": "reset" };

function paintedLine({ text, note, mark }: ChainLine, { paint }: Pick<Terminal, "paint">): string {
  if (note === "") return text;
  return `${text}  ${paint(STYLES[mark], `(${note})`)}`;
}
