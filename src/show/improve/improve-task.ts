/** What the loop needs to know of a task: its difficulties, where problems and base texts come from, and how it is searched. */

import type { Strategy, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import type { WordLevelTokenizer } from "../../core/tokenizer.ts";
import type { FrontierOptions } from "../../learn/generations/frontier.ts";
import type { SupervisedText } from "../../learn/pretrain.ts";
import { bestOfN } from "../../search/best-of-n.ts";
import { restating } from "../../search/restating.ts";
import { corpusItems } from "../../tasks/countdown/corpus.ts";
import { COUNTDOWN_RESTATING } from "../../tasks/countdown/remainder.ts";
import { COUNTDOWN_STEPS } from "../../tasks/countdown/steps.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { COUNTDOWN } from "../strategy-bench/setting.ts";
import { makeStrategy } from "../strategy-bench/strategies.ts";
import type { SearchName } from "./names.ts";
import type { ImprovePreset, ImprovePresetName } from "./presets.ts";

export type SearchOptions = {
  /** Tokens a problem. */
  readonly budget: number;
  /** Of one chain that is written whole. */
  readonly maxTokens: number;
  /** Of a chain that is put together. */
  readonly traceTokens: number;
  /** Right chains after which a search may end. */
  readonly enough: number;
};

export type ImproveTask = {
  readonly name: string;
  /** What a difficulty counts, such as "numbers". */
  readonly unit: string;
  /** From easy to hard: all are measured. */
  readonly difficulties: readonly number[];
  /** Those of the base corpus. */
  readonly inBase: readonly number[];
  readonly moves: Pick<FrontierOptions, "by" | "threshold">;
  /** The base model that ships, by its name. */
  readonly base: string;
  /** In what the task's presets differ from Countdown's. */
  readonly amounts?: Readonly<Record<ImprovePresetName, Partial<ImprovePreset>>>;
  readonly tokenizer: WordLevelTokenizer;
  readonly verifier: Verifier;
  readonly extract: (problem: Problem, chain: string) => string | null;
  readonly training: (difficulty: number, rng: Rng, count: number) => Problem[];
  /** Always the same ones, which training never sees. */
  readonly heldOut: (difficulty: number, count: number) => Problem[];
  /** Texts of the base corpus, those that end right. */
  readonly baseTexts: (rng: Rng, count: number) => SupervisedText[];
  /** The first is the default. */
  readonly searches: readonly SearchName[];
  readonly search: (name: SearchName, options: SearchOptions) => Strategy;
};

/** The problems every run is measured on, whatever its seed, so that runs can be compared. */
const MEASURED_SEED = 2024;

/** Countdown from three numbers to five; the base corpus has three and four. */
export function countdownLoop(): ImproveTask {
  const { verifier, extract } = new CountdownTask();
  const tasks = new Map([3, 4, 5].map((n) => [n, new CountdownTask({ sizes: { [n]: 1 } })]));
  const sized = (n: number): CountdownTask => tasks.get(n) as CountdownTask;
  return {
    name: "countdown",
    unit: "numbers",
    base: "base",
    difficulties: [3, 4, 5],
    inBase: [3, 4],
    moves: { by: "search", threshold: 0.4 },
    tokenizer: countdownTokenizer,
    verifier,
    extract,
    training: (n, rng, count) => sized(n).problems("train", rng).take(count).toArray(),
    heldOut: (n, count) => sized(n).problems("heldout", new Rng(MEASURED_SEED)).take(count).toArray(),
    baseTexts: (rng, count) =>
      corpusItems(rng)
        .filter(({ outcome }) => outcome === undefined || outcome === "solved")
        .take(count)
        .toArray(),
    searches: ["restate", "best-of-n", "go-on", "beam-search", "mcts"],
    search: countdownSearch,
  };
}

function countdownSearch(name: SearchName, { budget, maxTokens, traceTokens, enough }: SearchOptions): Strategy {
  const n = Math.max(1, Math.floor(budget / COUNTDOWN.chainTokens));
  switch (name) {
    case "restate":
      return restating({ format: COUNTDOWN_STEPS, restating: COUNTDOWN_RESTATING, maxTokens: traceTokens, enough });
    case "best-of-n":
      return bestOfN({ n });
    case "go-on": {
      const long = Math.max(1, Math.floor(budget / maxTokens));
      return bestOfN({ n: long, ...(COUNTDOWN.extend === null ? {} : { extend: COUNTDOWN.extend }) });
    }
    default:
      return makeStrategy(name, { n, temperature: 1, setting: COUNTDOWN, verified: true });
  }
}
