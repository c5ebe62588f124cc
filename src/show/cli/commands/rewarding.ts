/** Commands that train models which judge. Their options and examples; what they do is loaded when they run. */

import { Option } from "commander";
import { decimal, jsonOption, portOption, seedOption, wholeNumber } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import type { Adder } from "./adder.ts";

export function addRewardModel(command: Adder, terminal: Terminal): void {
  command(
    "reward-model",
    "train a reward model on a model's chains, and hold it against the truth",
    "Train a model that says after every step of a chain how good the chain is so far, and measure it on held-out puzzles: " +
      "whether it tells states that can be solved from those that cannot, by an exact solver; whether its scores are " +
      "probabilities; and what it adds to a vote. Stop it at any moment: the same command goes on from there.",
    [
      "mull reward-model --quick",
      "mull reward-model --model base",
      "mull reward-model --labels soft --rollouts 8",
      "mull reward-model --model base --lookahead 16",
      "mull reward-model --target policy --out runs/value",
      "mull reward-model --kind outcome --json",
    ],
  )
    .option(
      "--model <model>",
      "whose chains it reads: trained, base, or the folder of a checkpoint or a run",
      "trained",
    )
    .option("--quick", "a few minutes on two cores, and a weaker model")
    .addOption(
      new Option(
        "--kind <kind>",
        "process: a score of every step; outcome: of the whole chain (default: process)",
      ).choices(["process", "outcome"]),
    )
    .addOption(
      new Option(
        "--target <target>",
        "attempt: whether the present attempt can come out right; policy: what the model comes to (default: attempt)",
      ).choices(["attempt", "policy"]),
    )
    .addOption(
      new Option(
        "--labels <kind>",
        "own: what the chain itself came to; soft, hard: by roll-outs of every step; first-error: by binary search (default: own)",
      ).choices(["own", "soft", "hard", "first-error"]),
    )
    .addOption(new Option("--rollouts <n>", "roll-outs of a step (default: 4)").argParser(wholeNumber(1, 1024)))
    .addOption(new Option("--rounds <n>", "rounds of chains and labels (default: 5)").argParser(wholeNumber(1, 1000)))
    .addOption(new Option("--passes <n>", "passes over all labels").argParser(wholeNumber(1, 1000)))
    .addOption(
      new Option(
        "--lookahead <n>",
        "roll-outs of a state that it looks ahead by, beside its head alone (default: none)",
      ).argParser(wholeNumber(1, 1024)),
    )
    .addOption(new Option("--lookahead-temperature <t>", "of those roll-outs (default: 1)").argParser(decimal(0.05, 5)))
    .addOption(new Option("--temperature <t>", "of all sampling (default: 1)").argParser(decimal(0.05, 5)))
    .addOption(new Option("--max-tokens <n>", "the longest chain (default: 128)").argParser(wholeNumber(16, 1000)))
    .addOption(new Option("--threads <n>", "compute threads (default: one a core)").argParser(wholeNumber(1, 256)))
    .addOption(seedOption("seed of everything that is drawn"))
    .option("--out <dir>", "folder of the run (default: runs/reward-model-<model>-<kind>-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("../reward-model.ts")).rewardModelCommand(options, terminal));
}
