/**
 * The program of a process that holds one Python: CPython compiled to WebAssembly (Pyodide). Started by the sandbox, with
 * Node's permission model, without an environment. It reads a line, answers it, and reads the next, all in step.
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
  for (let line = hear(); line !== null; line = hear()) say(String(answer(line, ask)));
  process.exit(0);
}
