/**
 * The client of OpenAI-compatible servers against one that others wrote: `transformers serve` on a checkpoint of Mull's.
 *
 *     python -m venv /tmp/venv && /tmp/venv/bin/pip install 'transformers[serving]'
 *     MULL_PYTHON=/tmp/venv/bin/python npm run check:server
 *     npm run check:server -- --server http://127.0.0.1:8000/v1#NAME
 *
 * The server is started on a free port and given the model contract (`test/interop/server-contract.ts`). Demands that it is known
 * not to keep are listed with the reason; any other that fails is a failure. With `--server` one that runs already is
 * checked: it must serve `--checkpoint`, and no failure is excused.
 *
 * The checkpoint is copied, and the copy changed where this server needs it: it looks for stop strings with the help of a
 * made-up word, which the tokenizer must know.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { type Finding, Missing, runCheck } from "./check.ts";

const CONTRACT = join(import.meta.dirname, "..", "..", "test", "interop", "server-contract.ts");
const START_MS = 180_000;

/** How a demand fails, and why it must. */
type Difference = { readonly failure: RegExp; readonly reason: string };

/** What `transformers serve` (5.24) does otherwise, by the demand. */
const KNOWN: Readonly<Record<string, Difference>> = {
  "maxTokens cuts a chain off and changes nothing before": {
    failure: /'length' !== 'end'/,
    reason: "a chain that ends with its last permitted token is said to be cut off",
  },
  "a stop word ends the chain and stays in the text": {
    failure: /strictly equal/,
    reason: "a stop is a string: 8 stops at 28 too (see: ends at a stop string)",
  },
  "an abort stops what is under way and keeps what was written": {
    failure: /it works on afterwards/,
    reason: "one generator for all: what was aborted may still draw from it (see: an abort ends a call)",
  },
  "one seed, one chain, side by side too": {
    failure: /strictly deep-equal/,
    reason: "one generator for all: seeds hold one request at a time, not side by side",
  },
  "log-probabilities": { failure: /undefined !== \d+/, reason: "not given: the field is ignored" },
};
const INSTALL = "make one with `pip install 'transformers[serving]'` and name it in MULL_PYTHON";

async function startServer(folder: string, python: string): Promise<{ server: ChildProcess; url: string }> {
  const port = await freePort();
  const args = ["-m", "transformers.cli.transformers", "serve", folder];
  const server = spawn(python, [...args, "--host", "127.0.0.1", "--port", String(port), "--device", "cpu"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  let said = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  const url = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < START_MS && server.exitCode === null; waited += 250) {
    const health = await fetch(`${url}/health`).catch(() => null);
    if (health?.ok === true) return { server, url };
    await later(250);
  }
  server.kill("SIGKILL");
  throw new Error(`transformers serve did not start:\n${said}`);
}

/** The version of transformers, and that what serving takes is there. */
function peerOf(python: string): string {
  const program = "import torch, fastapi, uvicorn, openai, transformers as t; print(t.__version__, torch.__version__)";
  try {
    const found = execFileSync(python, ["-c", program], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return found.trim();
  } catch (error) {
    const { stderr = "", code = "" } = error as { stderr?: string; code?: string };
    const why = code === "ENOENT" ? `${python} is not there` : (stderr.trim().split("\n").at(-1) ?? "");
    throw new Missing(`there is no Python with transformers and what serves it (${why}): ${INSTALL}`, {
      cause: error,
    });
  }
}

/** A copy of the checkpoint as this server needs it. */
function converted(checkpoint: string, folder: string): string {
  cpSync(checkpoint, folder, { recursive: true });
  change(join(folder, "tokenizer.json"), (tokenizer) => {
    const model = tokenizer["model"] as { vocab: Record<string, number> };
    const { vocab } = model;
    return { ...tokenizer, model: { ...model, vocab: { ...vocab, abcdef: Object.keys(vocab).length } } };
  });
  return folder;
}

function change(path: string, by: (content: Record<string, unknown>) => object): void {
  writeFileSync(path, JSON.stringify(by(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Each demand of the contract, and whether the server keeps it. */
async function demandsOf(server: string, checkpoint: string, known: Readonly<Record<string, Difference>>) {
  Object.assign(process.env, { MULL_SERVER: server, MULL_CHECKPOINT: checkpoint });
  const findings: Finding[] = [];
  for await (const { type, data } of run({ files: [CONTRACT], concurrency: 1 })) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const isDemand = data.nesting === 1;
    if (!isDemand) continue;
    if (type === "test:pass") {
      findings.push({ what: data.name, holds: true, figure: "" });
      continue;
    }
    const message = messageOf(data.details.error);
    const difference = known[data.name];
    if (difference?.failure.test(message) === true) {
      findings.push({ what: data.name, holds: true, differs: true, figure: difference.reason });
    } else findings.push({ what: data.name, holds: false, figure: message });
  }
  findings.push({ what: "demands made", holds: findings.length > 20, figure: `${findings.length}` });
  return findings;
}

function messageOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.message.replace(/\s+/g, " ").slice(0, 200);
}

await runCheck("server", { server: "", checkpoint: "models/trained" }, async ({ text }) => {
  const checkpoint = resolve(text("checkpoint"));
  if (text("server") !== "") return { findings: await demandsOf(text("server"), checkpoint, {}) };
  const python = process.env["MULL_PYTHON"] ?? "python3";
  const versions = peerOf(python);
  const folder = mkdtempSync(join(tmpdir(), "mull-served-"));
  try {
    const { server, url } = await startServer(converted(checkpoint, join(folder, "model")), python);
    try {
      const findings = await demandsOf(`${url}/v1#${join(folder, "model")}`, checkpoint, KNOWN);
      const peer = { what: "transformers and torch", holds: true, figure: versions };
      return { findings: [peer, ...findings], details: { versions } };
    } finally {
      if (server.kill("SIGKILL")) await once(server, "close");
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
