/** A way of learning from a file of one's own, to stand beside those that Mull has: `mull compare --methods filter,./mine.ts`. */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { exists } from "../../store/atomic.ts";
import { KNOBS, type KnobName } from "./knobs.ts";
import { HYPOTHESES, type Hypothesis, type Method } from "./method.ts";
import { METHOD_NAMES } from "./method-names.ts";

const schema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, "small letters, digits and dashes"),
  title: z.string().min(1).max(60),
  hypothesis: z.enum(Object.keys(HYPOTHESES) as [Hypothesis, ...Hypothesis[]]),
  summary: z.string().min(1).max(300),
  knobs: z.array(z.enum(Object.keys(KNOBS) as [KnobName, ...KnobName[]])),
  start: z.custom<NonNullable<Method["start"]>>((value) => typeof value === "function", "a function"),
});

/** Whether a word names a file, not a method of Mull's. */
export function isFile(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

/**
 * The default export of a module, which runs with all rights of this process.
 *
 * @throws MullError `usage` where the file is not there, does not load, or exports no `Method` with a name of its own
 */
export async function ownMethod(path: string): Promise<Method> {
  const file = resolve(path);
  if (!(await exists(file))) throw unusable(path, "it does not exist");
  const loaded: unknown = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw unusable(path, `it does not load: ${error instanceof Error ? error.message : String(error)}`, error);
  });
  const method = (loaded as { readonly default?: unknown }).default;
  const told = schema.safeParse(method);
  if (!told.success) {
    const [issue] = told.error.issues;
    const field = issue?.path.join(".") ?? "";
    throw unusable(path, `its default export is no method: ${field === "" ? "" : `${field}: `}${issue?.message}`);
  }
  if (METHOD_NAMES.some((name) => name === told.data.name)) {
    throw unusable(path, `Mull has a method ${told.data.name} already`);
  }
  return method as Method;
}

function unusable(path: string, why: string, cause?: unknown): MullError {
  return new MullError("usage", `${path} cannot take part: ${why}`, {
    hint: "export default a Method: docs/compare.md shows one",
    ...(cause === undefined ? {} : { cause }),
  });
}
