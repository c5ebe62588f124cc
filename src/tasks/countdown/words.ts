/** The words of a chain, one after another, however they are spaced. */

/** Splits lazily, so that a malformed text costs no more than what is read of it. `=10` gives two words. */
export class WordReader {
  readonly #text: string;
  readonly #pattern = /[a-z<]\S*|\d+|\S/gi;
  #start = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | null {
    const match = this.#pattern.exec(this.#text);
    if (match === null) return null;
    this.#start = match.index;
    return SIGNS.get(match[0]) ?? match[0];
  }

  /** Which whitespace-separated word of the text was read last, from 1. */
  position(): number {
    let count = 1;
    for (const _ of this.#text.slice(0, this.#start).matchAll(/\S(?=\s)/g)) count++;
    return count;
  }
}

/** Signs that people type for the same operators. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ["×", "*"],
  ["÷", "/"],
  ["−", "-"],
]);

/** A word for an error message, cut short where it is long. */
export function quote(word: string): string {
  return JSON.stringify(word.length > 20 ? `${word.slice(0, 20)}...` : word);
}
