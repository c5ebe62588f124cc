/**
 * "Watch it think": the same puzzle before base and trained model, a visitor's own or one the run recorded; and, while
 * the run trains, one of its practice attempts now and then.
 */

import type { Hello } from "../server/event-stream.ts";
import type { EventOf } from "../server/events.ts";
import { ChainView } from "./chain-view.ts";
import { byId, el, say } from "./dom.ts";
import type { RunState } from "./run-state.ts";
import { SolveError, solve } from "./solve-client.ts";
import { drawTree } from "./tree-view.ts";
import { isDone, puzzleWords } from "./words.ts";

/** What is shown until the run shows something of its own. */
const EXAMPLE = { puzzle: "3 7 8 2 = 24", chain: "7 - 3 =4 8 - 2 =6 4 * 6 =24" };
const IDEAS = ["3 7 8 2 = 24", "5 11 4 = 24", "2 9 13 6 = 50"];
/** How long a finished practice attempt stays before the next one is written, ms. */
const REST_MS = 2500;

export class Thinking {
  readonly #form = byId("ask", HTMLFormElement);
  readonly #input = byId("puzzle", HTMLInputElement);
  readonly #strategy = byId("strategy", HTMLSelectElement);
  readonly #recorded = byId("recorded", HTMLElement);
  readonly #duel = byId("duel", HTMLElement);
  readonly #base = new ChainView(child("#duel .base"));
  readonly #final = new ChainView(child("#duel .final"));
  readonly #trees = { base: child("#duel .base .tree"), trained: child("#duel .final .tree") };
  readonly #attempt = new ChainView(byId("practice", HTMLElement));
  #asking: AbortController | null = null;
  /** Whether what is shown is the visitor's own puzzle. */
  #asked = false;
  #canSolve = false;
  #pairs: readonly EventOf<"pair">[] = [];
  #pair = 0;
  #next: EventOf<"chain"> | null = null;
  #current: EventOf<"chain"> | null = null;
  #busy = false;

  constructor() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
    this.#input.addEventListener("input", () => this.#complain(""));
    byId("earlier", HTMLButtonElement).addEventListener("click", () => this.#turn(-1));
    byId("later", HTMLButtonElement).addEventListener("click", () => this.#turn(1));
    byId("ideas", HTMLElement).append(
      "Try ",
      ...IDEAS.flatMap((idea, i) => [i === 0 ? "" : ", ", this.#idea(idea)]),
      ".",
    );
    this.#example();
  }

  /** What this server can do. */
  hello(hello: Hello): void {
    this.#canSolve = hello.solver;
    this.#form.hidden = !hello.solver;
    this.#strategy.hidden = hello.strategies.length < 2;
    const known = [...this.#strategy.options].map((option) => option.value).join(" ");
    if (known !== hello.strategies.join(" ")) {
      this.#strategy.replaceChildren(...hello.strategies.map((name) => el("option", { value: name }, name)));
    }
  }

  draw(state: RunState): void {
    const done = isDone(state);
    say(byId("final-title", HTMLElement), done ? "After training" : "With the training so far");
    // The state's own list grows in place, so what was shown is told by a copy of it.
    const news =
      state.pairs.length !== this.#pairs.length || state.pairs.some((pair, index) => pair !== this.#pairs[index]);
    if (news) this.#pairs = [...state.pairs];
    this.#recorded.hidden = this.#pairs.length === 0;
    const nothing = this.#pairs.length === 0;
    this.#duel.hidden = nothing && !this.#asked;
    say(
      byId("nothing", HTMLElement),
      nothing && !this.#canSolve ? "Both models answer the same puzzles at the end of the run." : "",
    );
    if (news && !this.#asked) this.#showPair(Math.min(this.#pair, this.#pairs.length - 1));
    this.#practise(state.chain, done);
  }

  /** One solved puzzle, which explains the game. */
  #example(): void {
    say(byId("practice-title", HTMLElement), `The game: ${puzzleWords(EXAMPLE.puzzle)}`);
    this.#attempt.show(EXAMPLE.puzzle, EXAMPLE.chain, {
      verdict: "correct",
      reason: "every number is used once",
    });
  }

  #idea(puzzle: string): HTMLElement {
    const button = el("button", { type: "button", class: "idea" }, puzzle);
    button.addEventListener("click", () => {
      this.#input.value = puzzle;
      void this.#ask();
    });
    return button;
  }

  async #ask(): Promise<void> {
    const puzzle = this.#input.value.trim().replaceAll(/[,;]/g, " ").replaceAll(/\s+/g, " ") || IDEAS[0] || "";
    this.#input.value = puzzle;
    const complaint = complain(puzzle);
    this.#complain(complaint);
    if (complaint !== "") return this.#input.focus();
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#asked = true;
    this.#duel.hidden = false;
    say(byId("which", HTMLElement), `Your puzzle: ${puzzleWords(puzzle)}`);
    await Promise.all([
      this.#answer(this.#base, puzzle, "base", asking.signal),
      this.#answer(this.#final, puzzle, "trained", asking.signal),
    ]);
  }

  async #answer(view: ChainView, puzzle: string, model: "base" | "trained", signal: AbortSignal): Promise<void> {
    view.start(puzzle, "thinking …");
    drawTree(this.#trees[model], null);
    const strategy = this.#strategy.value;
    const question = strategy === "" ? { puzzle, model } : { puzzle, model, strategy };
    let written = "";
    try {
      const answer = await solve(
        question,
        {
          text: (text) => {
            if (signal.aborted) return;
            written += text;
            view.write(text);
          },
          tree: (tree) => {
            if (!signal.aborted) drawTree(this.#trees[model], tree);
          },
        },
        signal,
      );
      if (signal.aborted) return;
      // A strategy of several attempts may choose a chain other than the one that was watched.
      if (written.trim() !== answer.text.trim()) {
        view.start(puzzle);
        view.write(answer.text);
      }
      view.end(answer);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SolveError)) throw error;
      view.fail(`${error.message} ${error.hint}`.trim());
    }
  }

  #complain(words: string): void {
    say(byId("puzzle-error", HTMLElement), words);
    this.#input.setAttribute("aria-invalid", String(words !== ""));
  }

  #turn(by: number): void {
    this.#asking?.abort();
    this.#asked = false;
    this.#showPair((this.#pair + by + this.#pairs.length) % this.#pairs.length);
  }

  #showPair(index: number): void {
    const pair = this.#pairs[index];
    if (pair === undefined) return;
    this.#pair = index;
    say(byId("which", HTMLElement), `Puzzle ${index + 1} of ${this.#pairs.length}: ${puzzleWords(pair.problem)}`);
    this.#base.show(pair.problem, pair.base.text, pair.base);
    for (const place of Object.values(this.#trees)) drawTree(place, null);
    this.#final.show(pair.problem, pair.final.text, pair.final);
  }

  /** Writes the newest practice attempt, unless one is being written. */
  #practise(chain: EventOf<"chain"> | null, done: boolean): void {
    if (chain !== null && chain !== this.#current) this.#next = chain;
    if (!this.#busy && !done) this.#writeNext();
  }

  #writeNext(): void {
    const chain = this.#next;
    this.#next = null;
    this.#busy = chain !== null;
    if (chain === null) return;
    this.#current = chain;
    say(byId("practice-title", HTMLElement), `Practising, step ${chain.step}: ${puzzleWords(chain.problem)}`);
    this.#attempt.start(chain.problem);
    this.#attempt.write(chain.text);
    this.#attempt.end(chain, () => setTimeout(() => this.#writeNext(), REST_MS));
  }
}

/** What a visitor should hear before the puzzle is sent; whether it can be solved is the server's to say. */
function complain(puzzle: string): string {
  if (/^\d+( \d+){2,3} ?= ?\d+$/.test(puzzle)) return "";
  return "Write it like 3 7 8 2 = 24: three or four numbers, an equals sign, the target.";
}

function child(selector: string): HTMLElement {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`The page has no "${selector}".`);
  return element;
}
