/** Every attack against both Python backends; each is skipped where it is not to be had. */

import { bubblewrapSandbox } from "../../src/verify/code/native/bubblewrap-sandbox.ts";
import { pyodideSandbox } from "../../src/verify/code/python/pyodide-sandbox.ts";
import { attackSuite } from "./attacks.ts";
import { PYTHON_ATTACKS } from "./python-attacks.ts";

const limits = { wallMs: 1500, memoryBytes: 256 * 1024 * 1024 };
const suite = {
  language: "python",
  good: "def f(x):\n    return x * 2\n",
  asserts: "def check(candidate):\n    assert candidate(21) == 42\n    assert candidate('ab') == 'abab'\n",
  attacks: PYTHON_ATTACKS,
} as const;

attackSuite("Python in WebAssembly", { ...suite, sandbox: () => pyodideSandbox(limits) });
attackSuite("CPython behind bubblewrap", { ...suite, sandbox: () => bubblewrapSandbox(limits) });
