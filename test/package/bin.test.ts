/** bin/mull.js: which program it runs, on which Node.js, and what it says where it cannot. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";

const root = join(import.meta.dirname, "..", "..");

const SOURCE = "src/show/cli/main.ts";
const COMPILED = "dist/show/cli/main.js";
/** Loaded before bin/mull.js, this makes a Node.js look like an old one. */
const OLD_NODE = `
  Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });
  Object.defineProperty(process, "version", { value: "v20.20.2" });
`;

describe("bin/mull.js", () => {
  let folder = "";
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const mull = (...args: string[]) => spawnSync(process.execPath, [...args], { cwd: folder, encoding: "utf8" });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mull-bin-"));
    cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
    write("package.json", '{ "type": "module" }');
    write("old.cjs", OLD_NODE);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A node_modules/.bin/node as `npm ci` leaves it, which says that it ran. */
  const pinNode = () => {
    write("node_modules/.bin/node", `#!/bin/sh\necho pinned\nexec "${process.execPath}" "$@"\n`);
    chmodSync(join(folder, "node_modules/.bin/node"), 0o755);
  };

  test("in a checkout runs the TypeScript, an old build beside it or not", () => {
    write(SOURCE, 'const words: string[] = ["source", ...process.argv.slice(2)];\nconsole.log(words.join(" "));');
    write(COMPILED, 'console.log("compiled");');
    assert.equal(mull("bin/mull.js", "solve", "--json").stdout, "source solve --json\n");
  });

  test("in the published package runs the compiled JavaScript", () => {
    write(COMPILED, 'console.log("compiled", ...process.argv.slice(2)); process.exitCode = 3;');
    const run = mull("bin/mull.js", "doctor");
    assert.deepEqual([run.stdout, run.status], ["compiled doctor\n", 3]);
  });

  test("says that an installation is incomplete", () => {
    const run = mull("bin/mull.js");
    assert.equal(run.status, 1);
    assert.match(run.stderr, /^mull: this installation is incomplete: .*main\.js is missing/);
  });

  test("says what to run where a checkout's packages are missing", () => {
    write(SOURCE, 'import "a-package-that-is-not-there";');
    const run = mull("bin/mull.js");
    assert.equal(run.status, 1);
    assert.match(run.stderr, /a-package-that-is-not-there[\s\S]*Run `npm ci`/);
  });

  test("on an old Node.js without a pinned one says which is needed", () => {
    write(COMPILED, 'console.log("compiled");');
    const published = mull("-r", "./old.cjs", "bin/mull.js");
    assert.equal(published.status, 1);
    assert.equal(
      published.stderr,
      "mull: Node.js 22.18 or newer is needed, and this is v20.20.2. Get a newer one at https://nodejs.org\n",
    );
    write(SOURCE, 'console.log("source");');
    const checkout = mull("-r", "./old.cjs", "bin/mull.js");
    assert.match(checkout.stderr, /this is v20\.20\.2\. Run `npm ci` in .*, which brings its own\.\n$/);
  });

  const posix = { skip: process.platform === "win32" ? "needs a shell script as Node.js" : false };

  test("on an old Node.js hands over to the pinned one", posix, () => {
    pinNode();
    write(SOURCE, "console.log(process.argv.slice(2), process.env.MULL_ON_PINNED_NODE); process.exitCode = 7;");
    const run = mull("-r", "./old.cjs", "bin/mull.js", "solve", "3 7 8 2 = 24");
    assert.equal(run.stdout, "pinned\n[ 'solve', '3 7 8 2 = 24' ] undefined\n");
    assert.equal(run.status, 7);
  });

  test("on a new Node.js stays where it is", posix, () => {
    pinNode();
    write(SOURCE, 'console.log("source");');
    assert.equal(mull("bin/mull.js").stdout, "source\n");
  });

  describe("stops the pinned Node.js", posix, () => {
    /** Starts a program that runs until it is told to stop; its standard output up to "ready" has come. */
    const start = async (): Promise<{ child: ChildProcess; output: () => string }> => {
      pinNode();
      write(
        SOURCE,
        `for (const signal of ["SIGINT", "SIGTERM"] as const) {
          process.on(signal, () => { console.log("got", signal); process.exit(9); });
        }
        setInterval(() => {}, 1000);
        console.log("ready");`,
      );
      const child = spawn(process.execPath, ["-r", "./old.cjs", "bin/mull.js"], {
        cwd: folder,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
        output += chunk;
        if (output.includes("ready")) break;
      }
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      return { child, output: () => output };
    };

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      test(`on ${signal}`, { timeout: 20_000 }, async () => {
        const { child, output } = await start();
        child.kill(signal);
        const [code] = await once(child, "close");
        assert.equal(code, 9);
        assert.equal(output(), `pinned\nready\ngot ${signal}\n`);
      });
    }

    test("when it was itself killed at once", { timeout: 20_000 }, async () => {
      const { child, output } = await start();
      child.kill("SIGKILL");
      await once(child, "close"); // the output closes when the last process that holds it has ended
      assert.equal(output(), "pinned\nready\ngot SIGTERM\n");
    });
  });
});
