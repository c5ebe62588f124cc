/**
 * The typed views that SQL sees: for each, the events it shows and, by column, the SQL type and where in the event the
 * value stands (a JSON path). A value that is missing or of another type is NULL. Every view begins with `run`, `line`.
 */

export type View = {
  readonly type: string;
  readonly columns: Readonly<Record<string, readonly [type: string, path: string]>>;
};

const interval = { ciLow: ["DOUBLE", "$.ci[0]"], ciHigh: ["DOUBLE", "$.ci[1]"] } as const;

export const VIEWS = {
  steps: {
    type: "step",
    columns: {
      step: ["BIGINT", "$.step"],
      steps: ["BIGINT", "$.steps"],
      flops: ["DOUBLE", "$.flops"],
      reward: ["DOUBLE", "$.reward"],
      useful: ["DOUBLE", "$.useful"],
      loss: ["DOUBLE", "$.loss"],
      entropy: ["DOUBLE", "$.entropy"],
      meanTokens: ["DOUBLE", "$.meanTokens"],
      truncated: ["DOUBLE", "$.truncated"],
      kl: ["DOUBLE", "$.kl"],
      gradNorm: ["DOUBLE", "$.gradNorm"],
      clipped: ["DOUBLE", "$.clipped"],
      lossTokens: ["BIGINT", "$.lossTokens"],
      seconds: ["DOUBLE", "$.seconds"],
    },
  },
  evals: {
    type: "eval",
    columns: {
      step: ["BIGINT", "$.step"],
      flops: ["DOUBLE", "$.flops"],
      passAt1: ["DOUBLE", "$.passAt1"],
      ...interval,
      n: ["BIGINT", "$.n"],
      byN: ["JSON", "$.byN"],
    },
  },
  samples: {
    type: "samples",
    columns: {
      model: ["VARCHAR", "$.model"],
      strategy: ["VARCHAR", "$.strategy"],
      n: ["BIGINT", "$.n"],
      flops: ["DOUBLE", "$.flops"],
      accuracy: ["DOUBLE", "$.accuracy"],
      ...interval,
    },
  },
  lengths: {
    type: "length",
    columns: {
      model: ["VARCHAR", "$.model"],
      maxTokens: ["BIGINT", "$.maxTokens"],
      flops: ["DOUBLE", "$.flops"],
      tokens: ["DOUBLE", "$.tokens"],
      accuracy: ["DOUBLE", "$.accuracy"],
      ...interval,
    },
  },
  chains: {
    type: "chain",
    columns: {
      step: ["BIGINT", "$.step"],
      problem: ["VARCHAR", "$.problem"],
      text: ["VARCHAR", "$.text"],
      verdict: ["VARCHAR", "$.verdict"],
      reason: ["VARCHAR", "$.reason"],
    },
  },
} as const satisfies Record<string, View>;

/** What can be queried and exported: every event, or the events of one kind with typed columns. */
export type Relation = "journal" | keyof typeof VIEWS;

/** The statement that defines a view over the table `journal (run, line, type, event)`. */
export function viewSql(name: string, view: View): string {
  const columns = Object.entries(view.columns).map(([column, [type, path]]) => {
    const value = type === "JSON" ? `event -> '${path}'` : `TRY_CAST(event ->> '${path}' AS ${type})`;
    return `${value} AS "${column}"`;
  });
  return `CREATE VIEW ${name} AS SELECT run, line, ${columns.join(", ")} FROM journal WHERE type = '${view.type}'`;
}
