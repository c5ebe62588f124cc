/**
 * Imported before the tests: every test file, and every process that it starts, keeps what it compiled (types stripped, functions
 * parsed) on disk, where the next one finds it.
 */

import { enableCompileCache } from "node:module";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "node_modules", ".cache", "compiled");
enableCompileCache(folder);
process.env["NODE_COMPILE_CACHE"] ??= folder;
