/**
 * The program of a process that holds one Python: CPython compiled to WebAssembly (Pyodide). Started by the sandbox, with
 * Node's permission model, without an environment. Before a candidate runs, the bridge between Python and JavaScript is cut where
 * WebAssembly imports it: what Python still holds of JavaScript cannot be looked into, called or changed. It reads a line, answers it, and reads the next, all in step.
 *
 *   host make <pyodide folder> <snapshot>    loads Python and saves its memory
 *   host serve <pyodide folder> <snapshot>   goes on from that memory
 */

import { constants, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ask, forsake, hear, say } from "../host-lines.ts";
import { PYTHON_BOOTSTRAP, PYTHON_IMPORTS } from "./bootstrap.ts";

type Pyodide = {
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  readonly globals: { get(name: string): (...args: unknown[]) => unknown };
};

/** Takes away Python's ways to JavaScript. */
const BARE = `
import sys
for name in [name for name in sys.modules if name.split(".")[0] in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "micropip")]:
    sys.modules[name] = None
sys.meta_path[:] = [finder for finder in sys.meta_path if "JsFinder" not in type(finder).__name__]
for name in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"):
    sys.modules[name] = None
`;
/** What Pyodide's bridge imports: WebAssembly's ways to the objects of JavaScript, and to code that is linked while it runs. */
const BRIDGE =
  /^_*(?:Js|js|hiwire|pyproxy|python2js|destroy_|create_|wrap_|raw_call|ffi_|dlopen|dlsym|emscripten_(?:dlopen|system|asm|run)|set_pyodide|pyodide_js|get_length|handle_next|agen_|can_run|array_to|get_async)/;
/** Of these, what takes a text in and a text out. None of them reads, sets or calls anything of an object. */
const TEXTS =
  /^(?:js2python_js|js2python_immutable_js|JsvArray_Get|JsProxy_compute_typeflags|JsvError_Check|JsvNoValue_Check|pyproxy_Check|_python2js_(?:ascii|ucs[124])|__hiwire_deduplicate_(?:get|set|delete))$/;
/** From here on the bridge is up. It never comes down again. */
let sealed = false;

function gate(imports: Record<string, unknown>): void {
  for (const [name, way] of Object.entries(imports)) {
    if (typeof way !== "function" || !BRIDGE.test(name) || TEXTS.test(name)) continue;
    const gated = (...args: unknown[]): unknown => {
      if (sealed) throw new Error(`there is no way to JavaScript (${name})`);
      return (way as (...given: unknown[]) => unknown)(...args);
    };
    imports[name] = Object.assign(gated, way);
  }
}
type Imports = Readonly<Record<string, Record<string, unknown> | undefined>>;
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { instantiate(source: unknown, imports?: Imports): Promise<unknown> };
};
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = (source, imports) => {
  if (imports?.["env"] !== undefined) gate(imports["env"]);
  return instantiate(source, imports);
};
const [, , mode = "", folder = "", snapshot = ""] = process.argv;

// Pyodide asks for the constants of the file system by a way that the permission model has closed.
Object.assign(process, { binding: () => ({ fs: constants }) });
const { loadPyodide } = (await import(pathToFileURL(`${folder}/pyodide.mjs`).href)) as {
  loadPyodide(options: object): Promise<Pyodide>;
};
// Nothing of JavaScript is Python's `js`, and nothing of this machine its environment.
const OPTIONS = { jsglobals: Object.create(null) as object, env: {}, indexURL: folder };

if (mode === "make") {
  const python = await loadPyodide({ ...OPTIONS, _makeSnapshot: true });
  python.runPython(PYTHON_IMPORTS);
  python.runPython(PYTHON_BOOTSTRAP);
  writeFileSync(snapshot, python.makeMemorySnapshot());
} else {
  const memory = readFileSync(snapshot);
  const python = await loadPyodide({ ...OPTIONS, _loadSnapshot: memory });
  const answer = python.globals.get("_mull_answer");
  python.runPython(BARE);
  forsake();
  say("{}");
  for (let line = hear(); line !== null; line = hear()) {
    // Only trusted tests may ask; a candidate gets nothing that is of JavaScript.
    const judges: boolean = !sealed && (JSON.parse(line) as { op: string }).op === "judge";
    sealed = !judges;
    say(String(judges ? answer(line, ask) : answer(line)));
  }
  process.exit(0);
}
