import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Assets, loadAssets } from "./assets.ts";

describe("the page's files", () => {
  let assets: Assets;
  before(async () => {
    assets = await loadAssets();
  });

  test("every file that the page names is there", () => {
    const named = [...assets.page.matchAll(/(?:src|href)="\/assets\/([^"]+)"|":\s*"\/assets\/([^"]+)"/g)];
    assert.ok(named.length >= 8);
    for (const [, a, b] of named) assert.ok(assets.files.has((a ?? b) as string), a ?? b);
  });

  test("every import of every script leads to another of them, or to the import map", () => {
    const map = JSON.parse(/importmap">(.*?)<\/script>/s.exec(assets.page)?.[1] ?? "{}").imports;
    let seen = 0;
    for (const [path, { body, type }] of assets.files) {
      if (!type.startsWith("text/javascript")) continue;
      for (const [, specifier = ""] of body.matchAll(/^(?:import|export|\})[^"';]*?from\s*["']([^"']+)["']/gm)) {
        seen++;
        const target = specifier.startsWith(".") ? new URL(specifier, `x:/${path}`).pathname.slice(1) : null;
        assert.ok(target === null ? specifier in map : assets.files.has(target), `${path} imports ${specifier}`);
      }
    }
    assert.ok(seen > 20);
  });

  test("scripts are JavaScript: no type annotation is left, and lines stand where they stood", () => {
    const script = assets.files.get("show/web/main.js")?.body ?? "";
    assert.doesNotMatch(script, /\bimport type\b|: RunState\b/);
    assert.match(script, /applyEvent\(state, event\)/);
  });

  test("nothing comes from another host", () => {
    for (const [path, { body }] of [...assets.files, ["the page", { body: assets.page }] as const]) {
      if (path.startsWith("vendor/")) continue;
      const outside = [...body.matchAll(/https?:\/\/[\w.-]+/g)].map((match) => match[0]);
      assert.deepEqual(
        outside.filter((url) => url !== "http://www.w3.org"),
        [],
        path,
      );
    }
  });

  test("no test, no server file and nothing else of the machine is served", () => {
    for (const path of assets.files.keys()) assert.doesNotMatch(path, /\.test\.|\.\.|server\/|package\.json/);
  });
});
