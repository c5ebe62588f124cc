/**
 * How long it takes from an abort until a strategy has given up and nothing is under way any more: no call of the model, no
 * request at the server.
 *
 *     npm run check:abort -- --repeats 5 --most 100
 *
 * Each strategy is aborted at random moments of its work on the embedded model, on a server that takes seconds to answer, in a
 * whole and in streams, and on one that fails, where it waits to ask again. It must reject with `aborted` within `--most` ms.
 *
 * An embedded model that was just opened compiles a program for each number of rows and length of cache when it first needs
 * it, and nothing stops it there: that is measured too, and not judged.
 */

import { setTimeout as later } from "node:timers/promises";
import { MullError } from "../../src/core/errors.ts";
import type { Model, Strategy, StrategyContext } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";
import { Rng } from "../../src/core/rng.ts";
import { limited } from "../../src/model/limited.ts";
import { openModel } from "../../src/model/open.ts";
import { OpenAIModel } from "../../src/model/openai/openai.ts";
import { retried } from "../../src/model/retried.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { GO_ON } from "../../src/show/job/measuring.ts";
import { STRATEGIES, type StrategyName } from "../../src/show/strategy-bench/names.ts";
import { COUNTDOWN, QUESTIONS, type Setting } from "../../src/show/strategy-bench/setting.ts";
import { makeStrategy } from "../../src/show/strategy-bench/strategies.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { extractFinalAnswer, FinalAnswerVerifier } from "../../src/verify/final-answer-verifier.ts";
import { OpenAIServer } from "../../test/model/openai-server.ts";
import { type Finding, runCheck } from "./check.ts";

/** More than is spent before the abort. */
const TOKENS = 1 << 16;
const CHAINS = 16;

/** Somewhere to search, and what is under way there. */
type Place = {
  readonly name: string;
  readonly model: Model;
  readonly problem: Problem;
  readonly setting: Setting;
  readonly context: Pick<StrategyContext, "verifier" | "extract" | "onToken">;
  /** Calls under way at the other end. */
  readonly open: () => number;
  readonly judged?: false;
};

type Row = {
  readonly place: string;
  readonly strategy: StrategyName;
  readonly aborts: number;
  /** ms, the greatest. */
  readonly rejected: number;
  readonly quiet: number;
};

/** ms from the abort until the strategy rejected, and until nothing was under way. */
type Times = { readonly rejected: number; readonly quiet: number };

/** One strategy, aborted a moment after its first call; null where it had ended by then. */
async function abortOnce(place: Place, strategy: Strategy, rng: Rng): Promise<Times | null> {
  const stop = new AbortController();
  let pending = 0;
  const begun = Promise.withResolvers<void>();
  const model: Model = {
    name: place.model.name,
    async sample(requests, options) {
      pending++;
      begun.resolve();
      try {
        return await place.model.sample(requests, options);
      } finally {
        pending--;
      }
    },
  };
  const context = { ...place.context, model, rng, signal: stop.signal, budget: { maxTokens: TOKENS } };
  let ended = false;
  const work = strategy.solve(place.problem, context).finally(() => {
    ended = true;
  });
  const outcome = work.then(
    () => null,
    (failure: unknown) => failure,
  );
  await Promise.race([begun.promise, outcome]);
  await Promise.race([later(rng.int(250)), outcome]);
  if (ended) {
    const early = await outcome;
    if (early !== null) throw early;
    return null;
  }
  const from = performance.now();
  stop.abort();
  const error = await outcome;
  const rejected = performance.now() - from;
  if (!(error instanceof MullError && error.code === "aborted")) {
    throw new Error(`${place.name}, ${strategy.name}: expected it to be aborted`, { cause: error });
  }
  while (pending + place.open() > 0) await new Promise(setImmediate);
  return { rejected, quiet: performance.now() - from };
}

/** Lets an embedded model compile every program that the searches will need: few and many rows, short and long caches. */
async function warmUp(model: Model, prompt: string): Promise<void> {
  for (const rows of [4, 8, 16, 24, 32, 48, 64]) {
    const requests = Array.from({ length: rows }, (_, seed) => ({ prompt, seed, maxTokens: 1000, extend: GO_ON }));
    await model.sample(requests);
  }
}

async function timesOf(place: Place, name: StrategyName, repeats: number): Promise<Times[]> {
  const { setting } = place;
  const rng = new Rng(1).split(place.name, name);
  const times: Times[] = [];
  for (let tried = 0; times.length < repeats && tried < 20 * repeats; tried++) {
    const strategy = makeStrategy(name, { n: CHAINS, temperature: 1, setting, verified: false });
    const taken = await abortOnce(place, strategy, rng.split(tried));
    if (taken !== null) times.push(taken);
  }
  return times;
}

await runCheck("abort", { repeats: "5", most: "100" }, async ({ number }) => {
  const most = number("most");
  const local = await openModel("trained", { threads: 1 });
  const slow = new ScriptedModel(() => ({ text: "so it goes on ".repeat(500), wordMs: 20 }), {
    wait: (ms, signal) => later(ms, undefined, { signal }).catch(() => {}),
  });
  await using server = await OpenAIServer.start(slow);
  await using failing = await OpenAIServer.start(slow, { fault: () => "broken" });
  const task = new CountdownTask();
  const [puzzle] = task.problems("heldout", new Rng(5)).filter(({ prompt }) => prompt.split(" ").length === 6);
  const countdown = { verifier: task.verifier, extract: task.extract.bind(task) };
  const words = {
    verifier: new FinalAnswerVerifier(),
    extract: (_: Problem, text: string) => extractFinalAnswer(text),
  };
  const question = { id: "sum", prompt: "What is 2 + 2?", answer: "4" };
  const clientOf = ({ url }: OpenAIServer): Model => {
    const client = limited(new OpenAIModel({ baseUrl: url, model: "scripted" }), { concurrency: 8 });
    return retried(client, { firstMs: 20_000, attempts: 20 });
  };
  const asked = { problem: question, setting: QUESTIONS };
  const embedded = {
    ...{ model: local, problem: puzzle as Problem, setting: COUNTDOWN, context: countdown },
    open: () => 0,
  };
  const places: Place[] = [
    { name: "embedded, just opened", ...embedded, judged: false },
    { name: "embedded", ...embedded },
    { name: "server", model: clientOf(server), ...asked, context: words, open: () => server.open },
    {
      ...{ name: "server, streamed", model: clientOf(server), ...asked },
      ...{ context: { ...words, onToken: () => {} }, open: () => server.open },
    },
    { name: "server that fails", model: clientOf(failing), ...asked, context: words, open: () => failing.open },
  ];
  try {
    const findings: Finding[] = [];
    const table: Row[] = [];
    for (const place of places) {
      if (place.name === "embedded") await warmUp(local, place.problem.prompt);
      for (const strategy of STRATEGIES) {
        const times = await timesOf(place, strategy, number("repeats"));
        const greatest = (of: keyof Times): number => Math.ceil(Math.max(0, ...times.map((each) => each[of])));
        table.push({
          place: place.name,
          strategy,
          aborts: times.length,
          rejected: greatest("rejected"),
          quiet: greatest("quiet"),
        });
        findings.push({
          what: `${place.name}: ${strategy}`,
          holds: place.judged === false || (times.length > 0 && greatest("quiet") <= most),
          figure: `${greatest("quiet")} ms at most, of ${times.length} aborts`,
        });
      }
    }
    const judged = table.filter(({ place }) => places.find(({ name }) => name === place)?.judged !== false);
    const worst = judged.reduce((a, b) => (b.quiet > a.quiet ? b : a));
    const figure = `${worst.quiet} ms (${worst.place}: ${worst.strategy})`;
    findings.push({ what: "the greatest of all that are judged", holds: worst.quiet <= most, figure });
    return { findings, details: { table } };
  } finally {
    await local.engine.close();
  }
});
