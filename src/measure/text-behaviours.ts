/**
 * Behaviours of chains in free text, by the words that show them (after Gandhi et al. 2025, "Cognitive behaviors that
 * enable self-improving reasoners"). Words are evidence and not proof: a chain may say "let me check" and check nothing.
 */

export const TEXT_BEHAVIOURS = {
  verification:
    /\b(?:let me (?:check|verify)|let's (?:check|verify)|double[- ]check|to (?:check|verify)|verif(?:y|ying) (?:that|this|the))\b/gi,
  backtracking:
    /\b(?:wait|hold on|let me (?:try|start|go back)|let's (?:try another|start over|go back)|alternatively|another approach)\b/gi,
  "error correction":
    /\b(?:that(?:'s| is) (?:wrong|incorrect|not right)|(?:made|there(?:'s| is)) (?:a|an) (?:mistake|error)|(?:my|a) mistake)\b/gi,
  "sub-goals": /(?:\bstep \d+|\bfirst(?:ly)?,|\bnext,|\bto (?:find|solve|compute) this,? (?:we|i) (?:first|need))/gi,
  "giving up": /\b(?:i(?:'m| am) (?:not sure|stuck)|i (?:give up|cannot (?:solve|determine))|cannot be determined)\b/gi,
} as const satisfies Record<string, RegExp>;

export type TextBehaviour = keyof typeof TEXT_BEHAVIOURS;

export type TextBehaviours = Readonly<
  Record<
    TextBehaviour,
    {
      /** Share of chains that show it at least once. */
      readonly showing: number;
      /** Occurrences a chain. */
      readonly perChain: number;
      /** The same of right and of wrong chains; null where there are none. */
      readonly correct: number | null;
      readonly wrong: number | null;
    }
  >
>;

/** Occurrences in one chain. */
export type TextTally = { readonly correct: boolean; readonly counts: Readonly<Record<TextBehaviour, number>> };

const NAMES = Object.keys(TEXT_BEHAVIOURS) as TextBehaviour[];

/**
 * What one chain shows.
 *
 * @example
 * tallyText("Wait, let me check.", true).counts.verification; // 1
 */
export function tallyText(text: string, correct: boolean): TextTally {
  const count = (name: TextBehaviour): number => text.match(TEXT_BEHAVIOURS[name])?.length ?? 0;
  return { correct, counts: Object.fromEntries(NAMES.map((name) => [name, count(name)])) as TextTally["counts"] };
}

/**
 * How often each behaviour shows in the chains.
 *
 * @example
 * textBehaviours([tallyText("Wait.", true), tallyText("So it is 7.", false)]).backtracking.showing; // 0.5
 */
export function textBehaviours(tallies: readonly TextTally[]): TextBehaviours {
  const rate = (name: TextBehaviour, some: readonly TextTally[]): number | null =>
    some.length === 0 ? null : some.reduce((sum, { counts }) => sum + counts[name], 0) / some.length;
  const right = tallies.filter(({ correct }) => correct);
  const wrong = tallies.filter(({ correct }) => !correct);
  const entries = NAMES.map((name) => {
    const showing = tallies.filter(({ counts }) => counts[name] > 0).length / Math.max(1, tallies.length);
    const perChain = rate(name, tallies) ?? 0;
    return [name, { showing, perChain, correct: rate(name, right), wrong: rate(name, wrong) }];
  });
  return Object.fromEntries(entries) as TextBehaviours;
}
