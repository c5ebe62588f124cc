/**
 * The program of a process that holds one QuickJS, compiled to WebAssembly: it has nothing of Node and nothing of the machine.
 * Types of TypeScript are taken off here, so that their parser too runs where it can do no harm.
 *
 *   host serve <folder of Mull's modules>
 */

import * as release from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant, type QuickJSHandle, type QuickJSSyncVariant } from "quickjs-emscripten-core";
import { ask, forsake, hear, say } from "../host-lines.ts";
import { SANDBOX_LIMITS } from "../limits.ts";
import { JAVASCRIPT_BOOTSTRAP } from "./bootstrap.ts";

const STACK_BYTES = 512 * 1024;
/** Jobs of settled promises in one answer, at most: more is a loop. */
const JOBS = 1_000_000;

const quickjs = await newQuickJSWASMModuleFromVariant(release.default as unknown as QuickJSSyncVariant);
const runtime = quickjs.newRuntime();
runtime.setMemoryLimit(SANDBOX_LIMITS.memoryBytes);
runtime.setMaxStackSize(STACK_BYTES);
const context = runtime.newContext();
context
  .newFunction("ask", (question) => context.newString(ask(context.getString(question))))
  .consume((handle) => {
    context.setProp(context.global, "__mullAsk", handle);
  });
// As a script: what it declares stays, for the calls that follow.
context
  .newFunction("evaluate", (source, file) =>
    context.evalCode(context.getString(source), context.getString(file), { type: "global" }),
  )
  .consume((handle) => context.setProp(context.global, "__mullEvaluate", handle));
const host = context.unwrapResult(context.evalCode(JAVASCRIPT_BOOTSTRAP, "mull.js"));
const [begin, end] = [context.getProp(host, "begin"), context.getProp(host, "end")];
let strip: ((source: string) => string) | null = null;
forsake();
say("{}");
for (let line = hear(); line !== null; line = hear()) say(await answer(line));
process.exit(0);

async function answer(line: string): Promise<string> {
  const question = JSON.parse(line) as { op: string; source?: string; typescript?: boolean };
  if (question.typescript === true) {
    try {
      question.source = (await stripper())(question.source ?? "");
    } catch (error) {
      return failure("SyntaxError", error instanceof Error ? error.message : String(error));
    }
  }
  const told = context.newString(JSON.stringify(question));
  const begun = context.callFunction(begin, context.undefined, told);
  told.dispose();
  if (begun.error !== undefined) return refused(begun.error);
  begun.value.dispose();
  const jobs = runtime.executePendingJobs(JOBS);
  if (jobs.error !== undefined) jobs.error.dispose();
  const ended = context.callFunction(end, context.undefined);
  if (ended.error !== undefined) return refused(ended.error);
  return ended.value.consume((text: QuickJSHandle) => context.getString(text));
}

/** What went wrong in the bootstrap itself: a candidate broke it, or used up what there is. */
function refused(error: QuickJSHandle): string {
  const { name = "Error", message = "" } = error.consume((handle) => context.dump(handle)) as {
    name?: string;
    message?: string;
  };
  return failure(String(name), String(message));
}

function failure(type: string, message: string): string {
  const status = /out of memory/.test(message) ? "memory" : "raised";
  const error = { type: type.slice(0, 200), message: message.slice(0, 2000), trace: "" };
  return JSON.stringify({ status, error, stdout: "", stderr: "" });
}

async function stripper(): Promise<(source: string) => string> {
  if (strip === null) {
    const { transformSync } = await import("amaro");
    strip = (source) => transformSync(source, { mode: "transform", sourceMap: false }).code;
  }
  return strip;
}
