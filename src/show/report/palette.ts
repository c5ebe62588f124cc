/**
 * Colours, dashes and marks of every picture. Base and trained model differ in colour AND mark, strategies in dash AND
 * mark, so that nothing hangs on colour alone. Blue and orange are those of Okabe and Ito (2008, "Color Universal
 * Design"), darkened on paper and lightened on black until text in them has a contrast of 4.5:1 or more.
 */

export const ROLES = ["surface", "card", "ink", "muted", "grid", "base", "final", "control", "good", "bad"] as const;
export type Role = (typeof ROLES)[number];
export type Palette = Readonly<Record<Role, string>>;

export const LIGHT: Palette = {
  surface: "#ffffff",
  card: "#f6f7f9",
  ink: "#1b1e24",
  muted: "#5a6170",
  grid: "#dde1e7",
  base: "#0067a5",
  final: "#b84a00",
  control: "#3f4653",
  good: "#1a7046",
  bad: "#b3261e",
};

export const DARK: Palette = {
  surface: "#14161a",
  card: "#1d2026",
  ink: "#eceef2",
  muted: "#a3abba",
  grid: "#333843",
  base: "#62b4ee",
  final: "#ff9f55",
  control: "#c6ccd8",
  good: "#6ccf9b",
  bad: "#ff8a80",
};

/** For pictures inside a page: each colour is the page's CSS variable, so that they follow its theme. */
export const THEMED = Object.fromEntries(ROLES.map((role) => [role, `var(--${role})`])) as Palette;

/** The variables that THEMED names, as CSS declarations. */
export function cssVariables(palette: Palette): string {
  return ROLES.map((role) => `--${role}: ${palette[role]};`).join(" ");
}

export type Mark = { readonly dash: string; readonly symbol: "circle" | "triangle" | "square" | "diamond" };

/** How test-time compute is spent. `length` is one chain, made longer; any other name falls back to `other`. */
export const STRATEGY_MARKS: Readonly<Record<"pass@n" | "majority" | "length" | "other", Mark>> = {
  "pass@n": { dash: "none", symbol: "circle" },
  majority: { dash: "7 4", symbol: "triangle" },
  length: { dash: "2 4", symbol: "square" },
  other: { dash: "10 3 2 3", symbol: "diamond" },
};

export function strategyMark(strategy: string): Mark {
  if (strategy === "pass@n" || strategy === "majority" || strategy === "length") return STRATEGY_MARKS[strategy];
  return STRATEGY_MARKS.other;
}
