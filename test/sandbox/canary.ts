/** What an attack must not reach: a file, a folder it might write to, an open port, a variable of the environment. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const SECRET = "canary-7f3a";

export class Canary {
  readonly folder = mkdtempSync(join(tmpdir(), "mull-canary-"));
  readonly file = join(this.folder, "secret.txt");
  #server: Server | null = null;
  #visits = 0;
  port = 0;

  async open(): Promise<void> {
    writeFileSync(this.file, SECRET);
    process.env["MULL_CANARY"] = SECRET;
    this.#server = createServer((socket) => {
      this.#visits++;
      socket.end(SECRET);
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, "127.0.0.1", resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  /** What was disturbed; null where nothing was. */
  disturbed(): string | null {
    if (this.#visits > 0) return "the port was reached";
    if (readFileSync(this.file, "utf8") !== SECRET) return "the file was changed";
    return readdirSync(this.folder).length === 1 ? null : "a file was written";
  }

  async close(): Promise<void> {
    delete process.env["MULL_CANARY"];
    await new Promise((resolve) => this.#server?.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
