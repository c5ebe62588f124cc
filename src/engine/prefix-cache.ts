/**
 * Prefixes whose keys and values are kept, so that a group of samples or the children of a search node read them
 * instead of computing them again. Least recently used first out, bounded in tokens.
 */

import type { Snapshot } from "./kv-cache.ts";

export class PrefixCache {
  readonly #capacity: number;
  readonly #entries = new Map<string, Snapshot>();
  /** How many entries there are of each length. */
  readonly #lengths = new Map<number, number>();
  #tokens = 0;

  /** @param capacity tokens kept in all */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  has(tokens: readonly number[]): boolean {
    return this.#entries.has(tokens.join(" "));
  }

  /** The longest kept prefix of `tokens`. */
  longest(tokens: readonly number[]): Snapshot | undefined {
    const lengths = [...this.#lengths.keys()].filter((n) => n <= tokens.length).sort((a, b) => b - a);
    for (const length of lengths) {
      const key = tokens.slice(0, length).join(" ");
      const found = this.#entries.get(key);
      if (found !== undefined) {
        this.#entries.delete(key);
        this.#entries.set(key, found);
        return found;
      }
    }
    return undefined;
  }

  insert(tokens: readonly number[], snapshot: Snapshot): void {
    const key = tokens.join(" ");
    if (snapshot.length === 0 || snapshot.length > this.#capacity || this.#entries.has(key)) return;
    this.#entries.set(key, snapshot);
    this.#count(snapshot.length, 1);
    for (const [oldest, entry] of this.#entries) {
      if (this.#tokens <= this.#capacity) break;
      this.#entries.delete(oldest);
      this.#count(entry.length, -1);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#lengths.clear();
    this.#tokens = 0;
  }

  #count(length: number, change: 1 | -1): void {
    const n = (this.#lengths.get(length) ?? 0) + change;
    if (n === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, n);
    this.#tokens += change * length;
  }
}
