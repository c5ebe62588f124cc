/**
 * Search against best-of-n at equal FLOPs: on held-out problems, MCTS and beam search by a value, the best of n by the same value,
 * and the majority of n, each with the same FLOPs for a problem, what the value reads included.
 *
 * One run up to the largest budget a contender and problem; a smaller budget is answered by what was there when it was spent.
 */

import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { SHIPPED } from "../../src/model/open.ts";
import { seedOption, wholeNumber } from "../../src/show/cli/options.ts";
import { table } from "../../src/show/cli/terminal.ts";
import { heldOut } from "../../src/show/job/measuring.ts";
import { rasterise } from "../../src/show/report/figure.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import type { Candidate } from "./candidates.ts";
import { compareAt, inFlops, sentencesOf } from "./comparison.ts";
import { CONTENDERS, type Contender, candidatesOf } from "./contenders.ts";
import { guidanceFigure } from "./figure.ts";
import { VALUE_COSTS, type ValueCost } from "./meter.ts";
import { foldersOf, loadValue, trainValue } from "./value.ts";

const COSTS: Readonly<Record<ValueCost, string>> = {
  read: "every prefix read anew",
  remembered: "earlier steps of a chain remembered",
};

/** Problems that are searched side by side: they fill the decoder. */
const ABREAST = 16;

const program = new Command("bench:guidance")
  .description("Search by a value against best-of-n by the same value and a majority vote, at equal FLOPs.")
  .option("--cell <folder>", "a cell of guidance-value: its policy and its value")
  .option("--policy <folder>", "without --cell: the policy", SHIPPED.trained)
  .option("--value <folder>", "without --cell: a value that was saved; trained on the policy's chains unless given")
  .option("--train-problems <n>", "training problems whose chains teach a value", wholeNumber(1, 100_000), 2000)
  .option("--problems <n>", "held-out problems, half of three and half of four numbers", wholeNumber(2, 10_000), 200)
  .option("--budgets <list>", "FLOPs of a problem", flopsList, [2.5e8, 5e8, 1e9, 2e9, 4e9, 8e9, 1.6e10])
  .addOption(
    new Option("--cost <how>", "what the value costs: every prefix read anew, or earlier steps remembered")
      .choices(VALUE_COSTS)
      .default("read"),
  )
  .option("--beams <n>", "beams of beam search, a quarter of them kept", wholeNumber(1, 256), 8)
  .option("--max-tokens <n>", "tokens of a chain", wholeNumber(8, 384), 384)
  .option("--threads <n>", "threads of the policy and of the value", wholeNumber(1, 64), 1)
  .addOption(seedOption("of everything that is drawn"))
  .option("--out <file>", "write the result as JSON there too, and the figure beside it (.png)")
  .option("--json", "print the result as JSON, for programs", false);
program.parse();
const options = program.opts<{
  cell?: string;
  policy: string;
  value?: string;
  trainProblems: number;
  problems: number;
  budgets: number[];
  cost: ValueCost;
  beams: number;
  maxTokens: number;
  threads: number;
  seed: number;
  out?: string;
  json: boolean;
}>();
const { seed, threads, maxTokens, budgets, beams, cost } = options;

const folders = options.cell === undefined ? { policy: options.policy, value: options.value } : foldersOf(options.cell);
const { config, parameters } = await readCheckpoint(folders.policy);
await using engine = new Engine(config, parameters, { threads });
const policy = new EmbeddedModel(engine, countdownTokenizer);
const training = { problems: options.trainProblems, samples: 8, maxTokens, seed, threads };
const trained = folders.value === undefined ? await trainValue(policy, training) : null;
await using value = trained?.value ?? (await loadValue(folders.value as string, policy, threads));
if (trained !== null)
  progress(`the value has learnt: loss ${trained.loss.toFixed(3)}, ${inFlops(trained.flops)} FLOPs`);

const problems = heldOut("heldout", options.problems);
const setting = { policy, value, cost, limit: Math.max(...budgets), maxTokens, beams };
const candidates = {} as Record<Contender, Candidate[][]>;
for (const contender of CONTENDERS) candidates[contender] = await allCandidates(contender);

const strata = problems.map(({ tags }) => String(tags?.["n"] ?? ""));
const rng = new Rng(seed).split("intervals");
const entries = compareAt(budgets, candidates, strata, rng);
const sentences = sentencesOf(entries);
const byNumbers = Object.fromEntries(
  [...new Set(strata)].map((n) => [
    n,
    compareAt(
      budgets,
      ofStratum(n),
      strata.filter((own) => own === n),
      rng.split(n),
    ),
  ]),
);
const result = {
  ...{
    policy: folders.policy,
    value: folders.value ?? "trained here",
    cost,
    seed,
    problems: problems.length,
    beams,
    maxTokens,
  },
  training: trained === null ? null : { problems: options.trainProblems, flops: trained.flops, loss: trained.loss },
  ...{ entries, sentences, byNumbers },
};
if (options.out !== undefined) {
  const terms = `${problems.length} held-out problems, seed ${seed}; bars are 95% intervals over problems; the value's cost: ${COSTS[cost]}.`;
  await writeFile(options.out, `${JSON.stringify(result, null, 1)}\n`);
  await writeFile(`${options.out.replace(/\.json$/, "")}.png`, rasterise(guidanceFigure(entries, terms)));
}
if (options.json) console.log(JSON.stringify(result, null, 2));
else for (const line of report()) console.log(line);

async function allCandidates(contender: Contender): Promise<Candidate[][]> {
  const all: Candidate[][] = [];
  const began = performance.now();
  for (let start = 0; start < problems.length; start += ABREAST) {
    const some = problems.slice(start, start + ABREAST);
    // Chains of best-of-n and of the majority are the same.
    const stream = contender === "majority" ? "best-of-n" : contender;
    const draws = some.map((problem) => new Rng(seed).split("contenders", stream, problem.id));
    all.push(
      ...(await Promise.all(some.map((problem, i) => candidatesOf(contender, problem, draws[i] as Rng, setting)))),
    );
    progress(`${contender}: ${all.length} of ${problems.length}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  return all;
}

function ofStratum(n: string): Record<Contender, Candidate[][]> {
  return Object.fromEntries(
    CONTENDERS.map((contender) => [contender, candidates[contender].filter((_, i) => strata[i] === n)]),
  ) as Record<Contender, Candidate[][]>;
}

function report(): string[] {
  const share = (x: number): string => x.toFixed(3);
  return [
    `${problems.length} held-out problems; policy ${folders.policy}, value ${folders.value ?? "trained here"}; the value's cost: ${cost}`,
    "",
    ...table([
      ["FLOPs", "contender", "accuracy", "95%", "found", "to choose from", "over best-of-n", "95%", ""],
      ...entries.map(({ budget, contender, accuracy, ci, found, candidates: there, over }) => [
        ...[
          inFlops(budget),
          contender,
          share(accuracy),
          `${share(ci[0])}-${share(ci[1])}`,
          share(found),
          there.toFixed(1),
        ],
        ...(over === null
          ? []
          : [over.difference.toFixed(3), `${share(over.ci[0])} to ${share(over.ci[1])}`, over.verdict]),
      ]),
    ]),
    "",
    ...sentences,
  ];
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function flopsList(text: string): number[] {
  const list = text.split(",").map(Number);
  if (list.every((flops) => flops >= 1 && Number.isFinite(flops))) return list.sort((a, b) => a - b);
  throw new InvalidArgumentError("Expected FLOPs with commas between them, such as 1e9,4e9.");
}
