/** What `mull bench` is run on: puzzles of Countdown that no model has practised, or a file of questions. */

import { MullError } from "../../core/errors.ts";
import type { StrategyContext, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { direct, reworded, type Shot, stepByStep, withShots } from "../../search/prompting.ts";
import { readJsonLines } from "../../store/json-lines.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { parseQuestion, type Question } from "../../tasks/questions.ts";
import { extractFinalAnswer } from "../../verify/final-answer-verifier.ts";
import { MathVerifier } from "../../verify/math/math-verifier.ts";
import type { Prompting } from "./names.ts";
import { COUNTDOWN, QUESTIONS, type Setting } from "./setting.ts";

export type BenchTask = {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly verifier: Verifier;
  readonly extract: StrategyContext["extract"];
  readonly setting: Setting;
};

export type TaskOptions = {
  /** Problems at most; the first of the file, or of a fixed order of puzzles. */
  readonly problems?: number;
  readonly prompting: Prompting;
  /** A file of solved questions to show before each. */
  readonly shots?: string;
};

/** The puzzles are the same whatever is measured, so that runs can be compared. */
const PUZZLES_SEED = 2024;
const DEFAULT_PUZZLES = 100;
/** Solved questions that are read, at most: many-shot prompts hold hundreds. */
const MOST_SHOTS = 2000;

/**
 * @param source `countdown`, or a .jsonl file of questions
 * @throws MullError `input` for a line that is no question, `store` where the file cannot be read
 */
export async function loadTask(source: string, options: TaskOptions): Promise<BenchTask> {
  if (source === "countdown") return countdown(options.problems ?? DEFAULT_PUZZLES);
  const shots = options.shots === undefined ? [] : (await readQuestions(options.shots, MOST_SHOTS)).map(shotOf);
  const questions = await readQuestions(source, options.problems ?? Number.POSITIVE_INFINITY);
  const put = options.prompting === "direct" ? direct : stepByStep;
  const words = (question: string): string => (shots.length === 0 ? put(question) : withShots(shots, question));
  return {
    name: source,
    problems: questions.map((question) => reworded(question, words)),
    verifier: new MathVerifier(),
    extract: (problem, text) => extractFinalAnswer(text, problem.prompt),
    setting: QUESTIONS,
  };
}

function countdown(count: number): BenchTask {
  const task = new CountdownTask();
  const problems = [...task.problems("heldout", new Rng(PUZZLES_SEED)).take(count)];
  const { verifier } = task;
  return { name: "countdown", problems, verifier, extract: task.extract.bind(task), setting: COUNTDOWN };
}

async function readQuestions(path: string, most: number): Promise<Question[]> {
  const questions: Question[] = [];
  const ids = new Set<string>();
  for await (const { value, line } of readJsonLines(path)) {
    if (questions.length >= most) break;
    const question = parseQuestion(value, `${path}: line ${line}`);
    if (ids.has(question.id)) throw new MullError("input", `${path}: line ${line}: a second question ${question.id}`);
    ids.add(question.id);
    questions.push(question);
  }
  if (questions.length > 0) return questions;
  throw new MullError("input", `${path}: there is no question in it`, { hint: "expected one JSON object a line" });
}

function shotOf({ prompt, answer }: Question): Shot {
  return { question: prompt, solution: answer };
}
