/** The program of a process that holds Z3, compiled to WebAssembly with threads: a script of SMT-LIB in, what it printed out. */

import { createRequire } from "node:module";
import { hear, say } from "../code/host-lines.ts";

type Z3 = {
  mk_config(): unknown;
  mk_context(config: unknown): unknown;
  del_config(config: unknown): void;
  del_context(context: unknown): void;
  global_param_set(name: string, value: string): void;
  eval_smtlib2_string(context: unknown, script: string): Promise<string>;
};

const [, , from = "", megabytes = "512"] = process.argv;
const { init } = createRequire(from)("z3-solver") as { init(): Promise<{ readonly Z3: Z3 }> };
const { Z3 } = await init();
Z3.global_param_set("memory_max_size", megabytes);
say("{}");
for (let line = hear(); line !== null; line = hear()) {
  const { script } = JSON.parse(line) as { script: string };
  // A context of its own for every script: nothing of one is known to the next.
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  let printed: string;
  try {
    printed = await Z3.eval_smtlib2_string(context, script);
  } catch (error) {
    printed = `(error ${JSON.stringify(String(error))})`;
  }
  Z3.del_context(context);
  Z3.del_config(config);
  say(JSON.stringify({ printed: printed.slice(0, 100_000) }));
}
process.exit(0);
