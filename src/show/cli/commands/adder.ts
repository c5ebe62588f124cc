import type { Command } from "commander";

/** Adds a command: its summary for the list of commands, its description and examples for its own help. */
export type Adder = (name: string, summary: string, description: string, shown: readonly string[]) => Command;
