/** The process of a side, as far as it is written in TypeScript: does what it is told and answers (side-process.ts). */

import { createInterface } from "node:readline";
import { questionSchema } from "./side-process.ts";

/** A task: what comes first is the warm-up, and each value a turn. */
export type TaskTurns<M> = AsyncGenerator<M | undefined, never>;

export async function serveTurns<M>(turnsOf: (task: string) => TaskTurns<M>): Promise<void> {
  let turns: TaskTurns<M> | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const question = questionSchema.parse(JSON.parse(line));
    if ("prepare" in question) {
      turns = turnsOf(question.prepare);
      await turns.next();
      say({ ready: question.prepare });
    } else {
      say((await turns?.next())?.value);
    }
  }
}

export function say(answer: unknown): void {
  console.log(JSON.stringify(answer));
}
