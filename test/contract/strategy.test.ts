/** Every strategy, through the one contract, on a scripted model and on the embedded one. */

import type { Strategy } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { Engine } from "../../src/engine/engine.ts";
import { randomParameters, type TransformerConfig } from "../../src/engine/transformer.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { type Script, ScriptedModel } from "../../src/model/scripted.ts";
import { abMcts } from "../../src/search/ab-mcts/ab-mcts.ts";
import { adaptiveMajority } from "../../src/search/adaptive-majority.ts";
import { beamSearch } from "../../src/search/beam-search.ts";
import { bestOfN } from "../../src/search/best-of-n.ts";
import { diverseVerifierTreeSearch } from "../../src/search/diverse-verifier-tree-search.ts";
import { forced } from "../../src/search/forced.ts";
import { majority } from "../../src/search/majority.ts";
import { mcts } from "../../src/search/mcts.ts";
import { sequentialRevision } from "../../src/search/revision.ts";
import { byAnswer, byVerifier, rollOuts, type ScorerFor } from "../../src/search/roll-outs.ts";
import { scoredBestOfN } from "../../src/search/scored-best-of-n.ts";
import { single } from "../../src/search/single.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { COUNTDOWN_STEPS, hasEnded, tryAgain } from "../../src/tasks/countdown/steps.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { strategyContract } from "./strategy.ts";

const STRATEGIES: Readonly<Record<string, () => Strategy>> = {
  single: () => single(),
  "single, cooler and short": () => single({ temperature: 0.7, topP: 0.9, maxTokens: 30 }),
  majority: () => majority({ n: 6 }),
  "adaptive majority": () => adaptiveMajority({ n: 6, batch: 2 }),
  "adaptive majority, by belief": () => adaptiveMajority({ n: 9, batch: 1, confidence: 0.9 }),
  "best-of-n": () => bestOfN({ n: 6 }),
  "best-of-n, short chains": () => bestOfN({ n: 6, maxTokens: 12 }),
  forced: () => forced({ extend: { end: "give-up", continuation: "back:0" } }),
  "best-of-n by a scorer": () => scoredBestOfN({ n: 6, scorer: BY_LENGTH, stop: ["solved"], aggregate: "min" }),
  "beam search": () => beamSearch({ n: 6, m: 3, format: COUNTDOWN_STEPS, scorer: rolledOut(2) }),
  "beam search of two steps": () =>
    beamSearch({ n: 4, m: 2, maxSteps: 2, format: COUNTDOWN_STEPS, scorer: rolledOut(1), selection: "verifier" }),
  "diverse verifier tree search": () =>
    diverseVerifierTreeSearch({ n: 6, m: 3, format: COUNTDOWN_STEPS, scorer: rolledOut(2), selection: "best" }),
  "tree search": () => mcts({ m: 3, parallel: 3, format: COUNTDOWN_STEPS, scorer: rolledOut(2), simulations: 60 }),
  "tree search by the verifier": () =>
    mcts({ m: 2, parallel: 1, format: COUNTDOWN_STEPS, scorer: rolledOut(1, byVerifier), selection: "verifier" }),
  revision: () => sequentialRevision({ n: 3, revise: tryAgain }),
  "revision, voted on": () => sequentialRevision({ n: 4, revise: tryAgain, judge: byVerifier, selection: "majority" }),
  "adaptive branching, aggregated": () => abMcts({ n: 8, parallel: 2, revise: tryAgain }),
  "adaptive branching, mixed": () => abMcts({ n: 8, variant: "m", revise: tryAgain, judge: byAnswer, enough: 2 }),
};

/** Likes short steps. */
const BY_LENGTH = {
  name: "length",
  score: async (_: unknown, steps: readonly string[]) => steps.map((step) => 1 / (1 + step.length)),
};

function rolledOut(n: number, judge = byAnswer): ScorerFor {
  return rollOuts({ n, maxTokens: 24, judge, separator: " ", ended: (_, text) => hasEnded(text) });
}

const { verifier, extract } = new CountdownTask();

/** Right, wrong, given up or endless, by the seed. */
const CHAINS = [
  "3 + 7 =10 give-up 8 * 3 =24 solved",
  "7 - 3 =4 back:0 8 * 3 =24 solved",
  "3 * 8 =24 solved",
  "8 + 3 =11 solved",
  "8 - 3 =5 ".repeat(3000),
];
const script: Script = ({ seed }) => new Rng(seed).pick(CHAINS);

for (const [name, make] of Object.entries(STRATEGIES)) {
  strategyContract(`${name}, scripted`, {
    make,
    model: () => new ScriptedModel(script, { ends: ["solved", "give-up"] }),
    problems: [problemOf({ numbers: [8, 3], target: 24 })],
    verifier,
    extract,
  });
}

/** Random weights. */
const tiny: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 1,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 16,
  maxPositions: 400,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

for (const [name, make] of Object.entries(STRATEGIES)) {
  strategyContract(`${name}, embedded`, {
    make,
    model: () => {
      const engine = new Engine(tiny, randomParameters(tiny, new Rng(2)), { threads: 1, slots: 8 });
      return new EmbeddedModel(engine, countdownTokenizer);
    },
    close: (model) => (model as EmbeddedModel).engine.close(),
    problems: [problemOf({ numbers: [8, 3], target: 24 }), problemOf({ numbers: [3, 7, 8, 2], target: 24 })],
    verifier,
    // Random weights never solve anything: what a chain says is its last word.
    extract: (_, text) => text.split(" ").at(-1) || null,
  });
}
