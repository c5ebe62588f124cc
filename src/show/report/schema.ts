/**
 * `report.json`: everything a run found out, and the only thing its pictures and its page are drawn from.
 *
 * Accuracies, shares and interval ends are fractions in [0, 1]; FLOPs are counted as in `core/flops.ts`; an interval is a
 * 95% interval `[lo, hi]`. A number that could not be computed (a slope through one point) is null, never 0.
 */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { LIMITS } from "../../core/limits.ts";

const label = z.string().max(200);
const sentence = z.string().max(4000);
const chainText = z.string().max(LIMITS.completionChars);
const count = z.number().int().min(0);
const amount = z.number().min(0);
const fraction = z.number().min(0).max(1);
const interval = z
  .tuple([fraction, fraction])
  .refine(([lo, hi]) => lo <= hi, "expected [lo, hi] with lo <= hi")
  .describe("95% interval [lo, hi]");

const anyInterval = z.tuple([z.number(), z.number()]).describe("95% interval [lo, hi], not held to [0, 1]");

const Rate = z.object({
  passAt1: fraction.describe("share of problems that one chain solves, in the mean"),
  ci: interval,
  n: count.describe("problems measured"),
});

const ModelResult = Rate.extend({
  byN: z.record(label, Rate).describe("the same by how many numbers a problem has"),
  unseenTargets: Rate.describe("problems whose target number never occurred in training"),
});

const Gate = z.object({
  format: fraction.describe("chains that follow the format"),
  operations: fraction.describe("operations whose arithmetic is right"),
  passAt1: fraction,
  passed: z.boolean().describe("whether the base model is a fair place to start from"),
});

const perModel = z.object({ base: amount, forced: amount, final: amount });

const Control = z
  .object({
    tokensPerProblem: perModel.describe("tokens written per problem, mean"),
    flopsPerProblem: z
      .exactOptional(perModel)
      .describe("FLOPs spent per problem, mean; places the control on the FLOP axis"),
    forced: Rate.describe("the base model, made to go on until it spends as many tokens as the trained one"),
    shareNotGivingUp: z
      .number()
      .nullable()
      .describe("(forced - base) / (final - base); null where there is no clear gain"),
    shareCi: z.exactOptional(anyInterval.nullable()),
    gain: z.exactOptional(z.number()).describe("final - base, in accuracy"),
    gainCi: z
      .exactOptional(anyInterval)
      .describe("of the difference on the same problems: narrower than the two intervals"),
    matched: z.exactOptional(z.boolean()).describe("whether the forced base reached the trained model's tokens"),
  })
  .describe("how much of the gain is only not giving up");

const TrainPoint = z.object({
  step: count,
  flops: amount.describe("cumulative FLOPs of sampling and training up to here, evaluation left out"),
  passAt1: fraction,
  ci: interval,
});

const measured = z.number().nullable();

const Diagnostics = z.object({
  step: count,
  flops: amount.describe("cumulative, as in `train`"),
  reward: measured.describe("mean reward of the step's chains"),
  useful: measured.describe("share of groups with both right and wrong chains: only these teach"),
  entropy: measured.describe("nats per token"),
  meanTokens: measured.describe("tokens per chain"),
  truncated: measured.describe("share of chains that ran out of room"),
  kl: measured.describe("distance from the base model, nats per token"),
  gradNorm: measured.describe("norm of the gradient before clipping"),
  clipped: measured.describe("share of tokens whose update was clipped"),
});

const modelName = z.enum(["base", "final"]);

const SamplePoint = z.object({
  model: modelName,
  strategy: label.describe("`pass@n` (best of n by the exact verifier) or `majority`"),
  n: count.min(1).describe("chains per problem"),
  maxTokens: z.exactOptional(count.min(1)).describe("the longest such chain"),
  flops: amount.describe("FLOPs per problem, mean"),
  accuracy: fraction,
  ci: interval,
});

const LengthPoint = z.object({
  model: modelName,
  maxTokens: count.min(1).describe("the chain's budget in tokens; it is made to go on until then"),
  flops: amount.describe("FLOPs per problem, mean"),
  tokens: amount.describe("tokens actually written per problem, mean"),
  accuracy: fraction,
  ci: interval,
});

const Fit = z
  .object({
    slope: measured.describe("accuracy gained per tenfold of FLOPs"),
    slopeCi: anyInterval.nullable(),
    intercept: measured.describe("accuracy at 1 FLOP (log10 = 0), an extrapolation"),
    r2: measured,
    residual: measured.describe("standard deviation of the points about the line, in accuracy"),
    points: count,
    verdict: sentence.describe("in plain words, whether the points support a line"),
  })
  .describe("accuracy = intercept + slope * log10(FLOPs)");

const rateInterval = z.tuple([amount, amount]).describe("95% interval [lo, hi]");

const Behaviour = z.object({
  base: amount,
  final: amount,
  kind: z.enum(["amplified", "reduced", "unchanged", "emerged", "absent"]),
  baseCi: z.exactOptional(rateInterval),
  finalCi: z.exactOptional(rateInterval),
  unit: z.exactOptional(label).describe("what a rate of 1 is, such as `per chain` or `per 100 operations`"),
  meaning: z.exactOptional(sentence).describe("what the behaviour is, for a reader without background"),
});

const ExampleChain = z.object({
  text: chainText,
  verdict: z.enum(["correct", "wrong", "unscored"]),
  reason: sentence.describe("the verifier's"),
  tokens: count,
});

export const reportSchema = z.object({
  base: ModelResult,
  final: ModelResult,
  gate: Gate,
  control: Control,
  train: z.array(TrainPoint).max(100_000),
  diagnostics: z.array(Diagnostics).max(1_000_000),
  test: z.object({ samples: z.array(SamplePoint).max(10_000), length: z.array(LengthPoint).max(10_000) }),
  fits: z.record(label, Fit).describe("`train`, `samples.MODEL.STRATEGY` and `length.MODEL`, such as `length.base`"),
  behaviours: z.record(label, Behaviour),
  examples: z.array(z.object({ problem: sentence, base: ExampleChain, final: ExampleChain })).max(100),
  config: z.record(z.string(), z.json()),
  seed: count,
  versions: z.record(label, label),
  wallSeconds: amount.describe("the whole run, measuring included"),
  command: z.exactOptional(sentence).describe("what to type to get this report again"),
});

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

type Parsed = z.infer<typeof reportSchema>;

export type Report = Frozen<Omit<Parsed, "config">> & { readonly config: Readonly<Parsed["config"]> };
export type RateReport = Frozen<z.infer<typeof Rate>>;
export type FitReport = Frozen<z.infer<typeof Fit>>;
export type BehaviourReport = Frozen<z.infer<typeof Behaviour>>;
export type ChainReport = Frozen<z.infer<typeof ExampleChain>>;

/**
 * Checks that `json` is a report and returns it with what does not belong to the format left out.
 *
 * @throws MullError `input`, naming the first places that do not fit.
 * @example
 * import { MullError } from "../../core/errors.ts";
 * import { validateReport } from "./schema.ts";
 * try {
 *   validateReport({});
 * } catch (error) {
 *   console.log(error instanceof MullError && error.code); // input
 * }
 */
export function validateReport(json: unknown): Report {
  const result = reportSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const shown = issues.slice(0, 5).map((issue) => `${issue.path.join(".") || "(the whole file)"}: ${issue.message}`);
  const more = issues.length > shown.length ? `; and ${issues.length - shown.length} more` : "";
  throw new MullError("input", `This is not a Mull report. ${shown.join("; ")}${more}`, {
    hint: "report.json is written by `mull reproduce`; run it again, or restore the file",
  });
}
