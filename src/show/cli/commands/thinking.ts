/** Commands that spend test-time compute, and judge what came of it. Their options and examples; what they do is loaded when they run. */

import { Option } from "commander";
import { AGGREGATIONS } from "../../../core/aggregations.ts";
import { VERIFIER_KINDS } from "../../../verify/verifier-spec.ts";
import { PROMPTINGS, STRATEGIES } from "../../strategy-bench/names.ts";
import { budgets, contenders, decimal, jsonOption, seedOption, wholeNumber } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import type { Adder } from "./adder.ts";

export function addSolve(command: Adder, terminal: Terminal): void {
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
    .action(async (words, options) => (await import("../solve.ts")).solve(words, options, terminal));
}

export function addBench(command: Adder, terminal: Terminal): void {
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
    .action(async (options) => (await import("../bench.ts")).benchCommand(options, terminal));
}

export function addVerify(command: Adder, terminal: Terminal): void {
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
    .action(async (options) => (await import("../verify.ts")).verifyCommand(options, terminal));
}

export function addReplay(command: Adder, terminal: Terminal): void {
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
    .action(async (file, options) => (await import("../replay.ts")).replayCommand(file, options, terminal));
}

export function addShots(command: Adder, terminal: Terminal): void {
  command(
    "shots",
    "what examples in the prompt are worth, and working an answer out",
    "Two more axes of test-time compute. Accuracy against the number of examples in the prompt, 1 to 64, both on log axes, beside the " +
      "best guess that the examples allow; and answers at once beside answers that are worked out, in arithmetic and in Countdown. " +
      "Stop it at any moment: the same command goes on from there.",
    [
      "mull shots",
      "mull shots --problems 100 --think base",
      "mull shots --think trained,runs/improve-arithmetic-default-seed1 --json",
      "mull pretrain --task in-context --out runs/reader && mull shots --model runs/reader",
    ],
  )
    .option("--model <name>", "reads examples: in-context, or the folder of a checkpoint or run", "in-context")
    .addOption(
      new Option("--think <models>", "answer at once and work it out: base, trained, arithmetic, folders, or none")
        .argParser((text: string) => (text === "none" ? [] : text.split(",").map((name) => name.trim())))
        .default(["arithmetic", "base", "trained"], "arithmetic,base,trained"),
    )
    .addOption(
      new Option("--problems <n>", "held-out problems of every point").argParser(wholeNumber(2, 20_000)).default(400),
    )
    .addOption(seedOption("seed of the chains; the problems are always the same"))
    .option("--out <dir>", "folder of the run (default: runs/shots-seed<seed>)")
    .option("--fresh", "delete what the folder holds of a run and start over")
    .addOption(jsonOption())
    .action(async (options) => (await import("../shots.ts")).shotsCommand(options, terminal));
}
