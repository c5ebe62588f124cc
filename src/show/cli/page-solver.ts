/**
 * Answers the puzzles that visitors of the live page ask, with engines of its own: one thread and few chains at once, so
 * that the run is hardly slowed, and never shares a batch with a visitor. Models are opened when they are first asked;
 * the trained one follows the run's newest checkpoint.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { MullError } from "../../core/errors.ts";
import { Rng } from "../../core/rng.ts";
import type { EmbeddedModel } from "../../model/embedded.ts";
import { lastCheckpoint, openModel } from "../../model/open.ts";
import type { SearchNode } from "../../search/search-tree.ts";
import { parsePuzzle, problemOf } from "../../tasks/countdown/puzzle.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import type { Judged } from "../server/events.ts";
import type { SolveRequest, Solver } from "../server/solve-route.ts";
import { STRATEGIES, type StrategyName } from "../strategy-bench/names.ts";
import { COUNTDOWN } from "../strategy-bench/setting.ts";
import { defaultBudget, isOneChain, makeStrategy } from "../strategy-bench/strategies.ts";
import { puzzleTree } from "./puzzle-tree.ts";

type Which = "base" | "trained";
type Opened = { readonly path: string; readonly model: Promise<EmbeddedModel>; users: number; old: boolean };

const N = 16;
const SLOTS = 16;

export class PageSolver implements Solver {
  readonly strategies = STRATEGIES;
  readonly #run: string;
  readonly #rng: Rng;
  readonly #task = new CountdownTask();
  readonly #opened = new Map<Which, Opened>();
  #asked = 0;

  /** @param run the run's folder */
  constructor(run: string, seed: number) {
    this.#run = run;
    this.#rng = new Rng(seed).split("page");
  }

  async solve(
    puzzle: string,
    which: Which,
    onText: (text: string) => void,
    signal: AbortSignal,
    options: SolveRequest = {},
  ): Promise<Judged> {
    const problem = problemOf(parsePuzzle(puzzle, this.#task.solver));
    const name = (options.strategy ?? STRATEGIES[0]) as StrategyName;
    const { verifier, extract } = this.#task;
    let searched: SearchNode | null = null;
    const opened = this.#open(which);
    opened.users++;
    try {
      const answer = await makeStrategy(name, {
        n: N,
        temperature: 1,
        setting: COUNTDOWN,
        verified: false,
        onTree: (_, root) => {
          searched = root;
        },
      }).solve(problem, {
        model: await opened.model,
        verifier,
        extract,
        budget: { maxTokens: defaultBudget(isOneChain(name) ? 1 : N) },
        rng: this.#rng.split(this.#asked++),
        signal,
        onToken: (_, text) => {
          if (isOneChain(name)) onText(text);
        },
      });
      if (searched !== null && options.onTree !== undefined) {
        options.onTree(await puzzleTree(problem, searched, this.#task));
      }
      const verdict = answer.verdict ?? (await verifier.verify(problem, answer.text));
      const reason = answer.text === "" ? "no chain came to an answer" : verdict.reason;
      return { text: answer.text, verdict: verdict.status, reason, tokens: answer.usage.tokens };
    } finally {
      opened.users--;
      await this.#closeOld(opened);
    }
  }

  async close(): Promise<void> {
    const all = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(all.map(shut));
  }

  /** The model as it is now: a newer checkpoint is opened beside one that still answers somebody. */
  #open(which: Which): Opened {
    const path = this.#pathOf(which);
    const known = this.#opened.get(which);
    if (known?.path === path) return known;
    if (known !== undefined) {
      known.old = true;
      void this.#closeOld(known);
    }
    const opened: Opened = { path, model: openModel(path, { threads: 1, slots: SLOTS }), users: 0, old: false };
    opened.model.catch(() => this.#opened.delete(which)); // tried anew next time
    this.#opened.set(which, opened);
    return opened;
  }

  #pathOf(which: Which): string {
    if (which === "base") {
      const own = join(this.#run, "base"); // of a run from scratch
      return existsSync(join(own, "config.json")) ? own : "base";
    }
    const last = lastCheckpoint(this.#run);
    if (last !== null) return last;
    throw new MullError("model", "The run has not trained a model yet.", {
      hint: "Ask the base model, or wait a moment.",
    });
  }

  async #closeOld(opened: Opened): Promise<void> {
    if (opened.old && opened.users === 0) await shut(opened);
  }
}

async function shut({ model }: Opened): Promise<void> {
  const opened = await model.catch(() => null);
  await opened?.engine.close();
}
