import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { describeMachine } from "./machine.ts";

test("the machine is described by what can be read of it", async () => {
  const folder = join(import.meta.dirname, "no", "such", "folder");
  const machine = await describeMachine(folder, 0);
  assert.equal(machine.node, process.versions.node);
  assert.ok(machine.cores >= 1);
  assert.ok(machine.memory.free > 0 && machine.memory.free <= machine.memory.total);
  assert.match(machine.onnxruntime.version, /^\d+\.\d+/);
  assert.ok(machine.onnxruntime.providers.includes("cpu"));
  assert.equal(machine.disk.folder, folder);
  assert.ok((machine.disk.free ?? 1) > 0);
  assert.ok(machine.vectors === null || machine.vectors.every((name) => /^\w+$/.test(name)));
  assert.deepEqual(JSON.parse(JSON.stringify(machine)), machine);
});

test("a port that is taken is not free", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  assert.deepEqual((await describeMachine(".", port)).port, { number: port, free: false });
  server.close();
  await once(server, "close");
  assert.deepEqual((await describeMachine(".", port)).port, { number: port, free: true });
});
