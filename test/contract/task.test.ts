/** Every task, through the one contract. */

import { puzzleOf } from "../../src/tasks/countdown/puzzle.ts";
import { Solver } from "../../src/tasks/countdown/solver.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
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
