/**
 * What every Strategy keeps: the budget, over all its chains; one seed, one trace, however often it is asked; an answer
 * that comes from its own chains, or none; usage and a stream that add up; an abort that stops it with a typed error;
 * and a verifier or a model that fails is neither a wrong answer nor a crash without a name.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Completion, SampleRequest } from "../../src/core/completion.ts";
import { MullError } from "../../src/core/errors.ts";
import type { Answer, Model, SampleOptions, Strategy, StrategyContext, Verifier } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";
import { Rng } from "../../src/core/rng.ts";
import { unscored } from "../../src/core/verdict.ts";

export type StrategySubject = {
  readonly make: () => Strategy;
  /** A model whose chains differ with their seeds, and now and then answer one of the problems. */
  readonly model: () => Model | Promise<Model>;
  readonly close?: (model: Model) => Promise<void>;
  readonly problems: readonly Problem[];
  readonly verifier: Verifier;
  readonly extract: StrategyContext["extract"];
};

const BUDGETS = [1, 2, 7, 33, 400];

export function strategyContract(name: string, subject: StrategySubject): void {
  const { problems, verifier, extract } = subject;
  const problem = problems[0] as Problem;

  describe(`strategy contract: ${name}`, () => {
    let model: Model;
    before(async () => {
      model = await subject.model();
    });
    after(async () => {
      await subject.close?.(model);
    });
    const context = (more: Partial<StrategyContext> = {}): StrategyContext => ({
      model,
      verifier,
      extract,
      budget: { maxTokens: 200 },
      rng: new Rng(7),
      ...more,
    });
    const solve = (posed: Problem, more: Partial<StrategyContext> = {}): Promise<Answer> =>
      subject.make().solve(posed, context(more));

    test("it has a name", () => assert.ok(subject.make().name.length > 0));

    test("the budget is kept, over all chains", async () => {
      for (const maxTokens of BUDGETS) {
        for (const posed of problems) {
          const { watching, written } = watched(model);
          const { usage } = await solve(posed, { budget: { maxTokens }, model: watching });
          const tokens = written.reduce((sum, { completion }) => sum + completion.usage.completionTokens, 0);
          assert.ok(tokens <= maxTokens, `${tokens} tokens of ${maxTokens}`);
          assert.equal(usage.tokens, tokens);
        }
      }
    });

    test("without a budget there is a typed error", async () => {
      for (const maxTokens of [0, -5, Number.NaN]) {
        await assert.rejects(solve(problem, { budget: { maxTokens } }), typed("budget"));
      }
    });

    test("usage adds up", async () => {
      const { watching, written } = watched(model);
      const { usage } = await solve(problem, { model: watching });
      assert.equal(usage.calls, written.length);
      assert.equal(
        usage.flops,
        written.reduce((sum, { completion }) => sum + (completion.usage.flops ?? 0), 0),
      );
    });

    test("one seed, one trace, whatever was drawn before", async () => {
      const rng = new Rng(7);
      const first = await solve(problem, { rng });
      rng.uint32();
      assert.deepEqual(trace(await solve(problem, { rng })), trace(first));
      assert.deepEqual(trace(await solve(problem)), trace(first));
      const others = await Promise.all([1, 2, 3, 4].map((seed) => solve(problem, { rng: new Rng(seed) })));
      const different = new Set(others.map((answer) => JSON.stringify(trace(answer))));
      assert.ok(different.size > 1, "other seeds give other traces");
    });

    test("answers that come late, and in another order, change nothing", async () => {
      const first = await solve(problem);
      for (const seed of [1, 2]) {
        const rng = new Rng(seed);
        const sample: Model["sample"] = async (requests, options) => {
          const turns = rng.int(20);
          const completions = await model.sample(requests, options);
          for (let turn = 0; turn < turns; turn++) await new Promise((resume) => setImmediate(resume));
          return completions;
        };
        assert.deepEqual(trace(await solve(problem, { model: { name: model.name, sample } })), trace(first));
      }
    });

    test("each request has a seed of its own", async () => {
      const { watching, written } = watched(model);
      await solve(problem, { model: watching });
      assert.equal(new Set(written.map(({ request }) => request.seed)).size, written.length);
    });

    test("the answer is one of its chains and says what that chain says, or there is none", async () => {
      let answered = 0;
      for (const posed of problems) {
        for (const seed of [1, 2, 3, 4]) {
          const { text, answer, chains, verdict } = await solve(posed, { rng: new Rng(seed) });
          if (text === "") assert.equal(answer, null);
          else assert.ok(chains.some((chain) => chain.text === text));
          assert.equal(answer, text === "" ? null : extract(posed, text));
          if (verdict !== undefined && text !== "") assert.deepEqual(verdict, await verifier.verify(posed, text));
          if (answer !== null) answered++;
        }
      }
      assert.ok(answered > 0, "none of its answers says anything");
    });

    test("the stream of each request adds up to what was written", async () => {
      const streamed: string[] = [];
      const onToken: SampleOptions["onToken"] = (i, piece) => {
        streamed[i] = (streamed[i] ?? "") + piece;
      };
      const { watching, written } = watched(model);
      await solve(problem, { onToken, model: watching });
      assert.deepEqual(
        streamed.map((text) => text.trim()),
        written.map(({ completion }) => completion.text),
      );
    });

    test("an abort stops it with a typed error", async () => {
      await assert.rejects(solve(problem, { signal: AbortSignal.abort() }), typed("aborted"));
      const stop = new AbortController();
      let late = 0;
      const onToken = (): void => {
        if (stop.signal.aborted) late++;
        stop.abort();
      };
      const budget = { maxTokens: 20_000 };
      await assert.rejects(solve(problem, { signal: stop.signal, onToken, budget }), typed("aborted"));
      assert.ok(late < 2000, `${late} tokens were written after the abort`);
    });

    test("a verifier that fails is not a wrong answer", async () => {
      const broken: Verifier = { name: "broken", verify: async () => unscored("timed out") };
      const { verdict, chains } = await solve(problem, { verifier: broken });
      assert.ok(chains.length > 0);
      if (verdict !== undefined) assert.equal(verdict.status, "unscored");
    });

    test("a model's error comes through as it is", async () => {
      const error = new MullError("model", "the server is gone");
      const gone: Model = { name: "gone", sample: () => Promise.reject(error) };
      await assert.rejects(solve(problem, { model: gone }), (came) => came === error);
    });

    test("the problem is left as it was", async () => {
      const copy = structuredClone(problem);
      await solve(copy);
      assert.deepEqual(copy, problem);
    });
  });
}

function trace({ text, answer, chains }: Answer): unknown {
  return { text, answer, chains: chains.map((chain) => [chain.text, chain.finish]) };
}

function typed(code: MullError["code"]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MullError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

type Written = { readonly request: SampleRequest; readonly completion: Completion };

/** The same model, and what was asked of it and came back, in the order in which it was asked. */
function watched(model: Model): { readonly watching: Model; readonly written: Written[] } {
  const written: Written[] = [];
  const sample: Model["sample"] = async (requests, options) => {
    const first = written.length;
    written.length += requests.length;
    const completions = await model.sample(requests, options);
    completions.forEach((completion, i) => {
      written[first + i] = { request: requests[i] as SampleRequest, completion };
    });
    return completions;
  };
  return { watching: { name: model.name, sample }, written };
}
