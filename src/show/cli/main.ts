/**
 * The `mull` command: reads the command line, runs the command, and sets the exit code. Node keeps what it compiled for
 * the next time (in the temporary folder), which halves the time until a command starts.
 */

import { enableCompileCache } from "node:module";

enableCompileCache();
const { run } = await import("./program.ts");
const code = await run(process.argv.slice(2));
process.exitCode ||= code; // a command that was ended by a signal has set its own
