/** Every task, through the one contract. */

import { Rng } from "../../src/core/rng.ts";
import { type Calculation, calculationOf } from "../../src/tasks/arithmetic/calculation.ts";
import { ArithmeticTask } from "../../src/tasks/arithmetic/task.ts";
import { PERFECT, writeChain } from "../../src/tasks/arithmetic/writer.ts";
import { puzzleOf } from "../../src/tasks/countdown/puzzle.ts";
import { Solver } from "../../src/tasks/countdown/solver.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { InContextTask } from "../../src/tasks/in-context/task.ts";
import { taskContract } from "./task.ts";

const solver = new Solver();

taskContract("countdown", () => new CountdownTask(), {
  solve: (problem) => {
    const puzzle = puzzleOf(problem);
    const path = puzzle === null ? null : solver.solve(puzzle.numbers, puzzle.target);
    if (path === null) throw new Error(`${problem.id} is not solvable`);
    return [...path.map(({ a, op, b, result }) => `${a} ${op} ${b} =${result}`), "solved"].join(" ");
  },
  // The first operation, tried and undone, changes no answer; giving up is none.
  vary: (solution) => ({
    same: `${solution.split(" ").slice(0, 4).join(" ")} back:0 ${solution}`,
    other: solution.replace("solved", "give-up"),
  }),
});

taskContract("arithmetic", () => new ArithmeticTask(), {
  solve: (problem) => writeChain(calculationOf(problem) as Calculation, new Rng(1), PERFECT),
  // The answer at once is the same answer; a digit more is another.
  vary: (solution) => ({
    same: `direct ${solution.match(/=\d/g)?.join(" ")} end`,
    other: solution.replace(/ end$/, " =1 end"),
  }),
});

taskContract("in-context", () => new InContextTask(), {
  solve: (problem) => `=${problem.answer}`,
  vary: (solution) => ({ same: solution.slice(1), other: `=${(Number(solution.slice(1)) % 8) + 1}` }),
});
