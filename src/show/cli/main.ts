/** The `mull` command: reads the command line, runs the command, and sets the exit code. */

import { run } from "./program.ts";

// A command that was ended by a signal has set its code already.
const code = await run(process.argv.slice(2));
process.exitCode ||= code;
