/** The base as it is: what more samples alone buy. */

import type { Method } from "../method.ts";

export const BASE: Method = {
  name: "base",
  title: "base, no training",
  hypothesis: "baseline",
  summary: "the base model as it is: its pass@n and its votes are what test-time compute alone buys",
  knobs: [],
};
