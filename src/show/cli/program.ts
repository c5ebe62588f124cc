/**
 * The commands of `mull`, their options and examples. What a command does is loaded when it runs, so that `--help` and
 * a mistyped option answer at once.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { AGGREGATIONS } from "../../core/aggregations.ts";
import { VERIFIER_KINDS } from "../../verify/verifier-spec.ts";
import { reportFailure } from "./errors.ts";
import {
  budgets,
  contenders,
  decimal,
  jsonOption,
  PROMPTINGS,
  portOption,
  STRATEGIES,
  seedOption,
  wholeNumber,
} from "./options.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs a command line, without the program's own name, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const json = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined).includes("--json");
  const mull = program(terminal);
  const asked = mull.commands.find((command) => command.name() === args[0]);
  const help = `${asked === undefined ? "mull" : `mull ${asked.name()}`} --help`;
  const fail = (error: unknown): number => reportFailure(error, terminal, { json, help });
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => process.exit(fail(error)));
  }
  try {
    await mull.parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    return fail(error);
  }
}

export function program(terminal: Terminal): Command {
  const mull = new Command("mull")
    .description("Spend compute on thinking: train a small reasoning model, and let it think longer.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help, or a command's")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // errors.ts prints them
  mull.addHelpText(
    "after",
    examples(["mull reproduce --quick", "mull reproduce", 'mull solve "3 7 8 2 = 24"', "mull solve --help"]),
  );

  const command: Adder = (name, summary, description, shown) =>
    mull.command(name).summary(summary).description(description).addHelpText("after", examples(shown));

  addReproduce(command, terminal);
  addSolve(command, terminal);
  addBench(command, terminal);
  addVerify(command, terminal);
  addPretrain(command, terminal);
  addWatch(command, terminal);
  addReport(command, terminal);
  addReplay(command, terminal);
  addDoctor(command, terminal);
  return mull;
}

/** Adds a command: its summary for the list of commands, its description and examples for its own help. */
type Adder = (name: string, summary: string, description: string, shown: readonly string[]) => Command;

function addReproduce(command: Adder, terminal: Terminal): void {
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
    .action(async (options) => (await import("./reproduce.ts")).reproduceCommand(options, terminal));
}

function addSolve(command: Adder, terminal: Terminal): void {
  command(
    "solve",
    "let a model think about one puzzle or question",
    "Let a model think about one puzzle: reach the target with + - * / from the numbers, each used exactly once, every " +
      "result a whole number from 1 to 99. Mull's models have practised three or four numbers from 1 to 20 and targets " +
      "from 10 to 99. A model on a server is asked a question in words, or with @ what is in a file, under one budget.",
    [
      'mull solve "6 4 9 2 = 57"',
      'mull solve "6 4 9 2 = 57" --model base',
      'mull solve "11 4 19 6 = 57" --strategy adaptive-majority --n 32',
      'mull solve "11 4 19 6 = 57" --strategy forced --budget 1000',
      'mull solve "3 7 8 2 = 24" --strategy best-of-n --json',
      'mull solve "How many primes are below 100?" --model openai/gpt-4o-mini --strategy majority --budget 8000',
      "mull solve @question.txt --model http://127.0.0.1:8000/v1#qwen --strategy beam-search --seconds 60",
    ],
  )
    .argument(
      "<words...>",
      'a puzzle such as "3 7 8 2 = 24": the numbers, an equals sign and the target; or a question, or @file',
    )
    .addOption(
      new Option(
        "--strategy <name>",
        "how to spend compute: one chain, a vote of n chains, a vote that stops when it is decided, the best of n by the verifier, one chain that is made to go on, or a search over steps or answers",
      )
        .choices(STRATEGIES)
        .default(STRATEGIES[0]),
    )
    .addOption(
      new Option("--n <chains>", "chains at most, where there are several (default: 16)").argParser(
        wholeNumber(1, 4096),
      ),
    )
    .addOption(
      new Option("--budget <tokens>", "tokens at most, all chains together (default: 1024 a chain)").argParser(
        wholeNumber(1, 10_000_000),
      ),
    )
    .option(
      "--model <address>",
      "local, local:base, the folder of a checkpoint or run, http://host/v1#model, or provider/model",
      "local",
    )
    .addOption(
      new Option("--temperature <t>", "0 is greedy; higher is more varied").argParser(decimal(0, 10)).default(1),
    )
    .addOption(seedOption("seed of the chains"))
    .addOption(
      new Option("--seconds <s>", "of a question: time at most; the best so far is the answer").argParser(
        decimal(0.001, 1e6),
      ),
    )
    .addOption(new Option("--max-dollars <d>", "of a question: stop spending there").argParser(decimal(0, 1e6)))
    .addOption(new Option("--price-in <d>", "dollars a million tokens read").argParser(decimal(0, 1e6)))
    .addOption(new Option("--price-out <d>", "dollars a million tokens written").argParser(decimal(0, 1e6)))
    .addOption(jsonOption())
    .action(async (words, options) => (await import("./solve.ts")).solve(words, options, terminal));
}

function addBench(command: Adder, terminal: Terminal): void {
  command(
    "bench",
    "compare strategies on your own problems",
    "Strategies beside each other on the same problems at the same budgets of tokens: a table, a figure and a report. " +
      "Tasks are countdown, or a file of questions, {question, answer} a line. Every answer is kept: a run that is " +
      "stopped or killed goes on with the same command, and strategies and budgets may be added later.",
    [
      "mull bench --problems 50 --strategy majority,beam-search,mcts --budget 256,1k,4k",
      "mull bench --tasks gsm8k.jsonl --model openai/gpt-4o-mini --strategy single,majority --budget 2k,16k",
      "mull bench --tasks gsm8k.jsonl --model http://127.0.0.1:8000/v1#qwen --strategy dvts,dvts+verifier --budget 16k",
      "mull bench --tasks aime.jsonl --model groq/qwen --budget 8k --max-dollars 2 --price-in 0.3 --price-out 0.4",
    ],
  )
    .option("--tasks <name>", "countdown, or a .jsonl file of questions", "countdown")
    .addOption(
      new Option("--problems <n>", "problems at most (default: all of a file, 100 puzzles)").argParser(
        wholeNumber(1, 1_000_000),
      ),
    )
    .option("--model <address>", "local, local:path, http://host/v1#model, or provider/model", "local")
    .addOption(
      new Option("--strategy <names>", `of ${STRATEGIES.join(", ")}; +verifier lets the verifier choose the answer`)
        .argParser(contenders)
        .default(
          [
            { strategy: "single", verified: false },
            { strategy: "majority", verified: false },
          ],
          "single,majority",
        ),
    )
    .addOption(
      new Option("--budget <tokens>", "budgets of a problem, such as 512,1k,4k")
        .argParser(budgets)
        .default([1024], "1k"),
    )
    .addOption(
      new Option("--seeds <n>", "seeds from 1 up, over which accuracy is averaged")
        .argParser(wholeNumber(1, 100))
        .default(1),
    )
    .addOption(
      new Option("--temperature <t>", "0 is greedy; higher is more varied").argParser(decimal(0, 10)).default(1),
    )
    .addOption(new Option("--prompt <how>", "how questions are put").choices(PROMPTINGS).default(PROMPTINGS[0]))
    .option("--shots <file>", "a .jsonl file of solved questions to show before each")
    .addOption(
      new Option("--concurrency <n>", "problems at once (default: 16 with an own model, else 8)").argParser(
        wholeNumber(1, 1024),
      ),
    )
    .addOption(new Option("--max-dollars <d>", "stop spending there").argParser(decimal(0, 1e6)))
    .addOption(new Option("--price-in <d>", "dollars a million tokens read").argParser(decimal(0, 1e6)))
    .addOption(new Option("--price-out <d>", "dollars a million tokens written").argParser(decimal(0, 1e6)))
    .option("--out <dir>", "folder of the run (default: runs/bench-<tasks>-<model>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(jsonOption())
    .action(async (options) => (await import("./bench.ts")).benchCommand(options, terminal));
}

function addVerify(command: Adder, terminal: Terminal): void {
  command(
    "verify",
    "say whether answers are right, and why",
    "Say whether an answer is right, and why: correct, wrong, or unscored where it cannot be told. One answer on the command " +
      "line, or lines of JSON on standard input, {gold, answer} or {problem, completion}, each answered by a line " +
      "{verdict, score, reason, ms} in the same order, on all cores. Exit code: 0 correct, 1 wrong, 3 unscored.",
    [
      "mull verify --kind math --gold '\\frac{1}{2}' --answer 0.5",
      "mull verify --kind math --gold 12 --completion 'So it is \\boxed{12}.'",
      "mull verify --kind math < pairs.jsonl > verdicts.jsonl",
      "mull verify --kind code --data tests.json --completion-file solution.py",
      "mull verify --kind smt --gold '(> x 0)' --data '{\"declarations\": \"(declare-const x Int)\"}' --answer '(>= x 1)'",
      "mull verify --self-test",
    ],
  )
    .addOption(new Option("--kind <kind>", "what kind of answer it is").choices(VERIFIER_KINDS))
    .option("--gold <answer>", "the reference answer")
    .option("--answer <answer>", "the answer, as it stands")
    .option("--completion <text>", "a chain that states an answer, or a program")
    .option("--completion-file <file>", "a file that holds it")
    .option("--problem <text>", "the problem as it was put: what only repeats it is no answer")
    .option("--data <json>", "what else belongs to the problem (tests, options, declarations), or a file of it")
    .option("--ignore-case", "of exact: upper and lower case are the same")
    .addOption(new Option("--workers <n>", "threads (default: one a core)").argParser(wholeNumber(1, 256)))
    .addOption(
      new Option("--limit <ms>", "time of one answer of math, choice, exact")
        .argParser(wholeNumber(1, 3_600_000))
        .default(250),
    )
    .option("--self-test", "print what each verifier would wrongly accept")
    .addOption(jsonOption())
    .action(async (options) => (await import("./verify.ts")).verifyCommand(options, terminal));
}

function addPretrain(command: Adder, terminal: Terminal): void {
  command(
    "pretrain",
    "train the base model from nothing",
    "Train the base model from nothing on the traces of a mediocre thinker, and measure whether it is a fair place to " +
      "start from. Stop it at any moment: the same command goes on from there.",
    [
      "mull pretrain",
      "mull pretrain --steps 500 --out runs/small-base",
      'mull solve "3 7 8 2 = 24" --model runs/small-base',
    ],
  )
    .addOption(
      new Option("--steps <n>", "updates (default: those of the shipped base model)").argParser(
        wholeNumber(1, 10_000_000),
      ),
    )
    .addOption(seedOption("seed of the weights and the texts"))
    .option("--out <dir>", "folder of the run and the model (default: runs/base-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(portOption())
    .option("--no-web", "without the live page")
    .addOption(jsonOption())
    .action(async (options) => (await import("./pretrain.ts")).pretrainCommand(options, terminal));
}

function addWatch(command: Adder, terminal: Terminal): void {
  command(
    "watch",
    "show a run's live page",
    "The live page of a run that is going on elsewhere, or has ended. Ctrl-C closes it.",
    ["mull watch runs/reproduce-default-seed1", "mull watch runs/reproduce-default-seed1 --port 0"],
  )
    .argument("<dir>", "folder of the run")
    .addOption(portOption())
    .addOption(seedOption("seed of the chains that answer puzzles on the page"))
    .addOption(jsonOption())
    .action(async (dir, options) => (await import("./watch.ts")).watchCommand(dir, options, terminal));
}

function addReport(command: Adder, terminal: Terminal): void {
  command(
    "report",
    "draw a run's report again",
    "Draw report.html, figure.svg and figure.png again from a run's report.json.",
    ["mull report runs/reproduce-default-seed1", "mull report runs/reproduce-default-seed1 --out /tmp/report"],
  )
    .argument("<dir>", "folder of the run, or a report.json")
    .option("--out <dir>", "folder for the files (default: beside report.json)")
    .addOption(jsonOption())
    .action(async (dir, options) => (await import("./report.ts")).reportCommand(dir, options, terminal));
}

function addReplay(command: Adder, terminal: Terminal): void {
  command(
    "replay",
    "learn from chains that were recorded elsewhere",
    "What recorded chains say about test-time compute, with no model at all: every final answer is found and verified, " +
      "and pass@k, majority, weighted majority and best-of-k are computed over all subsets of a problem's chains. A line " +
      "is {id, problem, answer, completions: [{text, tokens, scores?}]}, or what search-and-learn writes.",
    ["mull replay rollouts.jsonl", "mull replay rollouts.jsonl.gz --json", "mull replay beams.jsonl --aggregate min"],
  )
    .argument("<file>", "rollouts as .jsonl or .jsonl.gz, one problem a line")
    .addOption(
      new Option("--aggregate <how>", "how the scores of a chain's steps become the chain's")
        .choices(Object.keys(AGGREGATIONS))
        .default("last"),
    )
    .addOption(seedOption("seed of the intervals and of subsets where there are too many"))
    .option("--out <dir>", "folder for replay.json and, where tokens were counted, the figure")
    .addOption(jsonOption())
    .action(async (file, options) => (await import("./replay.ts")).replayCommand(file, options, terminal));
}

function addDoctor(command: Adder, terminal: Terminal): void {
  command(
    "doctor",
    "say what this machine offers",
    "What this machine offers, and how fast Mull samples and trains on it. Takes about half a minute.",
    ["mull doctor", "mull doctor --json"],
  )
    .option("--out <dir>", "folder whose disk is looked at", "runs")
    .addOption(jsonOption())
    .action(async (options) => (await import("./doctor.ts")).doctorCommand(options, terminal));
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ npx ${line}`).join("\n")}`;
}

function ownVersion(): string {
  const file = join(import.meta.dirname, "..", "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
