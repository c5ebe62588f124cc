/** `mull pretrain`: the base model from nothing, and the gate it must pass. */

import { join } from "node:path";
import { GATE_THRESHOLDS, passesGate } from "../reproduce/gate.ts";
import { pretrainBase } from "../reproduce/pretrain.ts";
import { baseSummary } from "./base-summary.ts";
import { liveRun } from "./live-run.ts";
import { shownPath, type Terminal } from "./terminal.ts";

export type PretrainCommandOptions = {
  readonly steps?: number;
  readonly seed: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

export async function pretrainCommand(options: PretrainCommandOptions, terminal: Terminal): Promise<void> {
  const { seed, steps, fresh = false, json = false } = options;
  const out = options.out ?? join("runs", `base-seed${seed}`);
  const result = await liveRun({ ...options, out, fresh }, terminal, (hooks) =>
    pretrainBase({ seed, out, fresh, ...(steps === undefined ? {} : { steps }) }, hooks),
  );
  if (json) {
    terminal.print(JSON.stringify({ out, seed, ...result, thresholds: GATE_THRESHOLDS, passed: passesGate(result) }));
    return;
  }
  terminal.print();
  for (const line of baseSummary(result, terminal.paint)) terminal.print(line);
  terminal.print();
  terminal.print(`the model: ${shownPath(out)}`);
  terminal.print(`try it:    npx mull solve "3 7 8 2 = 24" --model ${shownPath(out)}`);
}
