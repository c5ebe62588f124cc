/** What opening a run warns of (a damaged checkpoint, other versions), told to the person at the terminal. */

import { type RunWarning, runWarnings } from "../../store/run-folder.ts";
import type { StatusLine } from "./status-line.ts";
import { shownPath, type Terminal } from "./terminal.ts";

/**
 * Tells each warning once: the cells of a comparison may all say the same.
 *
 * @returns ends it
 */
export function tellWarnings({ paint, note }: Terminal, status: StatusLine): () => void {
  const told = new Set<string>();
  const tell = (message: unknown): void => {
    const { dir, warning } = message as RunWarning;
    if (told.has(warning)) return;
    told.add(warning);
    const line = paint("yellow", `warning: ${warning} (${shownPath(dir)})`, "err");
    if (status.visible) status.keep(line);
    else note(line);
  };
  runWarnings.subscribe(tell);
  return () => runWarnings.unsubscribe(tell);
}
