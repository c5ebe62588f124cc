/**
 * Where Mull's time goes: one training step and one decode step on one thread under ONNX Runtime's profiler, operator
 * by operator. What lies between the sum of the operators and the whole step is the runtime's own overhead.
 */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { z } from "zod";
import { PAGE_ROWS } from "../../src/engine/kv-cache.ts";
import { emit, type Program } from "../../src/engine/onnx/emit.ts";
import { fullBatch } from "../../src/engine/packing.ts";
import { gradientProgram } from "../../src/engine/training-graph.ts";
import { decodeStep, parameterInputs, parameterLayout, type TransformerConfig } from "../../src/engine/transformer.ts";
import { CROSS_ENTROPY } from "../../src/learn/pretrain.ts";
import { BASE_SHAPE } from "../../src/show/pretrain/base-model.ts";
import { spreadOf } from "../spread.ts";
import { makeWeights } from "./workload.ts";

export type OperatorTime = {
  /** The operator, and the shapes of its first two inputs. */
  readonly operator: string;
  readonly nodes: number;
  /** All its nodes in one run, each at its median over runs. */
  readonly milliseconds: number;
};

export type StepProfile = {
  readonly step: string;
  /** Median of whole runs, ms. */
  readonly milliseconds: number;
  /** The operators' own time, ms. */
  readonly operatorMilliseconds: number;
  readonly operators: readonly OperatorTime[];
};

const RUNS = 20;
const ROW_TIME = 128;
const CACHE_TIME = 128;

export async function profile(config: TransformerConfig = BASE_SHAPE): Promise<StepProfile[]> {
  const batch = fullBatch(ROW_TIME);
  return [
    await profileProgram(
      `training, ${batch} rows of ${ROW_TIME} tokens`,
      gradientProgram(config, { batch, time: ROW_TIME }, CROSS_ENTROPY),
      config,
    ),
    await profileProgram(`decoding, ${PAGE_ROWS} rows against ${CACHE_TIME} positions`, decodeProgram(config), config),
  ];
}

export function renderProfile({ step, milliseconds, operatorMilliseconds, operators }: StepProfile): string {
  const rows = operators
    .slice(0, 24)
    .map((o) => `${o.milliseconds.toFixed(3).padStart(9)}  ${String(o.nodes).padStart(4)}  ${o.operator}`);
  const nodes = operators.reduce((n, o) => n + o.nodes, 0);
  return [
    `${step}: ${milliseconds.toFixed(2)} ms, of which ${operatorMilliseconds.toFixed(2)} ms in ${nodes} operators, one thread`,
    "       ms  nodes operator, shapes of its first inputs",
    ...rows,
  ].join("\n");
}

function decodeProgram(config: TransformerConfig): Program {
  const { logits, keys, values } = decodeStep(config, parameterInputs(config), PAGE_ROWS, CACHE_TIME);
  const fresh = [...keys, ...values].map((tensor, i) => [`new.${i}`, tensor] as const);
  return emit({ logits, ...Object.fromEntries(fresh) });
}

const traceSchema = z.array(
  z.object({
    cat: z.string(),
    name: z.string(),
    dur: z.number().optional(),
    args: z
      .object({
        op_name: z.string(),
        input_type_shape: z.array(z.record(z.string(), z.array(z.int()))),
      })
      .partial()
      .optional(),
  }),
);

async function profileProgram(step: string, program: Program, config: TransformerConfig): Promise<StepProfile> {
  const folder = await mkdtemp(join(tmpdir(), "mull-profile-"));
  try {
    const session = await ort.InferenceSession.create(program.model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      enableProfiling: true,
      profileFilePrefix: join(folder, "trace"),
    });
    const feeds = feedsOf(program, config);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      await session.run(feeds);
      times.push(performance.now() - start);
    }
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    const operators = operatorTimes(await readFile(join(folder, file as string), "utf8"));
    return {
      step,
      milliseconds: spreadOf(times).median,
      operatorMilliseconds: operators.reduce((n, o) => n + o.milliseconds, 0),
      operators,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function operatorTimes(trace: string): OperatorTime[] {
  const byOperator = new Map<string, Map<string, number[]>>();
  for (const { cat, name, dur, args } of traceSchema.parse(JSON.parse(trace))) {
    if (cat !== "Node" || !name.endsWith("kernel_time") || dur === undefined) continue;
    const shapes = (args?.input_type_shape ?? []).slice(0, 2).map((input) => `[${Object.values(input)[0] ?? []}]`);
    const operator = `${args?.op_name ?? "?"} ${shapes.join(" x ")}`;
    const nodes = byOperator.get(operator) ?? new Map<string, number[]>();
    byOperator.set(operator, nodes.set(name, [...(nodes.get(name) ?? []), dur / 1000]));
  }
  return [...byOperator]
    .map(([operator, nodes]) => ({
      operator,
      nodes: nodes.size,
      milliseconds: [...nodes.values()].reduce((n, times) => n + spreadOf(times).median, 0),
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** The benchmark's weights, tokens and positions that are in range, and ones: zeros would all lie in one page of memory. */
function feedsOf(program: Program, config: TransformerConfig): Record<string, ort.Tensor> {
  const weights = makeWeights(config);
  const parameters = new Map(
    parameterLayout(config).map((p) => [p.name, weights.subarray(p.offset, p.offset + p.size)]),
  );
  return Object.fromEntries(
    program.inputs.map(({ name, shape, dtype }) => {
      const size = shape.reduce((n, d) => n * d, 1);
      const whole = (): BigInt64Array => BigInt64Array.from({ length: size }, (_, i) => BigInt(i % ROW_TIME));
      const tensor =
        dtype === "int64"
          ? new ort.Tensor("int64", whole(), shape)
          : new ort.Tensor("float32", parameters.get(name) ?? new Float32Array(size).fill(filler(name)), shape);
      return [name, tensor];
    }),
  );
}

/** Masks and the starts of sequences are 0: everything before a token is seen. */
function filler(name: string): number {
  return name === "mask" || name === "starts" ? 0 : 1;
}
