/** The versions that figures may depend on. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export function readVersions(): Record<string, string> {
  const own = join(import.meta.dirname, "..", "..", "..", "package.json");
  const runtime = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  return { mull: versionIn(own), node: process.versions.node, "onnxruntime-node": versionIn(runtime) };
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
