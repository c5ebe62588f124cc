/** Where a package that is installed lies, whatever of it may be resolved: what a sandbox process may read. */

import { createRequire } from "node:module";
import { join } from "node:path";

export function packageFolder(name: string): string {
  const resolved = createRequire(import.meta.url).resolve(name);
  const marker = join("node_modules", ...name.split("/"));
  return resolved.slice(0, resolved.lastIndexOf(marker) + marker.length);
}
