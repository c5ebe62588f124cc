/** Commands that show what is there. Their options and examples; what they do is loaded when they run. */

import { jsonOption, portOption, seedOption } from "../options.ts";
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
