/** The sandbox of each language, as it ships with Mull. Loaded only where code is verified. */

import type { Language } from "./code-tests.ts";
import { quickJsSandbox } from "./javascript/quickjs-sandbox.ts";
import { pyodideSandbox } from "./python/pyodide-sandbox.ts";
import type { Sandbox } from "./sandbox.ts";

export async function sandboxFor(language: Language): Promise<Sandbox> {
  return language === "python" ? pyodideSandbox() : quickJsSandbox();
}
