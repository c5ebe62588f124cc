/** From the answers of a grid to figures: what each strategy solves at each budget, and what it spends. */

import type { Cost } from "../../core/budget.ts";
import { Rng } from "../../core/rng.ts";
import { type Interval, meanInterval } from "../../measure/bootstrap.ts";
import { type Cell, cellName, contenderName, type Solved } from "./grid.ts";
import type { Contender } from "./names.ts";

/** One contender at one budget: a mean over problems, each of which is a mean over seeds. */
export type BenchPoint = Contender & {
  readonly name: string;
  readonly budget: number;
  readonly accuracy: number;
  /** 95%, over problems. */
  readonly ci: Interval;
  /** Share of the answers that are none. */
  readonly abstained: number;
  /** A problem, on average. */
  readonly calls: number;
  readonly tokens: number;
  readonly flops: number;
};

export type BenchResult = {
  readonly task: string;
  readonly model: string;
  readonly problems: number;
  readonly seeds: readonly number[];
  readonly points: readonly BenchPoint[];
  /** What all of it cost, where a price was given or the model counts. */
  readonly spent: Cost;
  /** How often each warning was given, by contender. */
  readonly warnings: readonly { readonly name: string; readonly warning: string; readonly times: number }[];
  readonly versions: Readonly<Record<string, string>>;
};

/** The points of the cells of which every problem is solved, contender by contender, budgets rising. */
export function pointsOf(cells: readonly Cell[], problems: readonly string[], solved: readonly Solved[]): BenchPoint[] {
  const byCell = Map.groupBy(solved, ({ cell }) => cell);
  const groups = Map.groupBy(cells, ({ budget, ...contender }) => `${contenderName(contender)} @${budget}`);
  const points = [...groups].flatMap(([group, own]): BenchPoint[] => {
    const [{ strategy, verified, budget }] = own as [Cell, ...Cell[]];
    const answers = own.flatMap((cell) => byCell.get(cellName(cell)) ?? []);
    if (answers.length < own.length * problems.length) return [];
    const byProblem = Map.groupBy(answers, ({ problem }) => problem);
    const rates = problems.map((id) => mean(byProblem.get(id) ?? [], ({ correct }) => (correct ? 1 : 0)));
    const { mean: accuracy, ci } = meanInterval(rates, { rng: new Rng(1).split(group) });
    return [
      {
        strategy,
        verified,
        name: contenderName({ strategy, verified }),
        budget,
        accuracy,
        ci,
        abstained: mean(answers, ({ answer }) => (answer === null ? 1 : 0)),
        calls: mean(answers, ({ calls }) => calls),
        tokens: mean(answers, ({ tokens }) => tokens),
        flops: mean(answers, ({ flops }) => flops),
      },
    ];
  });
  const order = [...new Set(points.map(({ name }) => name))];
  return points.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name) || a.budget - b.budget);
}

export function warningsOf(solved: readonly Solved[]): BenchResult["warnings"] {
  const counts = new Map<string, { name: string; warning: string; times: number }>();
  for (const { cell, warnings } of solved) {
    const name = cell.slice(0, cell.indexOf(" @"));
    for (const text of warnings) {
      const warning = text.replace(/\d+/g, "N"); // one line however many chains it was
      const entry = counts.get(`${name} ${warning}`) ?? { name, warning, times: 0 };
      entry.times++;
      counts.set(`${name} ${warning}`, entry);
    }
  }
  // Equals by their words: who was solved first is no part of a report.
  const words = ({ name, warning }: { name: string; warning: string }): string => `${name} ${warning}`;
  return [...counts.values()].sort((a, b) => b.times - a.times || (words(a) < words(b) ? -1 : 1));
}

/** The best at each budget among those that may be compared, with what it is better than. */
export function bestAt(points: readonly BenchPoint[], verified: boolean): BenchPoint[] {
  const groups = Map.groupBy(
    points.filter((point) => isVerified(point) === verified),
    ({ budget }) => budget,
  );
  return [...groups.values()].map((group) => group.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)));
}

/** Whether the verifier chose the answer; best-of-n is nothing else. */
export function isVerified({ strategy, verified }: Contender): boolean {
  return verified || strategy === "best-of-n";
}

function mean<T>(items: readonly T[], value: (item: T) => number): number {
  return items.length === 0 ? 0 : items.reduce((sum, item) => sum + value(item), 0) / items.length;
}
