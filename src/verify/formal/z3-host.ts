/**
 * The program of a process that holds Z3, compiled to WebAssembly with threads: a script of SMT-LIB in, what it printed out.
 *
 * Z3 reads the script in a thread of its own. The package's `eval_smtlib2_string` leaves the text on the stack and returns, so
 * that what comes next may write over it while it is read; here the text has memory of its own until the answer is there.
 */

import { createRequire } from "node:module";
import { hear, say } from "../code/host-lines.ts";

type Z3 = {
  mk_config(): unknown;
  mk_context(config: unknown): unknown;
  del_config(config: unknown): void;
  del_context(context: unknown): void;
  global_param_set(name: string, value: string): void;
};

/** What Emscripten makes of it. */
type Compiled = {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly _async_Z3_eval_smtlib2_string: unknown;
  async_call(call: unknown, context: unknown, text: number): Promise<string>;
};

const [, , from = "", megabytes = "512"] = process.argv;
const { init } = createRequire(from)("z3-solver") as {
  init(): Promise<{ readonly Z3: Z3; readonly em: Compiled }>;
};
const { Z3, em } = await init();
Z3.global_param_set("memory_max_size", megabytes);
say("{}");
for (let line = hear(); line !== null; line = hear()) {
  const { script } = JSON.parse(line) as { script: string };
  // A context of its own for every script: nothing of one is known to the next.
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  const bytes = Buffer.from(`${script}\0`);
  const text = em._malloc(bytes.length);
  em.HEAPU8.set(bytes, text);
  let printed: string;
  try {
    printed = await em.async_call(em._async_Z3_eval_smtlib2_string, context, text);
  } catch (error) {
    printed = `(error ${JSON.stringify(String(error))})`;
  }
  em._free(text);
  Z3.del_context(context);
  Z3.del_config(config);
  say(JSON.stringify({ printed: printed.slice(0, 100_000) }));
}
process.exit(0);
