/** Programs that use the published package: each is type-checked and run beside it. */

/** A program of somebody who uses the core alone. */
export const CORE = `
import { correct, MullError, Rng, type Verdict } from "mull";

const verdict: Verdict = correct("24 it is");
const draws: number[] = [new Rng(1).int(100), new Rng(1).int(100)];
// @ts-expect-error: a seed is a number, and the declarations say so
const wrongly = () => new Rng("one");
console.log(JSON.stringify([verdict.status, draws[0] === draws[1], typeof wrongly, new MullError("input", "x").code]));
`;

/** And of somebody who trains a model of their own, by a loss of their own, keeps it, and lets it think. */
export const WHOLE = `
import { Rng, type Task, type Verifier } from "mull";
import { Engine, newOptimizerState } from "mull/engine";
import { readCheckpoint, writeCheckpoint } from "mull/engine/checkpoint";
import { mul, neg, reduceSum } from "mull/engine/graph/ops";
import { initialParameters, type TransformerConfig } from "mull/engine/transformer";
import { pretrain, supervised } from "mull/learn/pretrain";
import { passAtK } from "mull/measure/pass-at-k";
import { openModel } from "mull/model/open";
import { type Report, validateReport } from "mull/report";
import { bestOfN } from "mull/search/best-of-n";
import { listRuns } from "mull/store/run-folder";
import { parsePuzzle, problemOf } from "mull/tasks/countdown/puzzle";
import { CountdownTask } from "mull/tasks/countdown/task";
import { countdownTokenizer as tokenizer } from "mull/tasks/countdown/vocabulary";
import { ExactVerifier } from "mull/verify/exact";

const problem = problemOf(parsePuzzle("3 7 = 21"));
const prompt = [tokenizer.bos, ...tokenizer.encode(problem.prompt)];
const text = { tokens: [...prompt, ...tokenizer.encode("3 * 7 =21 solved")], promptTokens: prompt.length };

const size = { vocabSize: tokenizer.vocabSize, layers: 1, width: 16, heads: 2, kvHeads: 1, headDim: 8, ffnWidth: 16 };
const config: TransformerConfig = { ...size, maxPositions: 64, ropeTheta: 10_000, normEpsilon: 1e-5 };
const parameters = initialParameters(config, new Rng(1));
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
const optimizer = { ...adam, learningRate: 0.03, warmupSteps: 0, totalSteps: 60, finalRatio: 1 };
const options = { steps: 60, microbatches: 1, poolTexts: 1, optimizer };
const losses: number[] = [];
{
  await using engine = new Engine(config, parameters, { threads: 1 });
  const state = newOptimizerState(parameters.length);
  for await (const { loss } of pretrain(engine, state, () => [text], new Rng(1), options)) losses.push(loss);
  const own: Parameters<Engine["gradient"]>[1] = {
    name: "own",
    fields: ["weight"],
    build: ({ logprob, field }) => neg(reduceSum(mul(field("weight"), logprob))),
  };
  const { loss } = await engine.gradient(supervised([text]), own);
  losses.push(loss);
  await writeCheckpoint("own", { config, parameters: engine.parameters, tokenizer, metadata: {} });
}
const task: Task = new CountdownTask();
const { verifier, extract } = task;
const model = await openModel("own", { threads: 1 });
const context = { model, verifier, extract, budget: { maxTokens: 64 }, rng: new Rng(2) };
const { verdict, answer } = await bestOfN({ n: 4 }).solve(problem, context);
await model.engine.close();

const exact: Verifier = new ExactVerifier();
const code = (json: unknown): Report | string => {
  try {
    return validateReport(json);
  } catch (error) {
    return (error as { code: string }).code;
  }
};
console.log(
  JSON.stringify({
    falls: losses.at(-1)! < losses[0]! / 10,
    kept: (await readCheckpoint("own")).parameters.length === parameters.length,
    verdict: verdict?.status,
    answer,
    exact: (await exact.verify({ id: "a", prompt: "", answer: "yes" }, "yes")).status,
    passAt2: passAtK({ n: 4, correct: 1 }, 2),
    report: code({}),
    runs: (await listRuns("nowhere")).length,
  }),
);
`;
