/** What `--task`, `--search` and `--distil` may be; the first of each is the default. */

export const TASK_NAMES = ["countdown", "arithmetic"] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** `restate` solves what a step leaves; `go-on` is best of n of chains that do not give up. */
export const SEARCH_NAMES = ["restate", "best-of-n", "go-on", "beam-search", "mcts"] as const;
export type SearchName = (typeof SEARCH_NAMES)[number];

export const DISTIL_NAMES = ["same", "fresh-larger"] as const;
export type DistilName = (typeof DISTIL_NAMES)[number];
