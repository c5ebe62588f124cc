/**
 * Mull's sides of `mcts`, all with the trained model that ships:
 *
 * - `mull` searches: 64 puzzles at once, steps and roll-outs;
 * - `decoder` only samples: for each request of those searches a chain of as many tokens from the puzzle itself, all handed
 *   to the decoder at once, which writes as many rows side by side as the searches had under way on average;
 * - `replay` writes the very requests of those searches, prefixes included, without the search that waits for them.
 *
 * Completions depend on their requests alone, so the searches are the same in every process and all sides write as many
 * tokens. What is lost between `replay` and `mull` is the search's waiting, and between `decoder` and `replay` its prefixes.
 */

import type { SampleRequest } from "../../src/core/completion.ts";
import type { Model } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import type { DecodeRequest } from "../../src/engine/decoder.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { openModel } from "../../src/model/open.ts";
import { COUNTDOWN } from "../../src/show/strategy-bench/setting.ts";
import { makeStrategy } from "../../src/show/strategy-bench/strategies.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import type { TaskTurns } from "../serve.ts";
import type { Measurement } from "./side-result.ts";
import type { Workload } from "./workload.ts";

/** What an engine writes at once by itself, a thread. */
const MOST_SLOTS = 256;

export async function* searchTurns(workload: Workload): TaskTurns<Measurement> {
  const model = await openModel("trained", { threads: workload.threads });
  await searchAll(workload, model); // compiles its steps
  yield;
  for (;;) {
    forget(model);
    const expanded = new Set<string>();
    const start = performance.now();
    const amount = await searchAll(workload, counting(model, expanded));
    const seconds = (performance.now() - start) / 1000;
    yield { task: "mcts", amount, seconds, check: amount, nodes: expanded.size };
  }
}

export async function* sampleTurns(workload: Workload, side: "decoder" | "replay"): TaskTurns<Measurement> {
  const searcher = await openModel("trained", { threads: workload.threads });
  const seen = watching(searcher);
  await searchAll(workload, searcher); // compiles its steps: how long rows are under way is measured when that is done
  forget(searcher);
  const start = performance.now();
  await searchAll(workload, seen.model);
  const rows = Math.max(1, Math.round(seen.rowMs / (performance.now() - start)));
  await searcher.engine.close();

  const slots = Math.min(MOST_SLOTS, Math.ceil(rows / workload.threads));
  const engine = new Engine(searcher.engine.config, searcher.engine.parameters, { threads: workload.threads, slots });
  const model = new EmbeddedModel(engine, searcher.tokenizer);
  const write = side === "decoder" ? plainly(model, seen.written) : again(model, seen.written);
  await write();
  yield;
  for (;;) {
    forget(model);
    const from = performance.now();
    const amount = await write();
    const seconds = (performance.now() - from) / 1000;
    const note = `${rows} rows at once, ${(amount / seen.written.length).toFixed(1)} tokens each`;
    yield { task: "mcts", amount, seconds, check: amount, note };
  }
}

/** Searches every puzzle; the tokens that were written. */
async function searchAll({ searches, searchesAtOnce, budget }: Workload, model: Model): Promise<number> {
  const task = new CountdownTask();
  const strategy = makeStrategy("mcts", { n: 1, temperature: 1, setting: COUNTDOWN, verified: false });
  const puzzles = task.problems("heldout", new Rng(1)).take(searches);
  let tokens = 0;
  const work = async (): Promise<void> => {
    for (const problem of puzzles) {
      const { usage } = await strategy.solve(problem, {
        ...{ model, verifier: task.verifier, extract: task.extract.bind(task) },
        ...{ budget: { maxTokens: budget }, rng: new Rng(1).split(problem.id) },
      });
      tokens += usage.tokens;
    }
  };
  await Promise.all(Array.from({ length: searchesAtOnce }, work));
  return tokens;
}

/** Notes the nodes that are expanded: those from which steps are asked for. */
function counting(model: Model, expanded: Set<string>): Model {
  return {
    name: model.name,
    sample: (requests, options) => {
      for (const { prompt, prefix = "", stop } of requests) if (stop !== undefined) expanded.add(`${prompt} ${prefix}`);
      return model.sample(requests, options);
    },
  };
}

/** A request, and how many tokens were written for it. */
type Written = { readonly request: SampleRequest; readonly tokens: number };

/** Notes every request and how long it is under way, each by itself. */
function watching(model: Model): {
  readonly model: Model;
  readonly written: readonly Written[];
  readonly rowMs: number;
} {
  const written: Written[] = [];
  const seen = { rowMs: 0, written, model };
  const one: Model["sample"] = async (requests, options) => {
    const start = performance.now();
    const completions = await model.sample(requests, options);
    seen.rowMs += performance.now() - start;
    for (const [i, { usage }] of completions.entries()) {
      const request = requests[i] as SampleRequest;
      if (usage.completionTokens > 0) written.push({ request, tokens: usage.completionTokens });
    }
    return completions;
  };
  seen.model = {
    name: model.name,
    sample: async (requests, options) => (await Promise.all(requests.map((request) => one([request], options)))).flat(),
  };
  return seen;
}

/** Chains of the same lengths from the puzzles themselves, whatever is drawn. */
function plainly(model: EmbeddedModel, written: readonly Written[]): () => Promise<number> {
  const requests = written.map(
    ({ request, tokens }): DecodeRequest => ({
      ...{ prompt: model.encode(request.prompt), maxTokens: tokens, temperature: 1, topP: 1, seed: request.seed },
      ...{ endIds: [], stopIds: [] },
    }),
  );
  return async () => (await model.engine.decode(requests)).reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** The same requests, in the order in which they ended: a prefix is written before what goes on from it. */
function again(model: EmbeddedModel, written: readonly Written[]): () => Promise<number> {
  const requests = written.map(({ request }) => request);
  return async () => (await model.sample(requests)).reduce((sum, { usage }) => sum + usage.completionTokens, 0);
}

/** Prefixes that an earlier turn has left are not to be found. */
function forget({ engine }: EmbeddedModel): void {
  engine.setParameters(engine.parameters);
}
