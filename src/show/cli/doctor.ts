/** `mull doctor`: what this machine offers, how fast it is at Mull's work, and what a run would take. */

import { MullError } from "../../core/errors.ts";
import { findModel, openModel, SHIPPED } from "../../model/open.ts";
import { duration, fixed, significant } from "../report/format.ts";
import { PRESETS } from "../reproduce/presets.ts";
import { estimateSeconds } from "./estimate.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { gemmSpeed, modelSpeed, type Speed } from "./speed.ts";
import { StatusLine } from "./status-line.ts";
import { remark, type Terminal } from "./terminal.ts";

export type DoctorOptions = { readonly out: string; readonly json?: boolean };

const PORT = 4600;
const MEASURE_MS = 2000;
/** Of the puzzles that are sampled: the same ones each time. */
const SEED = 1;

export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<void> {
  const machine = await describeMachine(options.out, PORT);
  const status = new StatusLine(terminal);
  status.show("measuring: matrix product");
  const gflops = await gemmSpeed(MEASURE_MS / 2);
  const models: Record<string, Speed> = {};
  const missing: string[] = [];
  for (const name of ["base", "trained"] as const) {
    status.clear();
    status.show(`measuring: the ${name} model`);
    try {
      if (findModel(name).path !== SHIPPED[name]) throw new MullError("checkpoint", `${SHIPPED[name]} does not exist`);
      const model = await openModel(name);
      try {
        models[name] = await modelSpeed(model, SEED, MEASURE_MS);
      } finally {
        await model.engine.close();
      }
    } catch (error) {
      if (!(error instanceof MullError)) throw error;
      missing.push(`the ${name} model was not measured: ${error.message}`);
    }
  }
  status.clear();
  const seconds = estimates(models);
  if (options.json === true) {
    terminal.print(JSON.stringify({ ...machine, gflops, models, missing, reproduceSeconds: seconds }));
    return;
  }
  const rows = [...machineRows(machine, terminal), ...speedRows(gflops, models), ...timeRows(seconds)];
  for (const line of leftTable(rows)) terminal.print(line);
  for (const line of missing) remark(terminal, line);
}

/** By preset; empty where one of the two models could not be measured. */
function estimates({ base, trained }: Readonly<Record<string, Speed>>): Record<string, number> {
  if (base === undefined || trained === undefined) return {};
  const entries = Object.values(PRESETS).map((preset) => [
    preset.name,
    Math.round(estimateSeconds(preset, base, trained.meanTokens)),
  ]);
  return Object.fromEntries(entries);
}

type Row = readonly [name: string, value: string];

function machineRows(machine: Machine, { paint }: Terminal): Row[] {
  const { onnxruntime, memory, disk, port } = machine;
  const free = port.free
    ? `port ${port.number} is free`
    : paint("yellow", `port ${port.number} is taken: another is used`);
  return [
    ["Node.js", `${machine.node} on ${machine.platform}`],
    ["processor", `${machine.cpu}, ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}`],
    ["vectors", machine.vectors === null ? "not told by this system" : machine.vectors.join(", ") || "none known"],
    ["memory", `${gigabytes(memory.free)} free of ${gigabytes(memory.total)}`],
    ["ONNX Runtime", `${onnxruntime.version}, providers: ${onnxruntime.providers.map(marked).join(", ")}`],
    ["disk", `${disk.free === null ? "unknown" : gigabytes(disk.free)} free at ${disk.folder}`],
    ["Chromium", machine.chromium ?? "not found; only the browser tests need it"],
    ["live page", free],
  ];
}

function marked(provider: string): string {
  return provider === "cpu" ? "cpu (used)" : provider;
}

function speedRows(gflops: number, models: Readonly<Record<string, Speed>>): Row[] {
  const speeds = Object.entries(models).map(
    ([name, { sampling, training, meanTokens }]): Row => [
      `${name} model`,
      `samples ${fixed(sampling)} tokens/s, trains on ${fixed(training)} tokens/s; ${significant(meanTokens)} tokens a chain`,
    ],
  );
  return [["matrix product", `${fixed(gflops)} GFLOP/s (float32, 1024 x 1024, all cores)`], ...speeds];
}

function timeRows(seconds: Readonly<Record<string, number>>): Row[] {
  return Object.entries(seconds).map(([preset, each]): Row => {
    const flag = preset === "default" ? "" : ` --${preset}`;
    return [`mull reproduce${flag}`, `up to ${duration(each)}, estimated from these speeds`];
  });
}

function leftTable(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function gigabytes(bytes: number): string {
  return `${significant(bytes / 1e9)} GB`;
}
