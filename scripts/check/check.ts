/** What the checks have in common: their options, what they found, and how they say it. */

import { parseArgs } from "node:util";

export type Finding = {
  readonly what: string;
  readonly holds: boolean;
  readonly figure: string;
  /** It does not hold, which is known and no fault of Mull's; the figure says why. */
  readonly differs?: true;
};

/** Something that the check needs from elsewhere and that is not there. */
export class Missing extends Error {}

export type CheckOptions = {
  readonly json: boolean;
  /** A whole number of at least one by its name. */
  readonly number: (name: string) => number;
  readonly text: (name: string) => string;
};

/**
 * Runs a check and says what it found: a line a finding, or all as JSON with `--json`. The exit code is 0 where everything
 * holds, 1 where something does not, 2 for options that are none, 3 where what it needs is missing.
 *
 * @param defaults the options and what they are where nobody says
 */
export async function runCheck(
  title: string,
  defaults: Readonly<Record<string, string>>,
  check: (options: CheckOptions) => Promise<{ readonly findings: readonly Finding[]; readonly details?: object }>,
): Promise<void> {
  const began = performance.now();
  try {
    const options = readOptions(defaults);
    const { findings, details = {} } = await check(options);
    const holds = findings.every((finding) => finding.holds);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (options.json) console.log(JSON.stringify({ check: title, holds, seconds, findings, ...details }, null, 2));
    else {
      const width = Math.max(...findings.map(({ what }) => what.length));
      console.log(`${title}, ${seconds} s\n`);
      for (const { what, holds: held, figure, differs } of findings) {
        const verdict = differs === true ? "differs" : held ? "holds" : "FAILS";
        console.log(`${verdict.padEnd(7)} ${what.padEnd(width)}  ${figure}`.trimEnd());
      }
    }
    process.exitCode = holds ? 0 : 1;
  } catch (error) {
    if (error instanceof Missing) {
      console.error(`not checked: ${error.message}`);
      process.exitCode = 3;
    } else if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      console.error(
        `${error.message}\noptions: --json, ${Object.keys(defaults)
          .map((name) => `--${name}`)
          .join(", ")}`,
      );
      process.exitCode = 2;
    } else throw error;
  }
}

function readOptions(defaults: Readonly<Record<string, string>>): CheckOptions {
  const named = Object.keys(defaults).map((name) => [name, { type: "string" }] as const);
  const { values } = parseArgs({ options: { json: { type: "boolean" }, ...Object.fromEntries(named) } });
  const text = (name: string): string => String((values as Record<string, unknown>)[name] ?? defaults[name]);
  return {
    json: values.json === true,
    text,
    number: (name) => {
      const number = Number(text(name));
      if (Number.isSafeInteger(number) && number >= 1) return number;
      throw Object.assign(new TypeError(`--${name} is ${text(name)}, expected a whole number of at least 1`), {
        code: "ERR_PARSE_ARGS_NUMBER",
      });
    },
  };
}

/** `same` of `of` things are as they should be. */
export function all(what: string, same: number, of: number): Finding {
  return { what, holds: same === of, figure: `${same} of ${of}` };
}

export function equal(what: string, found: number, expected: number): Finding {
  return {
    what,
    holds: found === expected,
    figure: found === expected ? `${found}` : `${found}, expected ${expected}`,
  };
}
