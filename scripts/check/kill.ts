/**
 * `kill -9` of a search in mid-flight, again and again: `mull bench` is killed at random moments and started anew until it
 * ends, over and over until it was killed as often as asked.
 *
 *     npm run check:kill -- --kills 50 --seed 1
 *
 * The server lives in this process and survives the kills. Its answers are a function of the request, and it keeps every request
 * that it was sent. Every run that went on must end with the report, byte for byte, of one that nobody disturbed; what was asked in
 * all must be what the undisturbed run asked; and a request may come again only where it was under way at a kill: sent, and
 * not yet in the journal.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "../../src/core/rng.ts";
import { readRecording } from "../../src/model/recorded.ts";
import { exists } from "../../src/store/atomic.ts";
import { type Asked, OpenAIServer, requestOf } from "../../test/model/openai-server.ts";
import { all, equal, type Finding, runCheck } from "./check.ts";
import { markOf, ParagraphModel } from "./paragraphs.ts";

const MULL = join(import.meta.dirname, "..", "..", "bin", "mull.js");
const STRATEGIES = "majority,beam-search,mcts,ab-mcts-a,revision,dvts,forced";
/** Requests that `mull` sends a server at once. */
const AT_ONCE = 16;
/** Time for what a killed process had sent to be read. */
const SETTLE_MS = 50;

type Counts = {
  kills: number;
  /** Requests that came again after a kill. */
  repeated: number;
  /** Of those, the ones that no kill explains. */
  unexplained: number;
  /** Sent and not in the journal at a kill: what may come again. */
  underWay: number;
  /** At one kill. */
  most: number;
  finished: number;
  sameReports: number;
  sameRequests: number;
};

/** When a process is killed: after so many requests of its own and a moment more, or so long after its start. */
type Moment = { readonly requests: number; readonly ms: number };

class KillCheck {
  readonly #folder: string;
  readonly #server: OpenAIServer;
  readonly #args: readonly string[];
  readonly #counts: Counts = {
    ...{ kills: 0, repeated: 0, unexplained: 0, underWay: 0, most: 0 },
    ...{ finished: 0, sameReports: 0, sameRequests: 0 },
  };

  constructor(folder: string, server: OpenAIServer, problems: number, budget: string) {
    this.#folder = folder;
    this.#server = server;
    const tasks = join(folder, "sums.jsonl");
    const sums = Array.from({ length: problems }, (_, i) => ({
      ...{ id: `sum-${i}`, question: `What is ${17 * i} + ${5 * i + 3}?`, answer: `${22 * i + 3}` },
    }));
    writeFileSync(tasks, sums.map((sum) => `${JSON.stringify(sum)}\n`).join(""));
    const model = `${server.url}#paragraphs`;
    this.#args = ["bench", "--tasks", tasks, "--model", model, "--strategy", STRATEGIES, "--budget", budget];
  }

  async run(kills: number, rng: Rng): Promise<{ findings: Finding[]; requests: number }> {
    const undisturbed = join(this.#folder, "undisturbed");
    await this.#session(undisturbed, null);
    const expected = { report: reportOf(undisturbed), requests: this.#marks(0) };
    const total = expected.requests.size;
    const undisturbedTwice = this.#server.asked.length - total;
    const counts = this.#counts;
    for (let run = 0; counts.kills < kills; run++) {
      const out = join(this.#folder, `run-${run}`);
      const before = this.#server.asked.length;
      /** What was asked before; true where it was under way when it was last asked for. */
      const known = new Map<string, boolean>();
      for (let killed = true; killed; ) {
        const moment = counts.kills < kills ? this.#momentOf(rng, total) : null;
        const from = this.#server.asked.length;
        killed = await this.#session(out, moment);
        await this.#account(out, this.#server.asked.slice(from), known);
        if (killed) counts.kills++;
      }
      counts.finished++;
      if (reportOf(out) === expected.report) counts.sameReports++;
      if (expected.requests.symmetricDifference(this.#marks(before)).size === 0) counts.sameRequests++;
    }
    const findings: Finding[] = [
      equal("kills", counts.kills, kills),
      all("runs that ended with the report of the undisturbed one", counts.sameReports, counts.finished),
      all("runs that asked what the undisturbed one asked", counts.sameRequests, counts.finished),
      equal("requests sent again that were not under way at a kill", counts.unexplained, 0),
      equal("undisturbed run: requests sent twice", undisturbedTwice, 0),
      {
        what: "requests sent again, of those under way at a kill",
        holds: counts.repeated <= counts.underWay,
        figure: `${counts.repeated} of ${counts.underWay}`,
      },
      { what: "most under way at one kill", holds: counts.most <= AT_ONCE, figure: `${counts.most}` },
    ];
    return { findings, requests: total };
  }

  /** Mostly in the work, which is where requests are; now and then on the way there, or at the end. */
  #momentOf(rng: Rng, total: number): Moment {
    if (rng.bool(0.2)) return { requests: 0, ms: rng.int(2500) };
    const most = rng.bool(0.2) ? 4 : total / 3;
    return { requests: 1 + rng.int(most), ms: rng.int(25) };
  }

  /** Runs the command until it ends, or is killed at that moment: then true. */
  async #session(out: string, moment: Moment | null): Promise<boolean> {
    const child = spawn(process.execPath, [MULL, ...this.#args, "--json", "--out", out], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const keep = (text: string): void => {
      said = `${said}${text}`.slice(-5000);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", keep);
    const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
    const from = this.#server.asked.length;
    const reached = (): boolean => moment !== null && this.#server.asked.length - from >= moment.requests;
    const gone = closed.then(() => true);
    let ended = false;
    while (!ended && moment !== null && !reached()) ended = await Promise.race([gone, later(1)]);
    if (!ended && moment !== null) ended = await Promise.race([gone, later(moment.ms)]);
    if (!ended && moment !== null) child.kill("SIGKILL");
    const [code, signal] = await closed;
    if (signal === "SIGKILL") {
      do await later(SETTLE_MS);
      while (this.#server.open > 0);
      return true;
    }
    if (code !== 0) throw new Error(`mull bench ended with ${signal ?? code}:\n${said}`);
    return false;
  }

  #marks(from: number): Set<string> {
    return new Set(this.#server.asked.slice(from).map(({ body }) => markOf(requestOf(body))));
  }

  /** What a session sent, against what had been sent before; and what of it is in the journal now. */
  async #account(out: string, asked: readonly Asked[], known: Map<string, boolean>): Promise<void> {
    const counts = this.#counts;
    const journal = join(out, "journal.jsonl");
    const texts = (await exists(journal)) ? [...(await readRecording(journal)).completions.values()] : [];
    const heard = new Set(texts.map(({ text }) => text.slice(0, text.search(/\s|$/))));
    let underWay = 0;
    for (const { body } of asked) {
      const mark = markOf(requestOf(body));
      if (known.has(mark)) counts.repeated++;
      if (known.get(mark) === false) counts.unexplained++;
      known.set(mark, !heard.has(mark));
      if (!heard.has(mark)) underWay++;
    }
    counts.underWay += underWay;
    counts.most = Math.max(counts.most, underWay);
  }
}

function reportOf(out: string): string {
  return readFileSync(join(out, "report.json"), "utf8");
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}

await runCheck("kill", { kills: "50", problems: "4", budget: "4k", seed: "1" }, async ({ number, text }) => {
  const folder = mkdtempSync(join(tmpdir(), "mull-kill-"));
  try {
    await using server = await OpenAIServer.start(new ParagraphModel((rng) => 2 + rng.int(20)));
    const check = new KillCheck(folder, server, number("problems"), text("budget"));
    const { findings, requests } = await check.run(number("kills"), new Rng(number("seed")));
    return { findings, details: { requests } };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
