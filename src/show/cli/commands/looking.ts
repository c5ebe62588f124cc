/** Commands that show what is there. Their options and examples; what they do is loaded when they run. */

import { Option } from "commander";
import { DATA_FORMATS } from "../../data/data-formats.ts";
import { jsonOption, portOption, seedOption, wholeNumber } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import type { Adder } from "./adder.ts";

export function addWatch(command: Adder, terminal: Terminal): void {
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
    .action(async (dir, options) => (await import("../watch.ts")).watchCommand(dir, options, terminal));
}

export function addReport(command: Adder, terminal: Terminal): void {
  command(
    "report",
    "draw a run's report again",
    "Draw report.html, figure.svg and figure.png again from a run's report.json.",
    ["mull report runs/reproduce-default-seed1", "mull report runs/reproduce-default-seed1 --out /tmp/report"],
  )
    .argument("<dir>", "folder of the run, or a report.json")
    .option("--out <dir>", "folder for the files (default: beside report.json)")
    .addOption(jsonOption())
    .action(async (dir, options) => (await import("../report.ts")).reportCommand(dir, options, terminal));
}

export function addDoctor(command: Adder, terminal: Terminal): void {
  command(
    "doctor",
    "say what this machine offers",
    "What this machine offers, and how fast Mull samples and trains on it. Takes about half a minute.",
    ["mull doctor", "mull doctor --json"],
  )
    .option("--out <dir>", "folder whose disk is looked at", "runs")
    .addOption(jsonOption())
    .action(async (options) => (await import("../doctor.ts")).doctorCommand(options, terminal));
}

export function addData(command: Adder, terminal: Terminal): void {
  command(
    "data",
    "export the chains that a loop made",
    "The chains that the generations of mull improve made, one a row with where it came from: problem, chain, verdict, score, " +
      "model (SHA-256 of its weights), generation, seed, strategy. Without --out as lines on the standard output.",
    [
      "mull data runs/improve-countdown-default-seed1 --kept --out chains.jsonl",
      "mull data runs/improve-countdown-default-seed1 --out chains.parquet",
      "mull data runs/improve-countdown-default-seed1 --generation 3 | head -2",
    ],
  )
    .argument("<dir>", "folder of a run of mull improve")
    .addOption(
      new Option("--format <name>", "default: parquet for a file of that ending, else jsonl").choices([
        ...DATA_FORMATS,
      ]),
    )
    .option("--out <file>", "where to write; what is there is replaced")
    .option("--kept", "only chains that were learnt (default: all)")
    .addOption(new Option("--generation <n>", "only of this generation").argParser(wholeNumber(1, 100_000)))
    .addOption(jsonOption())
    .action(async (dir, options) => (await import("../data.ts")).dataCommand(dir, options, terminal));
}
