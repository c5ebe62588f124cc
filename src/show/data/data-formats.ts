/** What `mull data --format` may be. */

export const DATA_FORMATS = ["jsonl", "parquet"] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];
