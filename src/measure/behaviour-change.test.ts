import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import { behaviourRates, compareBehaviours, totalBehaviours } from "./behaviour-change.ts";
import { BEHAVIOUR_NAMES, type Behaviour, type BehaviourTally } from "./behaviours.ts";

const tally = (
  problem: number,
  operations: number,
  counts: Partial<Record<Behaviour, number>> = {},
): BehaviourTally => ({
  problem: `${problem}`,
  operations,
  counts: { ...(Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, 0])) as Record<Behaviour, number>), ...counts },
});
/** `size` chains, one a problem; the i-th shows what `counts` says. */
const chains = (size: number, operations: number, counts: (i: number) => Partial<Record<Behaviour, number>>) =>
  Array.from({ length: size }, (_, i) => tally(i, operations, counts(i)));
const options = () => ({ rng: new Rng(1), resamples: 500 });

describe("behaviours compared", () => {
  test("totals and rates by hand", () => {
    const totals = totalBehaviours([
      tally(0, 6, { backtracking: 2 }),
      tally(1, 4, { backtracking: 1, repetition: 1 }),
      tally(2, 0),
    ]);
    assert.deepEqual([totals.chains, totals.operations], [3, 10]);
    assert.deepEqual([totals.counts.backtracking, totals.showing.backtracking, totals.showing.repetition], [3, 2, 1]);
    assert.deepEqual(behaviourRates(totals).backtracking, { perChain: 1, per100Operations: 30 });
    assert.deepEqual(behaviourRates(totalBehaviours([])).repetition, { perChain: 0, per100Operations: 0 });
  });

  test("amplified, reduced, unchanged and absent", () => {
    const base = chains(200, 10, (i) => ({
      backtracking: 1,
      repetition: 3,
      "giving up": i % 2,
      verification: i % 5 ? 0 : 1,
    }));
    const final = chains(200, 40, (i) => ({
      backtracking: 8,
      repetition: 2,
      "giving up": 0,
      verification: i % 5 ? 0 : 4,
    }));
    const changes = compareBehaviours(base, final, totalBehaviours(base), options());
    assert.equal(changes.backtracking.kind, "amplified"); // 10 a hundred operations against 20
    assert.deepEqual([changes.backtracking.base, changes.backtracking.final], [10, 20]);
    assert.equal(changes.backtracking.unit, "per 100 operations");
    assert.equal(changes.repetition.kind, "reduced"); // 30 against 5, though not by much per chain
    assert.equal(changes["giving up"].kind, "reduced");
    assert.deepEqual([changes["giving up"].base, changes["giving up"].unit], [0.5, "per chain"]);
    assert.equal(changes.verification.kind, "unchanged"); // four times as many in chains four times as long
    assert.equal(changes["sub-goals"].kind, "absent");
    const [lo, hi] = changes["giving up"].baseCi;
    assert.ok(lo < 0.5 && lo > 0.4 && hi > 0.5 && hi < 0.6);
  });

  test("emerged needs a corpus without it, large enough, and chains that clearly show it", () => {
    const base = chains(200, 10, () => ({}));
    const final = chains(200, 10, (i) => ({ verification: i < 60 ? 1 : 0 }));
    const kind = (corpus: readonly BehaviourTally[], trained = final, before = base) =>
      compareBehaviours(before, trained, totalBehaviours(corpus), options()).verification.kind;
    const clean = chains(2_000, 10, () => ({}));
    assert.equal(kind(clean), "emerged");
    assert.equal(kind([...clean, tally(0, 10, { verification: 1 })]), "amplified"); // one in 2,001 is enough
    assert.equal(kind(chains(5, 10, () => ({}))), "unchanged"); // 5 chains cannot rule it out
    assert.equal(kind([]), "unchanged");
    assert.equal(
      kind(
        clean,
        chains(200, 10, (i) => ({ verification: i < 3 ? 1 : 0 })),
      ),
      "unchanged",
    );
    assert.equal(kind(clean, base), "absent");
    assert.equal(kind(clean, base, final), "reduced");
    assert.equal(kind(clean, final, final), "unchanged"); // the base model did it before training
  });

  test("chains of one problem are one piece of evidence", () => {
    // 300 chains show more of it, but all in one of three problems: nothing is shown about problems.
    const base = Array.from({ length: 300 }, (_, i) => tally(i % 3, 10, { repetition: 1 }));
    const final = Array.from({ length: 300 }, (_, i) => tally(i % 3, 10, { repetition: i % 3 ? 1 : 9 }));
    assert.equal(compareBehaviours(base, final, totalBehaviours(base), options()).repetition.kind, "unchanged");
    const spread = final.map((each, i) => ({ ...each, problem: `${i}` }));
    assert.equal(compareBehaviours(base, spread, totalBehaviours(base), options()).repetition.kind, "amplified");
  });

  test("one seed, one judgement; no chains, none", () => {
    const some = chains(20, 10, (i) => ({ repetition: i % 3 }));
    const judge = () => compareBehaviours(some, some, totalBehaviours(some), options());
    assert.deepEqual(judge(), judge());
    assert.throws(() => compareBehaviours([], some, totalBehaviours(some), options()), MullError);
  });
});
