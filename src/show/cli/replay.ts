/** `mull replay`: what recorded chains say about test-time compute, with no model at all. */

import { basename, join, resolve } from "node:path";
import type { Aggregation } from "../../core/aggregations.ts";
import type { ReplayPoint } from "../../measure/replay.ts";
import { writeFileAtomic } from "../../store/atomic.ts";
import { storeError } from "../../store/io-error.ts";
import { makeFolder } from "../../store/make-folder.ts";
import { replayFigure } from "../replay/figure.ts";
import { type Replay, replay } from "../replay/replay.ts";
import { rasterise } from "../report/figure.ts";
import { counted, fixed, intervalText, percent, significant } from "../report/format.ts";
import { interruptible } from "./interrupt.ts";
import { StatusLine } from "./status-line.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type ReplayCommandOptions = {
  readonly aggregate: Aggregation;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
};

/** @throws MullError `input` for a file that holds no rollouts, `store` where one cannot be read or written */
export async function replayCommand(path: string, options: ReplayCommandOptions, terminal: Terminal): Promise<void> {
  const { out, json = false, seed, aggregate } = options;
  const stop = interruptible();
  const status = new StatusLine(terminal);
  try {
    const onProgress = (problems: number): void => status.show(`verified: ${counted(problems, "problem")}`);
    const result = await replay(path, { seed, aggregate, onProgress, signal: stop.signal });
    status.clear();
    const written = out === undefined ? null : await write(out, result, basename(path));
    if (json) terminal.print(JSON.stringify(result));
    else for (const line of summary(result, terminal)) terminal.print(line);
    if (written !== null && !json) terminal.print(`\nwritten   ${shownPath(written)}`);
  } finally {
    status.clear();
    stop.release();
  }
}

async function write(out: string, result: Replay, source: string): Promise<string> {
  await makeFolder(resolve(out)).catch((error: unknown) => {
    throw storeError(error, "make", out);
  });
  const file = join(out, "replay.json");
  await writeFileAtomic(file, `${JSON.stringify(result, null, 2)}\n`);
  const figure = replayFigure(result, source);
  if (figure !== null) {
    await writeFileAtomic(join(out, "figure.svg"), figure);
    await writeFileAtomic(join(out, "figure.png"), rasterise(figure));
  }
  return file;
}

function summary(result: Replay, { paint }: Terminal): string[] {
  const { problems, chains, unanswered, curves, recommended, behaviours } = result;
  const [head = "", ...body] = table([
    ["chains a problem", "accuracy", "95% interval", "tokens a problem"],
    ...curves.map((point) => [named(point), percent(point.accuracy), intervalText(point.ci), tokensOf(point.tokens)]),
  ]);
  const budgets = table([
    ["from a budget of", "take", "accuracy", "95% interval"],
    ...recommended.map((r) => [
      counted(r.budget, "token"),
      r.strategy === "single" ? "one chain" : `${r.strategy} of ${r.n}`,
      percent(r.accuracy),
      intervalText(r.ci),
    ]),
  ]);
  const shown = table([
    ["words that show", "chains", "a right chain", "a wrong chain"],
    ...Object.entries(behaviours).map(([name, b]) => [
      name,
      percent(b.showing),
      perChain(b.correct),
      perChain(b.wrong),
    ]),
  ]);
  const bold = ([first = "", ...rest]: string[]): string[] => [paint("bold", first), ...rest];
  return [
    `${counted(problems, "problem")}, ${counted(chains, "chain")}, of which ${fixed(unanswered)} state no answer`,
    "",
    paint("bold", head),
    ...body,
    paint("dim", "pass@n needs an exact verifier at test time; the others do not"),
    "",
    ...(recommended.length === 0
      ? [paint("dim", "nothing is recommended for a budget: the tokens of the chains were not counted")]
      : bold(budgets)),
    "",
    ...bold(shown),
  ];
}

function named({ strategy, n }: ReplayPoint): string {
  return strategy === "pass@n" ? `pass@${n}` : `${strategy} of ${n}`;
}

function tokensOf(tokens: number | null): string {
  return tokens === null ? "not counted" : significant(tokens);
}

function perChain(rate: number | null): string {
  return rate === null ? "–" : `${fixed(rate, 2)}x`;
}
