import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { isAllowedHost, isLoopback, isSameOrigin } from "./hosts.ts";

test("loopback, by name and by number", () => {
  for (const host of ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example", "128.0.0.1"]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test("a page on the loopback address answers to loopback names alone, at any port", () => {
  for (const header of ["127.0.0.1:4600", "localhost", "localhost:8080", "[::1]:4600"]) {
    assert.equal(isAllowedHost(header, "127.0.0.1"), true, header);
  }
  for (const header of [
    undefined,
    "",
    "evil.example",
    "evil.example:4600",
    "10.0.0.1:4600",
    "localhost:4600@evil.example",
    "local host",
  ]) {
    assert.equal(isAllowedHost(header, "127.0.0.1"), false, header);
  }
});

test("a page bound to every address also answers to addresses and to this machine's name, never to other names", () => {
  for (const header of ["10.0.0.1:4600", "[fe80::1]:4600", `${hostname()}:4600`, "localhost:4600"]) {
    assert.equal(isAllowedHost(header, "0.0.0.0"), true, header);
  }
  assert.equal(isAllowedHost("evil.example:4600", "0.0.0.0"), false);
});

test("same origin", () => {
  assert.equal(isSameOrigin(undefined, "localhost:4600"), true, "a program that is no browser");
  assert.equal(isSameOrigin("http://localhost:4600", "localhost:4600"), true);
  for (const origin of ["http://localhost:9999", "https://localhost:4600", "http://evil.example", "null", ""]) {
    assert.equal(isSameOrigin(origin, "localhost:4600"), false, origin);
  }
});
