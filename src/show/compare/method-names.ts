/** The methods by name, in the order of tables and legends: what help and options need, without an engine behind them. */

export const METHOD_NAMES = [
  "filter",
  "rest-em",
  "star",
  "evaluation",
  "evaluation-process",
  "filter-prm",
  "guidance",
  "guidance-value",
  "guidance-beam",
  "combination",
  "combination-random",
  "stream",
  "self-correction",
  "grpo",
  "ppo",
  "optimal",
  "distillation",
  "base",
] as const;

export type MethodName = (typeof METHOD_NAMES)[number];

/** One of each hypothesis, and the baselines. */
export const DEFAULT_METHODS: readonly MethodName[] = [
  "filter",
  "evaluation",
  "guidance",
  "combination",
  "stream",
  "grpo",
  "optimal",
  "distillation",
  "base",
];
