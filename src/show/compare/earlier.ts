/** What an earlier comparison measured on the same terms, from its compare.json: its cells need not be run again. */

import { readFile, stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { type CellResult, cellResultSchema } from "./cells/cell-result.ts";
import { mapPointSchema } from "./cells/compute-map.ts";
import type { Comparison } from "./compare-result.ts";
import type { Contender } from "./contender.ts";
import { type Knobs, knobsText } from "./knobs.ts";
import { HYPOTHESES, type Hypothesis } from "./method.ts";
import type { ComparePreset } from "./presets.ts";
import type { Cell, Who } from "./report/standings.ts";

const hypotheses = Object.keys(HYPOTHESES) as [Hypothesis, ...Hypothesis[]];

const schema = z.object({
  preset: z.string(),
  budgetFlops: z.number(),
  problems: z.number(),
  base: z.string(),
  standings: z.array(
    z.object({ name: z.string(), title: z.string(), hypothesis: z.enum(hypotheses), summary: z.string() }),
  ),
  cells: z.array(cellResultSchema).max(10_000),
  map: z.object({ name: z.string(), title: z.string(), seed: z.number(), points: z.array(mapPointSchema) }).nullable(),
});

/** A compare.json of some thousand cells; more is not one. */
const MAX_BYTES = 256 * 2 ** 20;

export type EarlierOptions = {
  readonly preset: ComparePreset;
  /** SHA-256 of the base's weights. */
  readonly base: string;
  readonly contenders: readonly Contender[];
};

export type Earlier = { readonly cells: readonly Cell[]; readonly map: Comparison["map"] };

/**
 * @throws MullError `usage` where the file is no compare.json, or one on other terms: another preset, budget, base or other problems, or
 * other knobs of a contender that takes part under the same name
 */
export async function readEarlier(path: string, { preset, base, contenders }: EarlierOptions): Promise<Earlier> {
  const told = schema.safeParse(await readJson(path));
  if (!told.success) throw unusable(path, "it is no compare.json of this version of Mull");
  const { standings, cells, map, ...terms } = told.data;
  const own = { preset: preset.name, budgetFlops: preset.budgetFlops, problems: preset.problems, base };
  for (const name of ["preset", "budgetFlops", "problems", "base"] as const) {
    if (terms[name] !== own[name]) throw unusable(path, `its ${name} is ${terms[name]}, here it is ${own[name]}`);
  }
  for (const { name, knobs } of contenders) {
    const other = cells.find((cell) => cell.name === name && !isDeepStrictEqual(cell.knobs, knobs));
    if (other === undefined) continue;
    throw unusable(
      path,
      `its ${name} ran with ${settings(other.knobs)}, here it has ${settings(knobs)}`,
      "give the same knobs, leave the method out of --methods, or compare settings under names of their own with --vary",
    );
  }
  const who = new Map<string, Who>(standings.map((standing) => [standing.name, standing]));
  return {
    cells: cells.flatMap((result): Cell[] => {
      const known = who.get(result.name);
      return known === undefined ? [] : [{ who: known, seed: result.seed, result, failure: null }];
    }),
    map,
  };
}

/** The cell of a contender, if it is there. */
export function earlierCell({ cells }: Earlier, { name }: Contender, seed: number): CellResult | null {
  return cells.find(({ result }) => result?.name === name && result.seed === seed)?.result ?? null;
}

function settings(knobs: Knobs): string {
  return knobsText(knobs) || "its own settings";
}

async function readJson(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw unusable(path, "it is too large");
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof MullError) throw error;
    throw unusable(path, error instanceof SyntaxError ? "it is no JSON" : "it cannot be read", TERMS, error);
  }
}

const TERMS = "name the compare.json of a comparison with the same preset, --flops and --base";

function unusable(path: string, why: string, hint = TERMS, cause?: unknown): MullError {
  return new MullError("usage", `${path} cannot stand beside this comparison: ${why}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}
