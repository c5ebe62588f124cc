/**
 * Builds dist/, what the published package runs: the TypeScript of src/ compiled to JavaScript and declarations, and
 * the other files of src/show (pages, styles) beside it. Node.js runs no TypeScript under node_modules, so a package
 * cannot ship its sources as they are.
 */

import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

rmSync(join(root, "dist"), { recursive: true, force: true });

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
for (const project of ["tsconfig.build.json", "src/show/web/tsconfig.build.json"]) {
  const compiled = spawnSync(process.execPath, [tsc, "-p", join(root, project)], { stdio: "inherit" });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

const assets = globSync("show/**/*.{html,css,svg,json,ico,woff2}", {
  cwd: join(root, "src"),
  exclude: ["**/{testdata,fixtures,__snapshots__}/**", "**/tsconfig*.json"],
});
for (const asset of assets) {
  const target = join(root, "dist", asset);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, "src", asset), target);
}
