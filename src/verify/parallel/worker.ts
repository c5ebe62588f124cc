/** A thread that verifies one answer after another with a verifier of its own. */

import { parentPort, workerData } from "node:worker_threads";
import type { Problem } from "../../core/problem.ts";
import { makeVerifier } from "../make-verifier.ts";
import type { VerifierSpec } from "../verifier-spec.ts";

const { verifier } = await makeVerifier(workerData as VerifierSpec);
// The first answer compiles much of the verifier: it is not counted against anybody's time.
await verifier.verify(
  { id: "warm", prompt: "", answer: "\\sqrt{2}+\\frac{1}{3}", data: { options: ["1", "2"], correct: "A" } },
  "\\boxed{x^2+1}",
);
parentPort?.on("message", async ({ problem, completion }: { problem: Problem; completion: string }) => {
  parentPort?.postMessage(await verifier.verify(problem, completion));
});
parentPort?.postMessage("ready");
