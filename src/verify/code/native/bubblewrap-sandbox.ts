/**
 * CPython behind bubblewrap, where a Linux machine has both: namespaces of its own for processes, network, mounts and the rest,
 * the system's libraries read-only, nothing else, and a filter of the kernel's calls. Starts several times faster than Python in WebAssembly; what it relies on is
 * the kernel, where the other relies on V8.
 */

import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { SandboxProcess } from "../child-process.ts";
import { type Limits, SANDBOX_LIMITS } from "../limits.ts";
import { ProcessPool } from "../process-pool.ts";
import { ProcessSandbox } from "../process-sandbox.ts";
import { PYTHON_BOOTSTRAP } from "../python/bootstrap.ts";
import type { Sandbox } from "../sandbox.ts";
import { seccompFilter } from "./seccomp.ts";

export type BubblewrapOptions = Partial<Limits> & {
  /** Processes kept ready. Default 2. */
  readonly warm?: number;
};

/** A few megabytes of files, a few descriptors, no processes beyond its own threads. */
const NATIVE_LOOP = `
import os, resource, sys
def _mull_serve():
    def limit(what, most):
        resource.setrlimit(what, (most, most))
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_FSIZE, 16 * 1024 * 1024)
    limit(resource.RLIMIT_NOFILE, 64)
    limit(resource.RLIMIT_NPROC, 32)
    limit(resource.RLIMIT_CORE, 0)
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    def say(line):
        answers.write(line.encode("utf-8", "replace") + b"\\n")
        answers.flush()
    def ask(question):
        say(question)
        return questions.readline().decode("utf-8")
    answer = _mull_answer
    say("{}")
    for line in iter(questions.readline, b""):
        say(answer(line.decode("utf-8"), ask))
_mull_serve()
`;

/** Null where bubblewrap or Python is missing, or does not run here. */
export function bubblewrapSandbox(options: BubblewrapOptions = {}): Sandbox | null {
  const limits = {
    wallMs: options.wallMs ?? SANDBOX_LIMITS.wallMs,
    memoryBytes: options.memoryBytes ?? SANDBOX_LIMITS.memoryBytes,
  };
  const [bwrap, python] = [onPath("bwrap"), onPath("python3")];
  if (process.platform !== "linux" || bwrap === null || python === null) return null;
  const found = describePython(python);
  if (found === null) return null;
  const filter = seccompFilter();
  if (filter === null) return null;
  const args = (descriptor: string, text: string): string[] => [
    ...fence(found.prefix),
    ...["--seccomp", descriptor, found.executable, "-I", "-S", "-B", "-c", text],
  ];
  try {
    execFileSync(bwrap, args("0", "pass"), {
      input: filter,
      env: {},
      stdio: ["pipe", "ignore", "ignore"],
      timeout: 10_000,
    });
  } catch {
    return null;
  }
  // Programs import what they use: CPython loads a module faster than most programs need it.
  const program = `${PYTHON_BOOTSTRAP}\n${NATIVE_LOOP.replace("MEMORY", String(limits.memoryBytes))}`;
  const start = async (): Promise<SandboxProcess> =>
    new SandboxProcess({ program: bwrap, args: args("3", program), cwd: "/", third: filter }, limits);
  return new ProcessSandbox("bubblewrap", new ProcessPool(start, options.warm ?? 2));
}

function fence(prefix: string): string[] {
  const system = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"].filter((path) => existsSync(path));
  const binds = [...system, ...(prefix.startsWith("/usr") ? [] : [prefix])];
  return [
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    ...binds.flatMap((path) => ["--ro-bind", path, path]),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--tmpfs",
    "/tmp",
    "--chdir",
    "/tmp",
    "--hostname",
    "sandbox",
    "--cap-drop",
    "ALL",
  ];
}

function onPath(name: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Where Python really is: what is on the path may only lead to it. */
function describePython(python: string): { readonly executable: string; readonly prefix: string } | null {
  try {
    const print = "import sys; print(sys.executable); print(sys.base_prefix)";
    const [executable = "", prefix = ""] = execFileSync(python, ["-I", "-c", print], {
      encoding: "utf8",
      timeout: 10_000,
    }).split("\n");
    const real = realpathSync(executable);
    return { executable: real, prefix: real.startsWith(prefix) ? realpathSync(prefix) : dirname(dirname(real)) };
  } catch {
    return null;
  }
}
