/** Commands that train. Their options and examples; what they do is loaded when they run. */

import { Option } from "commander";
import { KNOBS } from "../../compare/knobs.ts";
import { DEFAULT_METHODS, METHOD_NAMES } from "../../compare/method-names.ts";
import { DISTIL_NAMES, SEARCH_NAMES, TASK_NAMES } from "../../improve/names.ts";
import { BASE_TASK_NAMES } from "../../pretrain/names.ts";
import { decimal, jsonOption, portOption, seedOption, seeds, shape, wholeNumber } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import type { Adder } from "./adder.ts";

export function addReproduce(command: Adder, terminal: Terminal): void {
  command(
    "reproduce",
    "the main job: train, measure, and draw accuracy against compute",
    "The main job: train the base model by reinforcement on its own verified chains, measure both models, and draw how " +
      "accuracy grows with compute. Stop it at any moment: the same command goes on from there.",
    [
      "mull reproduce --quick",
      "mull reproduce --seed 2",
      "mull reproduce --full --from-scratch",
      "mull reproduce --json",
    ],
  )
    .addOption(new Option("--quick", "about 3 minutes on two cores (without a flag: 15)").conflicts("full"))
    .addOption(new Option("--full", "about 60 minutes on two cores"))
    .option("--from-scratch", "pretrain the base model first instead of taking the one that is shipped")
    .addOption(seedOption("seed of everything that is drawn"))
    .option("--out <dir>", "folder of the run (default: runs/reproduce-<preset>[-from-scratch]-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("../reproduce.ts")).reproduceCommand(options, terminal));
}

export function addPretrain(command: Adder, terminal: Terminal): void {
  command(
    "pretrain",
    "train a task's base model from nothing",
    "Train the base model of a task from nothing, for Countdown on the traces of a mediocre thinker, and measure whether it " +
      "is a fair place to start from. Stop it at any moment: the same command goes on from there.",
    [
      "mull pretrain",
      "mull pretrain --task arithmetic",
      "mull pretrain --steps 500 --out runs/small-base",
      'mull solve "3 7 8 2 = 24" --model runs/small-base',
    ],
  )
    .addOption(
      new Option("--task <name>", "what the model is for").choices([...BASE_TASK_NAMES]).default(BASE_TASK_NAMES[0]),
    )
    .addOption(
      new Option("--steps <n>", "updates (default: those of the shipped base model)").argParser(
        wholeNumber(1, 10_000_000),
      ),
    )
    .addOption(seedOption("seed of the weights and the texts"))
    .option("--out <dir>", "folder of the run and the model (default: runs/base[-<task>]-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("../pretrain.ts")).pretrainCommand(options, terminal));
}

export function addCompare(command: Adder, terminal: Terminal): void {
  const compare = command(
    "compare",
    "ways of learning to think, side by side at equal compute",
    "Which hypothesis wins? Filter, evaluation, guidance and combination, and the baselines, each trained from one base " +
      "with the same FLOPs on several seeds: accuracy per FLOP, per call of the verifier and per puzzle, what more samples " +
      "add, and where one more unit of compute is better spent. Stop it at any moment: the same command goes on from there.",
    [
      "mull compare --quick",
      "mull compare --methods filter,grpo --seeds 1,2",
      "mull compare --quick --methods filter,./my-method.ts",
      "mull compare --vary kl=0,.01,.1",
      "mull compare --methods grpo --vary group=4,16,64 --flops 1e12",
      "mull compare --full --out runs/compare-full",
    ],
  )
    .addOption(new Option("--quick", "about 5 minutes on two cores, one seed (without a flag: 60)").conflicts("full"))
    .addOption(new Option("--full", "at least 20 minutes a method and seed, measuring included: several hours"))
    .addOption(
      new Option(
        "--methods <names>",
        `of ${METHOD_NAMES.join(", ")}, or files with one of your own (default: ${DEFAULT_METHODS.join(", ")})`,
      ).argParser((text: string) => text.split(",").map((name) => name.trim())),
    )
    .option("--vary <knob=values>", "compare several settings of one knob, such as kl=0,.01,.1 (default method: grpo)")
    .addOption(new Option("--seeds <list>", "such as 1,2,3").argParser(seeds))
    .addOption(new Option("--flops <n>", "train-time FLOPs of a method and seed").argParser(decimal(1e6, 1e18)))
    .addOption(
      new Option("--parallel <n>", "methods trained at once (default: one a core)").argParser(wholeNumber(1, 256)),
    )
    .option("--with <file>", "compare.json of an earlier comparison on the same terms: what it has is not run again")
    .option("--base <dir>", "folder of a checkpoint to begin from (default: the base model that is shipped)");
  for (const [name, what] of Object.entries(KNOBS)) compare.option(`--${name} <value>`, what);
  compare
    .option("--out <dir>", "folder of the run (default: runs/compare-<preset>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("../compare.ts")).compareCommand(options, terminal));
}

export function addImprove(command: Adder, terminal: Terminal): void {
  command(
    "improve",
    "the loop that feeds itself: search teaches the model, the better model searches better",
    "Generations of search, verification, distillation and measurement. Search with more tokens than the model's own chain finds what " +
      "the model alone does not; chains that the exact verifier accepts are learnt, base texts among them; the frontier moves from " +
      "easy to hard, to puzzles that the base corpus never had. Stop it at any moment: the same command goes on from there.",
    [
      "mull improve --quick",
      "mull improve --generations 8 --search restate --budget 4096",
      "mull improve --task arithmetic",
      "mull improve --up-to 4",
      "mull improve --distil fresh-larger --shape 6x160",
      "mull data runs/improve-countdown-default-seed1 --kept --out chains.jsonl",
    ],
  )
    .addOption(new Option("--task <name>", "what is practised").choices([...TASK_NAMES]).default(TASK_NAMES[0]))
    .addOption(new Option("--quick", "about 3 minutes on two cores (without a flag: 20)").conflicts("full"))
    .addOption(new Option("--full", "about 90 minutes on two cores"))
    .addOption(
      new Option("--generations <n>", "search and learn so often (default: the preset's, at least 5)").argParser(
        wholeNumber(1, 1000),
      ),
    )
    .addOption(new Option("--problems <n>", "problems of a generation").argParser(wholeNumber(1, 100_000)))
    .addOption(
      new Option("--search <name>", "how chains are found (default: the task's first)").choices([...SEARCH_NAMES]),
    )
    .addOption(new Option("--budget <n>", "tokens of the search, a problem").argParser(wholeNumber(1, 1_000_000)))
    .addOption(
      new Option("--distil <into>", "into the same model, or a fresh, larger one each time")
        .choices([...DISTIL_NAMES])
        .default(DISTIL_NAMES[0]),
    )
    .addOption(
      new Option(
        "--shape <layers>x<width>",
        "of the fresh models (default: a layer more, half as wide again)",
      ).argParser(shape),
    )
    .addOption(new Option("--keep <n>", "distinct right chains kept a problem").argParser(wholeNumber(1, 1000)))
    .addOption(new Option("--replay <share>", "share of base texts among what is learnt").argParser(decimal(0, 0.95)))
    .addOption(
      new Option("--up-to <difficulty>", "the hardest that is asked; harder ones are only measured").argParser(
        wholeNumber(1, 1000),
      ),
    )
    .option("--base <model>", "a model that ships, or a folder, to begin with (default: the task's base model)")
    .addOption(seedOption("seed of everything that is drawn"))
    .option("--out <dir>", "folder of the run (default: runs/improve-<task>-<preset>-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("../improve.ts")).improveCommand(options, terminal));
}
