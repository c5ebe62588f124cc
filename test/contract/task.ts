/**
 * What every Task keeps: problems that are plain data with ids of their own, the same ones for the same seed, splits
 * that share no problem, a typed error for a split it does not have, and a verifier that knows its problems.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MullError } from "../../src/core/errors.ts";
import type { Task } from "../../src/core/interfaces.ts";
import type { Problem } from "../../src/core/problem.ts";
import { Rng } from "../../src/core/rng.ts";

export type TaskExpectations = {
  /** A completion that solves the problem. */
  readonly solve: (problem: Problem) => string;
  /** Another text of the same answer, and the text of another or of no answer. */
  readonly vary?: (solution: string) => { readonly same?: string; readonly other?: string };
  /** How many problems of a split are looked at; default 200. A split may hold fewer. */
  readonly count?: number;
  /** Splits that draw with replacement, in which an id may come again; default `train`. */
  readonly repeating?: readonly string[];
};

export function taskContract(name: string, make: () => Task, expected: TaskExpectations): void {
  const count = expected.count ?? 200;
  const repeating = expected.repeating ?? ["train"];

  const some = (task: Task, split: string, seed: number): Problem[] => {
    const problems: Problem[] = [];
    for (const problem of task.problems(split, new Rng(seed))) {
      problems.push(problem);
      if (problems.length === count) break;
    }
    return problems;
  };

  describe(`task contract: ${name}`, () => {
    test("it has a name and splits, each with problems", () => {
      const task = make();
      assert.ok(task.name.length > 0 && task.splits.length > 0);
      assert.equal(new Set(task.splits).size, task.splits.length);
      for (const split of task.splits) assert.ok(some(task, split, 1).length > 0, split);
    });

    test("a problem is plain JSON with an id and a prompt, and an id names one problem", () => {
      const task = make();
      for (const split of task.splits) {
        const problems = some(task, split, 1);
        for (const problem of problems) {
          assert.ok(problem.id.length > 0 && problem.prompt.length > 0);
          assert.deepEqual(JSON.parse(JSON.stringify(problem)), problem);
        }
        if (!repeating.includes(split))
          assert.equal(new Set(problems.map(({ id }) => id)).size, problems.length, split);
      }
    });

    test("one seed gives the same problems, in a new task, a used one and side by side; another gives others", () => {
      const task = make();
      for (const split of task.splits) {
        const problems = some(task, split, 7);
        assert.deepEqual(some(task, split, 7), problems);
        assert.deepEqual(some(make(), split, 7), problems);
        const [a, b] = [0, 1].map(() => task.problems(split, new Rng(7))[Symbol.iterator]());
        for (const problem of problems.slice(0, 20)) {
          assert.deepEqual(a?.next().value, problem);
          assert.deepEqual(b?.next().value, problem);
        }
        assert.notDeepEqual(some(task, split, 8), problems);
      }
    });

    test("no two splits share a problem", () => {
      const task = make();
      const splitOf = new Map<string, string>();
      for (const split of task.splits) {
        for (const { id } of some(task, split, 3)) {
          assert.equal(splitOf.get(id) ?? split, split, id);
          splitOf.set(id, split);
        }
      }
    });

    test("a split it does not have is an error that lists those it has", () => {
      const task = make();
      assert.throws(
        () => [...task.problems("no-such-split", new Rng(1))],
        (error) => {
          assert.ok(error instanceof MullError && error.code === "input");
          for (const split of ["no-such-split", ...task.splits])
            assert.ok(error.message.includes(split), error.message);
          return true;
        },
      );
    });

    test("its verifier accepts a solution of each problem and rejects silence", async () => {
      const task = make();
      for (const split of task.splits) {
        for (const problem of some(task, split, 4).slice(0, 50)) {
          const verdict = await task.verifier.verify(problem, expected.solve(problem));
          assert.equal(verdict.status, "correct", `${problem.id}: ${verdict.reason}`);
          assert.equal((await task.verifier.verify(problem, "")).status, "wrong");
        }
      }
    });

    test("the canonical answer: equal for equal answers, null for none, and no text makes it throw", () => {
      const task = make();
      const [problem] = some(task, task.splits[0] as string, 5);
      assert.ok(problem !== undefined);
      const solution = expected.solve(problem);
      const answer = task.extract(problem, solution);
      assert.ok(answer !== null && answer.length > 0);
      assert.equal(task.extract(problem, ""), null);
      const { same, other } = expected.vary?.(solution) ?? {};
      if (same !== undefined) assert.equal(task.extract(problem, same), answer);
      if (other !== undefined) assert.notEqual(task.extract(problem, other), answer);
      fc.assert(
        fc.property(fc.string({ unit: "binary" }), (text) => {
          const read = task.extract(problem, text);
          assert.ok(read === null || typeof read === "string");
        }),
      );
    });
  });
}
