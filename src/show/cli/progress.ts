/**
 * A run's events as a person follows them in a terminal: lines that stay (phases, points of the curve) and a status that
 * is redrawn (a bar with rate and time left). It only turns events into text; `live-run.ts` puts the text somewhere.
 */

import { counted, duration, fixed, intervalText, percent, powerOfTenPlain, significant } from "../report/format.ts";
import type { EventOf, RunEvent } from "../server/events.ts";

/** Steps whose mean duration gives the rate. */
const RECENT_STEPS = 20;
const BAR_WIDTH = 24;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

export class RunProgress {
  /** A clock, s. */
  readonly #now: () => number;
  #phase = { name: "starting", detail: "", since: 0 };
  #step: EventOf<"step"> | null = null;
  #recent: number[] = [];
  #passAt1: { first: number; last: number } | null = null;
  /** Chains of a measurement. */
  #chains: { readonly done: number; readonly total: number } | null = null;
  /** Tenths of the steps that plain lines have told of. */
  #tenth = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#phase.since = now();
  }

  /** Takes in an event; returns the lines that it leaves for good. */
  take(event: RunEvent): string[] {
    if (event.type === "phase") {
      this.#phase = { name: event.name, detail: event.detail, since: this.#now() };
      this.#step = null;
      this.#chains = null;
      this.#recent = [];
      this.#tenth = 0;
      return event.name === "done" ? [] : [event.detail === "" ? event.name : `${event.name}: ${event.detail}`];
    }
    if (event.type === "eval") {
      const { passAt1, ci, n, step } = event;
      this.#passAt1 = { first: this.#passAt1?.first ?? passAt1, last: passAt1 };
      return [`  step ${String(step).padEnd(5)} pass@1 ${percent(passAt1)}  (${intervalText(ci)}, ${n} problems)`];
    }
    if (event.type === "compare-plan") {
      this.#phase = { name: "comparing", detail: "", since: this.#now() };
      const { methods, seeds } = event;
      return [`comparing: ${methods.map(({ title }) => title).join(", ")}, ${counted(seeds.length, "seed")}`];
    }
    if (event.type === "compare-point") {
      const { method, seed, flops, passAt1, ci } = event;
      const spent = flops > 0 ? `${powerOfTenPlain(flops)} FLOPs` : "base";
      return [
        `  ${`${method} ${seed}`.padEnd(22)} ${spent.padEnd(18)} pass@1 ${percent(passAt1)}  (${intervalText(ci)})`,
      ];
    }
    if (event.type === "compare-cell" && event.status === "failed") return [`  ${event.method} ${event.seed} failed`];
    if (event.type === "step") {
      this.#step = event;
      if (event.seconds !== null) this.#recent = [...this.#recent, event.seconds].slice(-RECENT_STEPS);
    }
    return [];
  }

  /** Takes in how many chains of a measurement are done. */
  measured(done: number, total: number): void {
    this.#chains = done < total ? { done, total } : null;
  }

  /** For logs, where nothing is redrawn: a line at each tenth of the steps, else null. */
  milestone(): string | null {
    const { step, steps } = this.#step ?? { step: 0, steps: 0 };
    const tenth = steps === 0 ? 0 : Math.floor((10 * step) / steps);
    if (tenth <= this.#tenth) return null;
    this.#tenth = tenth;
    return `  step ${step} of ${steps}${this.#pace()}`;
  }

  /** The lines to redraw, for a terminal of so many columns. */
  status(columns = 80): string {
    const { name, detail, since } = this.#phase;
    const elapsed = this.#now() - since;
    if (this.#chains !== null) return `${name}  ${this.#measuring(this.#chains, elapsed)}`;
    if (this.#step === null) {
      const frame = SPINNER[Math.floor(elapsed * 10) % SPINNER.length] as string;
      return `${frame} ${name}${detail === "" ? "" : `: ${detail}`}  ${duration(elapsed)}`;
    }
    const { step, steps } = this.#step;
    return `${name}  ${bar(step / Math.max(1, steps))}  ${step}/${steps}${this.#pace()}\n${this.#readings(this.#step, columns)}`;
  }

  #measuring({ done, total }: { readonly done: number; readonly total: number }, elapsed: number): string {
    const rate = done / Math.max(elapsed, 1e-3);
    const left = duration((total - done) / rate);
    return `${bar(done / total)}  ${fixed(done)}/${fixed(total)} chains  ${significant(rate)} a second, ${left} left`;
  }

  #pace(): string {
    if (this.#step === null || this.#recent.length === 0) return "";
    const pace = this.#recent.reduce((a, b) => a + b, 0) / this.#recent.length;
    const left = pace * (this.#step.steps - this.#step.step);
    return `  ${significant(pace)} s a step${left > 0 ? `, ${duration(left)} left` : ""}`;
  }

  /** As many readings as fit on a line, the most telling first. */
  #readings({ reward, useful, meanTokens, loss, entropy, kl }: EventOf<"step">, columns: number): string {
    const readings = [
      this.#passAt1 && `pass@1 ${percent(this.#passAt1.last)} (base ${percent(this.#passAt1.first)})`,
      reward !== null && `reward ${reward.toFixed(3)}`,
      loss !== null && `loss ${loss.toFixed(3)}`,
      entropy !== null && `entropy ${entropy.toFixed(3)}`,
      meanTokens !== null && `${significant(meanTokens)} tokens a chain`,
      useful !== null && `${percent(useful, 0)} useful`,
      kl !== null && `KL ${kl.toFixed(3)}`,
    ];
    let line = "";
    for (const reading of readings) {
      if (!reading || line.length + reading.length + 4 > columns) continue;
      line += `${line === "" ? "  " : "   "}${reading}`;
    }
    return line;
  }
}

/**
 * @param share in [0, 1]
 * @example
 * bar(0.5); // "████████████░░░░░░░░░░░░"
 */
export function bar(share: number): string {
  const full = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}
