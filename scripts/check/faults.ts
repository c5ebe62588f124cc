/**
 * A search through a server that fails three times in ten, in every way that servers have: too many requests, errors of its
 * own, connections that break before, in and after the answer, silence, and answers that are no JSON.
 *
 *     npm run check:faults -- --problems 200
 *
 * Majority votes of 8 chains a problem go through metered(retried(limited(client))). Every answer and every chain must be
 * those of a run on the same model without a server, and the meter must hold what the server says it gave, once: a chain
 * that was written and lost on the way, and written again, counts as one.
 *
 * The waits are short and the rest is as it is: real sockets, real timeouts.
 */

import type { Answer, Model } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";
import { deriveSeed, Rng } from "../../src/core/rng.ts";
import { limited } from "../../src/model/limited.ts";
import { Meter } from "../../src/model/meter.ts";
import { metered } from "../../src/model/metered.ts";
import { OpenAIModel } from "../../src/model/openai/openai.ts";
import { retried } from "../../src/model/retried.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { majority } from "../../src/search/majority.ts";
import { extractFinalAnswer, FinalAnswerVerifier } from "../../src/verify/final-answer-verifier.ts";
import { type Asked, type Body, type Fault, OpenAIServer } from "../../test/model/openai-server.ts";
import { all, equal, type Finding, runCheck } from "./check.ts";

const CHAINS = 8;
const FAULTY = 0.3;
const FAULTS = ["busy", "broken", "reset", "silent", "half", "torn", "nonsense"] as const satisfies Fault[];
/** Of a server that says nothing. Longer than an answer takes on a busy machine. */
const TIMEOUT_MS = 1500;
const CONCURRENCY = 64;
/** More than is ever needed, so that the meter refuses nothing and yet keeps account of what is set aside. */
const TOKENS = 1e12;

/** Adds right six times in ten, in more or fewer words. */
const adder = new ScriptedModel(({ prompt, seed }) => {
  const rng = new Rng(seed).split(prompt);
  const [a = 0, b = 0] = (prompt.match(/\d+/g) ?? []).map(Number);
  const thinking = Array.from({ length: rng.int(20) }, () => rng.pick(["so", "then", "and", "hence"]));
  return `${thinking.join(" ")} it is \\boxed{${a + b + (rng.bool(0.6) ? 0 : 1 + rng.int(4))}}`;
});

await runCheck("faults", { problems: "2000" }, async ({ number }) => {
  const problems = Array.from({ length: number("problems") }, (_, i): Problem => {
    const rng = new Rng(i).split("sum");
    return { id: `sum-${i}`, prompt: `What is ${rng.int(1000)} + ${rng.int(1000)}?` };
  });
  const quiet = await solveAll(problems, adder);

  const attempts = new Map<string, number>();
  const faults = new Map<string, number>();
  await using server = await OpenAIServer.start(adder, {
    fault: (body) => {
      const attempt = attempts.get(keyOf(body)) ?? 0;
      attempts.set(keyOf(body), attempt + 1);
      const rng = new Rng(deriveSeed(body.seed, "fault", attempt));
      if (!rng.bool(FAULTY)) return null;
      const fault = rng.pick(FAULTS);
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
      return fault;
    },
  });
  let retries = 0;
  const client = streamedByHalves(new OpenAIModel({ baseUrl: server.url, model: "adder", timeoutMs: TIMEOUT_MS }));
  const steady = retried(limited(client, { concurrency: CONCURRENCY }), {
    ...{ attempts: 40, firstMs: 2, longestMs: 50 },
    onRetry: () => retries++,
  });
  const troubled = await solveAll(problems, steady);
  return { findings: compare(quiet, troubled, server.asked, retries), details: { faults: Object.fromEntries(faults) } };
});

type Solved = { readonly answers: readonly Answer[]; readonly meter: Meter };

/** The majority of each problem, some problems at a time. */
async function solveAll(problems: readonly Problem[], model: Model): Promise<Solved> {
  const meter = new Meter({ tokens: TOKENS });
  const paying = metered(model, meter);
  const answers: Answer[] = [];
  const jobs = problems.entries();
  const worker = async (): Promise<void> => {
    for (const [i, problem] of jobs) {
      answers[i] = await majority({ n: CHAINS }).solve(problem, {
        model: paying,
        verifier: new FinalAnswerVerifier(),
        extract: (_, text) => extractFinalAnswer(text),
        budget: { maxTokens: CHAINS * 64 },
        rng: new Rng(1).split(problem.id),
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY / 4 }, worker));
  meter[Symbol.dispose]();
  return { answers, meter };
}

/** Every other request is streamed, so that streams break too; who asks is told nothing before the chain is whole. */
function streamedByHalves(model: Model): Model {
  return {
    name: model.name,
    sample: (requests, options) =>
      model.sample(
        requests,
        requests[0]?.seed === undefined || requests[0].seed % 2 === 0 ? options : streamed(options),
      ),
  };
}

function streamed(options: Parameters<Model["sample"]>[1]): Parameters<Model["sample"]>[1] {
  return { ...options, onToken: () => {} };
}

function compare(quiet: Solved, troubled: Solved, asked: readonly Asked[], retries: number): Finding[] {
  const given = new Map<string, NonNullable<Asked["given"]>>();
  let whole = 0;
  for (const { body, given: cost } of asked) {
    if (cost === null) continue;
    whole++;
    given.set(keyOf(body), cost);
  }
  const sum = (name: "prompt_tokens" | "completion_tokens"): number =>
    given.values().reduce((total, cost) => total + cost[name], 0);
  const { meter, answers } = troubled;
  const { spent, estimated } = meter;
  const same = (of: (answer: Answer) => unknown): number =>
    answers.filter((answer, i) => JSON.stringify(of(answer)) === JSON.stringify(of(quiet.answers[i] as Answer))).length;
  const problems = quiet.answers.length;
  return [
    all(
      "answers are those of an undisturbed run",
      same(({ text, answer }) => [text, answer]),
      problems,
    ),
    all(
      "so are all their chains, word for word",
      same(({ chains }) => chains.map(textOf)),
      problems,
    ),
    equal("chains were paid for", spent.calls, CHAINS * problems),
    equal("chains arrived, each once", given.size, CHAINS * problems),
    equal("tokens written, by the meter and by the server", spent.tokens, sum("completion_tokens")),
    equal("tokens read, by the meter and by the server", spent.promptTokens, sum("prompt_tokens")),
    equal("tokens written, as in an undisturbed run", spent.tokens, quiet.meter.spent.tokens),
    equal("tokens estimated", estimated.tokens + estimated.promptTokens, 0),
    equal("tokens still set aside", TOKENS - spent.tokens - meter.left("tokens"), 0),
    equal("calls that reached the server: chains and retries", asked.length, CHAINS * problems + retries),
    { what: "share of calls that failed", holds: retries > 0, figure: (retries / asked.length).toFixed(3) },
    { what: "chains that were written whole and did not arrive", holds: true, figure: `${whole - given.size}` },
  ];
}

function textOf({ text }: { readonly text: string }): string {
  return text;
}

function keyOf(body: Body): string {
  return `${body.seed} ${body.messages?.[0]?.content}`;
}
