/** What a verifier says. A verifier that failed says `unscored`, which is never counted as wrong and never trained on. A score lies in [0, 1]. */

export type Verdict =
  | { readonly status: "correct" | "wrong"; readonly score: number; readonly reason: string }
  | { readonly status: "unscored"; readonly reason: string };

export function correct(reason: string, score = 1): Verdict {
  return { status: "correct", score, reason };
}

export function wrong(reason: string, score = 0): Verdict {
  return { status: "wrong", score, reason };
}

export function unscored(reason: string): Verdict {
  return { status: "unscored", reason };
}
