import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Gate, leaveGate, passGate } from "./gate.ts";

test("a gate closes when every thread is outside: a thread that still loads is inside", async () => {
  const gate = new Gate(2);
  let closed = false;
  const closing = gate.close().then(() => {
    closed = true;
  });
  await setImmediate();
  leaveGate(gate.state, 0);
  await setImmediate();
  assert.equal(closed, false);
  leaveGate(gate.state, 1);
  await closing;
  assert.equal(closed, true);
});

test("what is inside ends before the gate closes, what comes later never begins", async () => {
  const gate = new Gate(1);
  leaveGate(gate.state, 0);
  const order: string[] = [];
  const inside = passGate(gate.state, 0, async () => {
    await setImmediate();
    order.push("inside");
  });
  const closing = gate.close().then(() => order.push("closed"));
  void passGate(gate.state, 0, async () => order.push("later"));
  await Promise.all([inside, closing]);
  await setImmediate();
  assert.deepEqual(order, ["inside", "closed"]);
});

test("a thread that died is outside", async () => {
  const gate = new Gate(1);
  gate.died(0);
  await gate.close();
  assert.equal(gate.state[1], 0);
});
