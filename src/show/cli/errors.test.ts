import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommanderError } from "commander";
import fc from "fast-check";
import { MullError } from "../../core/errors.ts";
import { failureOf, reportFailure } from "./errors.ts";
import { redact } from "./redact.ts";
import { unpainted } from "./terminal.ts";

function printed(error: unknown, json = false): { out: string; err: string; exitCode: number } {
  const text = { out: "", err: "" };
  const terminal = {
    print: (line = "") => {
      text.out += `${line}\n`;
    },
    note: (line: string) => {
      text.err += `${line}\n`;
    },
    paint: unpainted,
    live: null,
  };
  const exitCode = reportFailure(error, terminal, { json, help: "mull solve --help" });
  return { ...text, exitCode };
}

describe("a failure", () => {
  test("says what and what to do, without a stack", () => {
    const error = new MullError("store", "The disk is full", { hint: "free some space", cause: new Error("ENOSPC") });
    assert.deepEqual(printed(error), {
      out: "",
      err: "error: The disk is full\n hint: free some space\n",
      exitCode: 1,
    });
  });

  test("for programs is JSON on standard output", () => {
    const { out, err, exitCode } = printed(new MullError("input", "no such puzzle", { hint: "write it so" }), true);
    assert.deepEqual(JSON.parse(out), { error: { code: "input", message: "no such puzzle", hint: "write it so" } });
    assert.equal(err, "");
    assert.equal(exitCode, 1);
  });

  test("of the command line names the help, or what was meant", () => {
    const plain = new CommanderError(1, "commander.missingArgument", "error: missing required argument 'puzzle'");
    assert.equal(
      printed(plain).err,
      "error: missing required argument 'puzzle'\n hint: mull solve --help shows what there is\n",
    );
    const guess = new CommanderError(
      1,
      "commander.unknownOption",
      "error: unknown option '--sed'\n(Did you mean --seed?)",
    );
    assert.deepEqual(printed(guess), {
      out: "",
      err: "error: unknown option '--sed'\n hint: did you mean --seed?\n",
      exitCode: 2,
    });
    assert.equal(failureOf(new MullError("usage", "--n 3 is too much")).exitCode, 2);
  });

  test("a stop on request is no error", () => {
    const { err, exitCode } = printed(new MullError("aborted", "stopped", { hint: "run it again" }));
    assert.deepEqual([err, exitCode], ["stopped\n hint: run it again\n", 130]);
    assert.equal(failureOf(AbortSignal.abort().reason).exitCode, 130);
  });

  test("anything else is a defect of Mull, and says so", () => {
    assert.deepEqual(failureOf(new TypeError("x is undefined")).code, "internal");
    assert.match(printed("a string was thrown").err, /^error: a string was thrown\n hint: .*MULL_DEBUG=1/);
  });
});

describe("secrets", () => {
  test("of the environment and in addresses are not printed", () => {
    const env = { OPENAI_API_KEY: "sk-abcdefgh", HOME: "/home/someone", SHORT_TOKEN: "abc" };
    const text = "POST https://user:pass@host/v1 with sk-abcdefgh from /home/someone (abc): 401";
    assert.equal(redact(text, env), "POST https://***@host/v1 with *** from /home/someone (abc): 401");
  });

  test("whatever they are made of, and one within another", () => {
    const secret = fc.string({ minLength: 8 }).filter((text) => text === text.trim() && !text.includes("*"));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        assert.ok(!redact(`${before}${value}${after}`, { A_SECRET: value }).includes(value));
      }),
    );
    const nested = { INNER_KEY: "12345678", OUTER_KEY: "key-12345678-end" };
    assert.equal(redact("key-12345678-end", nested), "***");
  });
});
