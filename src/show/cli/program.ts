/**
 * The commands of `mull`, their options and examples. What a command does is loaded when it runs, so that `--help` and
 * a mistyped option answer at once.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import type { Adder } from "./commands/adder.ts";
import { addCompare, addImprove, addPretrain, addReproduce } from "./commands/learning.ts";
import { addData, addDoctor, addReport, addWatch } from "./commands/looking.ts";
import { addRewardModel } from "./commands/rewarding.ts";
import { addBench, addReplay, addShots, addSolve, addVerify } from "./commands/thinking.ts";
import { reportFailure } from "./errors.ts";
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
  addCompare(command, terminal);
  addImprove(command, terminal);
  addPretrain(command, terminal);
  addRewardModel(command, terminal);
  addWatch(command, terminal);
  addReport(command, terminal);
  addData(command, terminal);
  addReplay(command, terminal);
  addShots(command, terminal);
  addDoctor(command, terminal);
  return mull;
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ npx ${line}`).join("\n")}`;
}

function ownVersion(): string {
  const file = join(import.meta.dirname, "..", "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
