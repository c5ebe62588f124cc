/** A chain as people read it: one operation a line. The verifier reads it back. */

/**
 * Puts every operation, `back:k` and terminal word on a line of its own and writes `=10` as `= 10`. Words that belong
 * to no operation are kept as they are; an operation that is cut short stays on the last line.
 *
 * @example
 * printChain("3 + 7 =10 back:0 give-up"); // "3 + 7 = 10\nback:0\ngive-up"
 */
export function printChain(chain: string): string {
  const lines: string[] = [];
  let line: string[] = [];
  const close = (): void => {
    if (line.length > 0) lines.push(line.join(" "));
    line = [];
  };
  for (const word of chain.split(/\s+/)) {
    if (word === "") continue;
    if (/^=\d/.test(word)) {
      line.push("=", word.slice(1));
      close();
    } else if (/^[a-z]/.test(word)) {
      close();
      lines.push(word);
    } else line.push(word);
  }
  close();
  return lines.join("\n");
}
