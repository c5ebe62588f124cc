/** How a method looks in every picture: hypotheses by colour, methods of one hypothesis by mark and dash. */

import type { SymbolType } from "@observablehq/plot";
import type { Palette } from "../../report/palette.ts";
import type { Hypothesis } from "../method.ts";

export type Look = { readonly color: string; readonly symbol: SymbolType; readonly dash: string };

const DASHES = ["none", "7 4", "2 4", "10 3 2 3"] as const;
const SYMBOLS = ["circle", "triangle", "square", "diamond"] as const satisfies readonly SymbolType[];

const ROLES: Readonly<Record<Hypothesis, keyof Palette>> = {
  filter: "base",
  evaluation: "final",
  guidance: "good",
  combination: "bad",
  own: "ink",
  baseline: "control",
};

/** Of each contender, in their order. */
export function looksOf(
  contenders: readonly { readonly name: string; readonly hypothesis: Hypothesis }[],
  palette: Palette,
): Map<string, Look> {
  const seen = new Map<Hypothesis, number>();
  return new Map(
    contenders.map(({ name, hypothesis }) => {
      const nth = seen.get(hypothesis) ?? 0;
      seen.set(hypothesis, nth + 1);
      const look: Look = {
        color: palette[ROLES[hypothesis]],
        symbol: SYMBOLS[nth % SYMBOLS.length] as SymbolType,
        dash: DASHES[nth % DASHES.length] as string,
      };
      return [name, look];
    }),
  );
}
