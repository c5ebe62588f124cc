/** Dot plots of base against trained (Cleveland 1984): two marks a row and the line between them, with intervals. */

import * as Plot from "@observablehq/plot";
import { type Drawing, draw } from "../plot.ts";
import { bottomLabel, type ChartOptions, emptyChart } from "./axes.ts";

export type DumbbellRow = {
  readonly name: string;
  readonly base: number;
  readonly final: number;
  readonly baseCi?: readonly [number, number] | undefined;
  readonly finalCi?: readonly [number, number] | undefined;
  /** Stands at the right end of the row, such as "amplified". */
  readonly note?: string;
};

export type DumbbellOptions = Omit<ChartOptions, "height"> & {
  readonly title: string;
  /** What is measured, with its unit; below the axis. */
  readonly unit: string;
  readonly domain: readonly [number, number];
  readonly format: (value: number) => string;
  /** What the two marks are called. Default base and trained. */
  readonly heads?: readonly [base: string, final: string];
  /** For the ticks, where it differs. */
  readonly tickFormat?: (value: number) => string;
  /** Space for the notes at the right. */
  readonly noteWidth?: number;
};

const ROW = 40;
const MARGIN = { marginTop: 30, marginBottom: 46 };

/** One row for each entry, in the order given; the first row's marks carry the names of the models. */
export function dumbbellChart(rows: readonly DumbbellRow[], options: DumbbellOptions): Drawing {
  const { palette, width, unit, domain, format, heads: called = ["base", "trained"] } = options;
  const height = MARGIN.marginTop + MARGIN.marginBottom + ROW * Math.max(rows.length, 1);
  if (rows.length === 0) return emptyChart({ palette, width, height }, options.title);
  const longest = Math.max(...rows.map((row) => row.name.length));
  const at = rows.map((row, i) => ({ ...row, key: String(i) }));
  const y = { y: "key" };
  const intervals = (["base", "final"] as const).map((model) => {
    const known = at.filter((row) => (model === "base" ? row.baseCi : row.finalCi) !== undefined);
    const end = (k: 0 | 1) => (row: (typeof at)[number]) => (model === "base" ? row.baseCi : row.finalCi)?.[k] ?? 0;
    const ends = { x1: end(0), x2: end(1), y1: "key", y2: "key" };
    return Plot.link(known, {
      ...ends,
      stroke: palette[model],
      strokeOpacity: 0.3,
      strokeWidth: 8,
      strokeLinecap: "butt",
    });
  });
  const heads = at.slice(0, 1);
  const first = at[0];
  const marginLeft = Math.min(24 + longest * 7, width * 0.4);
  const marginRight = options.noteWidth ?? 24;
  const apart = Math.max(0.14, (4.4 * called.join("").length) / (width - marginLeft - marginRight)); // both names, half of each beyond its mark
  const close = first !== undefined && Math.abs(first.final - first.base) < apart * (domain[1] - domain[0]);
  const head = (model: "base" | "final", text: string, rightOfOther: boolean): Plot.Markish =>
    Plot.text(heads, {
      ...y,
      x: model,
      dy: -15,
      dx: close ? (rightOfOther ? 6 : -6) : 0,
      textAnchor: close ? (rightOfOther ? "start" : "end") : "middle",
      text: () => text,
      fill: palette[model],
      fontWeight: 700,
      lineAnchor: "bottom",
    });
  const finalIsRight = first !== undefined && first.final >= first.base;
  return draw(
    {
      width,
      height,
      ...MARGIN,
      marginLeft,
      marginRight,
      style: { fontSize: "13px" },
      x: { type: "linear", domain },
      y: { type: "point", domain: at.map((row) => row.key), padding: 0.5 },
      marks: [
        Plot.gridX({ stroke: palette.grid, strokeOpacity: 1, ticks: 5 }),
        Plot.axisX({
          ticks: 5,
          tickFormat: options.tickFormat ?? format,
          tickSize: 0,
          tickPadding: 8,
          color: palette.muted,
          label: null,
        }),
        bottomLabel(palette, unit, 38),
        Plot.axisY({
          tickFormat: (k: string) => at[Number(k)]?.name ?? "",
          tickSize: 0,
          tickPadding: 10,
          color: palette.ink,
          label: null,
        }),
        Plot.link(at, { x1: "base", x2: "final", y1: "key", y2: "key", stroke: palette.muted, strokeWidth: 1.25 }),
        ...intervals,
        Plot.dot(at, {
          ...y,
          x: "base",
          r: 5,
          symbol: "square",
          fill: palette.surface,
          stroke: palette.base,
          strokeWidth: 2.25,
          title: (row) => `${called[0]}, ${row.name}: ${format(row.base)}`,
        }),
        Plot.dot(at, {
          ...y,
          x: "final",
          r: 5.5,
          fill: palette.final,
          stroke: palette.surface,
          title: (row) => `${called[1]}, ${row.name}: ${format(row.final)}`,
        }),
        head("base", called[0], !finalIsRight),
        head("final", called[1], finalIsRight),
        Plot.text(at, {
          ...y,
          text: (row) => row.note ?? "",
          frameAnchor: "right",
          dx: 14,
          textAnchor: "start",
          fill: palette.muted,
        }),
      ],
    },
    `${options.title}. ${at.map((row) => `${row.name}: ${called[0]} ${format(row.base)}, ${called[1]} ${format(row.final)}`).join("; ")}.`,
  );
}
