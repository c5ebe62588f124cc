/**
 * A chain of thought on the page, one operation a line, written at a pace that can be read: a token at a time, faster
 * the more is waiting. Who prefers no motion sees everything at once. Its verdict is shown when the last line stands.
 */

import { type ChainLine, chainLines } from "../report/chain-text.ts";
import { fixed } from "../report/format.ts";
import type { Judged } from "../server/events.ts";
import { el, say, within } from "./dom.ts";

/** Tokens a second with nothing waiting, and how many more for each that waits. */
const PACE = 14;
const PACE_PER_WAITING = 0.6;
export const VERDICT_WORDS: Readonly<Record<Judged["verdict"], string>> = {
  correct: "Right",
  wrong: "Wrong",
  unscored: "Not judged",
};

type Ending = Pick<Judged, "verdict" | "reason"> & { readonly tokens?: number };

export class ChainView {
  readonly #article: HTMLElement;
  readonly #lines: HTMLElement;
  readonly #verdict: HTMLElement;
  #prompt = "";
  #text = "";
  #tokens: string[] = [];
  #shown = 0;
  #drawn: string[] = [];
  #ending: (() => void) | null = null;
  #last = 0;
  #frame = 0;

  constructor(article: HTMLElement) {
    this.#article = article;
    this.#lines = within(article, ".lines");
    this.#verdict = within(article, ".verdict");
  }

  /** Starts an empty chain for a puzzle. */
  start(prompt: string, waiting = ""): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#prompt = prompt;
    this.#text = "";
    this.#tokens = [];
    this.#shown = 0;
    this.#drawn = [];
    this.#ending = null;
    this.#lines.replaceChildren();
    this.#article.dataset["verdict"] = "";
    say(this.#verdict, waiting);
  }

  /** What was written goes on. */
  write(text: string): void {
    this.#take(text);
    this.#wake();
  }

  /** What is to be said under the chain once all of it stands. */
  end(judged: Ending, then?: () => void): void {
    const length = judged.tokens === undefined ? "" : ` (${fixed(judged.tokens)} tokens)`;
    const reason = judged.reason === "" ? "" : `: ${judged.reason}`;
    this.#finish(judged.verdict, `${VERDICT_WORDS[judged.verdict]}${reason}${length}`, then);
  }

  /** The chain will not be ended; says why. */
  fail(message: string): void {
    this.#finish("failed", message);
  }

  /** The whole chain at once. */
  show(prompt: string, text: string, judged: Ending): void {
    this.start(prompt);
    this.#take(text);
    this.#shown = this.#tokens.length;
    this.#draw();
    this.end(judged);
    this.#lines.scrollTop = 0;
  }

  #take(text: string): void {
    this.#text += text;
    this.#tokens = this.#text.split(/\s+/).filter((token) => token !== "");
  }

  #finish(state: string, words: string, then?: () => void): void {
    this.#ending = () => {
      this.#article.dataset["verdict"] = state;
      say(this.#verdict, words);
      then?.();
    };
    this.#wake();
  }

  #wake(): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden) {
      this.#shown = this.#tokens.length;
      this.#draw();
      this.#settle();
    } else if (this.#shown >= this.#tokens.length) {
      this.#settle();
    } else if (this.#frame === 0) {
      this.#last = performance.now();
      this.#frame = requestAnimationFrame((now) => this.#tick(now));
    }
  }

  #tick(now: number): void {
    this.#frame = 0;
    const waiting = this.#tokens.length - this.#shown;
    const pace = PACE + PACE_PER_WAITING * waiting;
    const before = Math.floor(this.#shown);
    this.#shown = Math.min(this.#tokens.length, this.#shown + ((now - this.#last) / 1000) * pace);
    this.#last = now;
    if (Math.floor(this.#shown) > before) this.#draw();
    if (this.#shown < this.#tokens.length) this.#frame = requestAnimationFrame((time) => this.#tick(time));
    else this.#settle();
  }

  #settle(): void {
    const ending = this.#ending;
    this.#ending = null;
    ending?.();
  }

  /** Draws what changed: only the last line grows, the others stand. */
  #draw(): void {
    const text = this.#tokens.slice(0, Math.floor(this.#shown)).join(" ");
    const lines = chainLines(text, { prompt: this.#prompt, signs: "print" });
    const atEnd = this.#lines.scrollHeight - this.#lines.scrollTop - this.#lines.clientHeight < 24;
    for (const [i, line] of lines.entries()) {
      const key = `${line.kind} ${line.text} ${line.note}`;
      if (this.#drawn[i] === key) continue;
      this.#drawn[i] = key;
      const item = drawLine(line);
      const old = this.#lines.children[i];
      if (old === undefined) this.#lines.append(item);
      else old.replaceWith(item);
    }
    if (atEnd) this.#lines.scrollTop = this.#lines.scrollHeight;
  }
}

/** A line of a chain, as an item of a list. */
export function drawLine(line: ChainLine): HTMLElement {
  const words = line.kind === "solved" ? "says: solved" : line.kind === "give-up" ? "gives up" : line.text;
  const item = el("li", { class: line.kind, "data-mark": line.mark, "data-depth": String(Math.min(line.depth, 3)) });
  item.append(el("span", { class: "text" }, words));
  if (line.note !== "") item.append(el("span", { class: "remark" }, line.note));
  else if (line.kind === "operation" && line.complete && line.left !== null && line.left.length > 1) {
    item.append(el("span", { class: "left" }, `${line.left.join(", ")} left`));
  }
  return item;
}
