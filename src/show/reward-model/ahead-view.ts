/** The report's section on looking ahead: the head alone and with roll-outs, on the same states. */

import { counted, fixed, powerOfTen } from "../report/format.ts";
import type { Html } from "../report/html.ts";
import { paragraphs, section, table } from "../report/page/parts.ts";
import type { Ahead, Judged } from "./ahead.ts";
import { STATE_WORDS } from "./ranking-panel.ts";

const STATES = ["all", "3", "2", "1"] as const;

export function lookingAheadSentences({ rollouts, head, lookahead }: Ahead): string[] {
  const ranks = ({ rankings }: Judged, states: string): string => {
    const found = rankings.find((each) => each.states === states);
    return found === undefined ? "–" : fixed(found.auroc, 3);
  };
  const times = lookahead.flops / head.flops;
  return [
    `Looking ahead by ${counted(rollouts, "roll-out")} a state, which the head reads, it comes to ${ranks(lookahead, "all")} where the head alone has ${ranks(head, "all")} on the same states, and to ${ranks(lookahead, "3")} against ${ranks(head, "3")} with three numbers left; its scores then miss the shares by ${fixed(lookahead.reliability.ece, 3)}. It costs ${fixed(times, times < 10 ? 1 : 0)} times the FLOPs.`,
  ];
}

export function lookingAhead(ahead: Ahead): Html {
  const { rollouts, temperature, chains, states, calibration } = ahead;
  const cell = (name: string) => (judged: Judged) => {
    const found = judged.rankings.find((each) => each.states === name);
    return found === undefined
      ? "–"
      : `${fixed(found.auroc, 3)} (${fixed(found.ci[0], 3)} to ${fixed(found.ci[1], 3)})`;
  };
  return section(
    "ahead",
    "Does it help to look ahead?",
    paragraphs([
      `From a state the policy goes on ${counted(rollouts, "time")}, at a temperature of ${fixed(temperature, 1)}; the head reads what that came to, and the score is the mean. No verifier takes part. Its calibration: logit times ${fixed(calibration.slope, 2)}, and ${fixed(calibration.intercept, 2)} added.`,
    ]),
    table(
      `Both on the same ${counted(states, "state")} of ${counted(chains, "chain")}, one a problem`,
      [
        { name: "", cell: ([what]) => what },
        { name: "head alone", cell: ([, show]) => show(ahead.head) },
        { name: `${fixed(rollouts)} roll-outs`, cell: ([, show]) => show(ahead.lookahead) },
      ],
      [
        ...STATES.map((name) => [`AUROC, ${STATE_WORDS[name]}`, cell(name)] as const),
        ["calibration error", (judged) => fixed(judged.reliability.ece, 3)],
        ["FLOPs a state", (judged) => powerOfTen(judged.flops)],
      ] as const satisfies readonly (readonly [string, (judged: Judged) => string])[],
    ),
  );
}
