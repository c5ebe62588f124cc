/**
 * A seeded generator that is split explicitly, so that the same seed gives the same trace.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through the finaliser of MurmurHash3. No function in
 * Mull draws a random number from anywhere else.
 */

/** The finaliser of MurmurHash3: a bijection of 32-bit integers in which every input bit moves every output bit. */
export function mix32(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit seed for a child, from its parent's seed and the child's name or index. */
export function deriveSeed(seed: number, ...path: readonly (number | string)[]): number {
  let h = mix32((seed ^ 0x9e3779b9) | 0);
  for (const part of path) {
    if (typeof part === "number") {
      h = mix32((h + Math.imul(part | 0, 0x9e3779b1)) | 0);
    } else {
      for (let i = 0; i < part.length; i++) h = mix32((h + Math.imul(part.charCodeAt(i) + 1, 0x9e3779b1)) | 0);
    }
    h = mix32((h + 0x6d2b79f5) | 0);
  }
  return h;
}

export class Rng {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#a = mix32(seed + 1);
    this.#b = mix32(this.#a + 0x9e3779b9);
    this.#c = mix32(this.#b + 0x9e3779b9);
    for (let i = 0; i < 8; i++) this.uint32();
  }

  /** Uniform over 0 .. 2^32 - 1. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  bool(p: number): boolean {
    return this.next() < p;
  }

  /** One item, uniformly. The list must not be empty. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Rng.pick: the list is empty");
    return items[this.int(items.length)] as T;
  }

  /** An index, with probability in proportion to its weight. At least one weight must be positive, none negative. */
  weighted(weights: readonly number[]): number {
    let total = 0;
    for (const weight of weights) total += weight;
    if (!(total > 0)) throw new RangeError("Rng.weighted: no weight is positive");
    let rest = this.next() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] as number;
      if (weight <= 0) continue;
      if (rest < weight) return i;
      rest -= weight;
      last = i; // rounding may leave a rest: it goes to the last index that can be drawn
    }
    return last;
  }

  /** A new, uniformly permuted array (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const t = out[i] as T;
      out[i] = out[j] as T;
      out[j] = t;
    }
    return out;
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    const u = 1 - this.next();
    const v = this.next();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }

  /** A child generator that depends on this one's seed and the path alone, not on what was drawn so far. */
  split(...path: readonly (number | string)[]): Rng {
    return new Rng(deriveSeed(this.seed, ...path));
  }
}
