/** What stands beside a chart of two figures and their gap: what its marks are, and the numbers behind it. */

import { counted, percent, points, pointsInterval } from "../../report/format.ts";
import type { Html } from "../../report/html.ts";
import { table } from "../../report/page/parts.ts";
import type { GapChange, GapWindow } from "./step-gaps.ts";

export type GapNames = { readonly upper: string; readonly lower: string; readonly gap: string };

/** Window by window, then the first and the last third of training. */
export function gapTable(
  title: string,
  names: GapNames,
  { windows, change }: { readonly windows: readonly GapWindow[]; readonly change: GapChange | null },
): Html {
  const rows = [
    ...windows.map((window, i) => ({ name: `window ${i + 1}`, window })),
    ...(change === null ? [] : [{ name: "first third", window: change.first }]),
    ...(change === null ? [] : [{ name: "last third", window: change.last }]),
  ];
  return table(
    `${title}: means over windows of training`,
    [
      { name: "of training", cell: (r) => r.name },
      { name: "steps", cell: (r) => String(r.window.steps) },
      { name: names.lower, cell: (r) => percent(r.window.lower) },
      { name: names.upper, cell: (r) => percent(r.window.upper) },
      { name: names.gap, cell: (r) => points(r.window.gap) },
      { name: "95% interval", cell: (r) => (r.window.ci === null ? "–" : pointsInterval(r.window.ci)) },
    ],
    rows,
  );
}

/** What a mark of such a chart stands for, as a sentence. */
export function whatMarksAre(windows: readonly GapWindow[]): string {
  const steps = Math.round(windows.reduce((sum, own) => sum + own.steps, 0) / windows.length);
  return steps <= 1 ? "Each mark is one step." : `Each mark is the mean of about ${counted(steps, "step")}.`;
}
