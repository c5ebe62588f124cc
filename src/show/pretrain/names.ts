/** What `mull pretrain --task` may be; the first is the default. */

export const BASE_TASK_NAMES = ["countdown", "arithmetic", "in-context"] as const;
export type BaseTaskName = (typeof BASE_TASK_NAMES)[number];
