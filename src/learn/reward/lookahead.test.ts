import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../core/completion.ts";
import { forwardFlops } from "../../core/flops.ts";
import type { Model } from "../../core/interfaces.ts";
import type { ChainScorer } from "../credit/ppo-rewards.ts";
import { TOY_SHAPE } from "../fixtures/toy.ts";
import { Lookahead, type LookaheadOptions } from "./lookahead.ts";

// Words are letters. The policy writes `x` or `y` by its seed; the head likes what ends with x and knows nothing of the rest.
const problem = { id: "a", prompt: "?" };

function policy(write = ({ seed }: SampleRequest): string => (seed % 2 === 0 ? "x" : "y")) {
  const asked: SampleRequest[] = [];
  const model: Model = {
    name: "by its seed",
    sample: async (requests) => {
      asked.push(...requests);
      return requests.map((request) => {
        const text = write(request);
        const usage = { promptTokens: 5, completionTokens: text === "" ? 1 : 3 };
        return { text, finish: "end" as const, usage };
      });
    },
  };
  return { model, asked };
}

function reader() {
  const read: string[] = [];
  const head: ChainScorer = {
    scoreAll: async (chains) =>
      chains.map(({ steps }) => {
        let text = "";
        return steps.map((step) => {
          text += step;
          read.push(text);
          return text.endsWith("x") ? 1 : text.endsWith("y") ? 0 : 0.5;
        });
      }),
    spent: () => 7,
  };
  return { head, read };
}

const OPTIONS = {
  shape: TOY_SHAPE,
  rollouts: 4,
  maxTokens: 3,
  temperature: 1.5,
  separator: " ",
  stop: ["back"],
  state: (_: unknown, chain: string) => chain,
  ended: (text: string) => text.endsWith("."),
  readable: (text: string) => text,
  seed: 1,
} satisfies Omit<LookaheadOptions, "model" | "head">;

describe("looking ahead", () => {
  test("a score is the mean of what the head says of the state and of where its roll-outs came to", async () => {
    const { model, asked } = policy();
    const lookahead = new Lookahead({ ...OPTIONS, model, head: reader().head });
    const [score] = await lookahead.score(problem, ["a"]);
    const right = asked.filter(({ seed }) => seed % 2 === 0).length;
    assert.ok(right > 0 && right < 4, `a seed whose roll-outs differ: ${right} of 4`);
    assert.ok(Math.abs((score as number) - (0.5 + right) / 5) < 1e-12);
    for (const { prompt, prefix, maxTokens, temperature, stop } of asked) {
      assert.deepEqual([prompt, prefix, maxTokens, temperature, stop], ["?", "a", 3, 1.5, ["back"]]);
    }
  });

  test("it tells states apart that the head cannot", async () => {
    const { model } = policy(({ prefix }) => (prefix === "good" ? "x" : "y"));
    const { head } = reader();
    assert.deepEqual(await head.scoreAll([{ problem, steps: ["good", " bad"] }]), [[0.5, 0.5]]);
    const [good, bad] = await new Lookahead({ ...OPTIONS, model, head }).score(problem, ["good", " bad"]);
    assert.ok(Math.abs((good as number) - 0.9) < 1e-12 && Math.abs((bad as number) - 0.1) < 1e-12);
  });

  test("where roll-outs come no further, or the chain has ended, the head's word stands", async () => {
    const { model, asked } = policy(() => "");
    const scores = await new Lookahead({ ...OPTIONS, model, head: reader().head }).score(problem, [
      "a",
      " y",
      " x",
      " .",
    ]);
    assert.deepEqual(
      scores.map((score) => Number(score.toFixed(6))),
      [0.5, 0, 1, 0.5],
    );
    assert.equal(asked.length, 3 * OPTIONS.rollouts);
  });

  test("only what is readable of a roll-out is read", async () => {
    const { model } = policy(() => "x cut");
    const { head, read } = reader();
    const readable = (text: string): string => text.replace(/ cut$/, "");
    const [score] = await new Lookahead({ ...OPTIONS, model, head, readable }).score(problem, ["a"]);
    assert.deepEqual(read, ["a", "a x"]);
    assert.ok(Math.abs((score as number) - 4.5 / 5) < 1e-12);
  });

  test("a state that many chains come to is rolled out once, and an end that many roll-outs come to is read once", async () => {
    const { model, asked } = policy();
    const { head, read } = reader();
    const state = (_: unknown, chain: string): string => chain.split("|").at(-1) as string;
    const chains = [
      { problem, steps: ["a|b"] },
      { problem, steps: ["b"] },
    ];
    const scores = await new Lookahead({ ...OPTIONS, model, head, state }).scoreAll(chains);
    assert.deepEqual(scores[0], scores[1]);
    assert.equal(asked.length, OPTIONS.rollouts);
    assert.deepEqual(read.sort(), ["a|b", "b", "b x", "b y"]);
  });

  test("a state's score depends on the seed, its problem and its text, not on what is asked beside it", async () => {
    const scores = async (seed: number, steps: readonly string[]): Promise<number[]> =>
      new Lookahead({ ...OPTIONS, rollouts: 16, model: policy().model, head: reader().head, seed }).score(
        problem,
        steps,
      );
    const all = await scores(1, ["a", " b", " c"]);
    assert.deepEqual(await scores(1, ["a", " b", " c"]), all);
    assert.deepEqual(await scores(1, ["a b"]), [all[1]]);
    assert.notDeepEqual(await scores(2, ["a", " b", " c"]), all);
  });

  test("FLOPs: a state once, what is written after it, and what the head spends", async () => {
    const lookahead = new Lookahead({ ...OPTIONS, model: policy().model, head: reader().head });
    await lookahead.score(problem, ["a", " b"]);
    // A prompt and a state of 5 tokens, of which the last is fed with the first of the 3 that are written.
    const state = forwardFlops(TOY_SHAPE, 0, 4) + OPTIONS.rollouts * forwardFlops(TOY_SHAPE, 4, 7);
    assert.equal(lookahead.spent(), 2 * state + 7);
  });

  test("a calibration is put on its logits", async () => {
    const lookahead = new Lookahead({ ...OPTIONS, model: policy(() => "x").model, head: reader().head });
    const [[logit]] = (await lookahead.logitsOf([{ problem, steps: ["a"] }])) as [[number]];
    assert.ok(Math.abs(logit - Math.log(9)) < 1e-9);
    lookahead.calibration = { slope: 0.5, intercept: 1 };
    const [score] = await lookahead.score(problem, ["a"]);
    assert.ok(Math.abs((score as number) - 1 / (1 + Math.exp(-(logit / 2 + 1)))) < 1e-12);
  });

  test("an abort while roll-outs are written is thrown, and their ends are not read", async () => {
    const controller = new AbortController();
    const { head, read } = reader();
    const { model } = policy(() => {
      controller.abort(new Error("enough"));
      return "x";
    });
    const lookahead = new Lookahead({ ...OPTIONS, model, head });
    await assert.rejects(lookahead.score(problem, ["a"], { signal: controller.signal }), /enough/);
    assert.deepEqual(read, ["a"]);
  });
});
