/** A tree written down: nothing lost, nothing made up, parents first, bounded. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Verifier } from "../core/interfaces.ts";
import { correct, wrong } from "../core/verdict.ts";
import type { SearchNode } from "./search-tree.ts";
import { ROOT } from "./steps.ts";
import { recordTree, treeRecordSchema } from "./tree-record.ts";

const problem = { id: "p", prompt: "?" };
const verifier: Verifier = {
  name: "a's",
  verify: async (_, text) => (/^a*$/.test(text) ? correct("only a") : wrong("another letter")),
};

type Shape = { readonly visits: number; readonly children: readonly Shape[] };

const shapes = fc.letrec<{ tree: Shape }>((tie) => ({
  tree: fc.record({
    visits: fc.nat({ max: 9 }),
    children: fc.oneof({ depthSize: "small" }, fc.constant([]), fc.array(tie("tree"), { maxLength: 4 })),
  }),
})).tree;

function treeOf({ visits, children }: Shape, steps: readonly string[] = []): SearchNode {
  return {
    path: { ...ROOT, steps, text: steps.join(""), ended: steps.length > 0 && children.length === 0 },
    prior: 1 / (1 + steps.length),
    visits,
    total: visits / 2,
    children: children.map((child, i) => treeOf(child, [...steps, "abcd"[i] as string])),
  };
}

function all(node: SearchNode): SearchNode[] {
  return [node, ...(node.children ?? []).flatMap(all)];
}

test("a record holds each node once, after its parent, and the most visited where not all fit", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 12 }), async (shape, limit) => {
      const root = treeOf(shape);
      const known = new Map(all(root).map((node) => [node.path.text, node]));
      const record = await recordTree(problem, root, { verifier, limit, solvable: (_, steps) => steps.length < 2 });
      assert.deepEqual(treeRecordSchema.parse(JSON.parse(JSON.stringify(record))), record);
      assert.equal(record.nodes.length, Math.min(limit, known.size));
      assert.equal(record.nodes.length + record.leftOut, known.size);
      const texts: string[] = [];
      for (const [i, { parent, step, prior, visits, value, ended, verdict, solvable }] of record.nodes.entries()) {
        assert.ok(parent === null ? i === 0 : parent < i);
        const text = parent === null ? "" : `${texts[parent]}${step}`;
        texts.push(text);
        const node = known.get(text) as SearchNode;
        assert.deepEqual([prior, visits, ended], [node.prior, node.visits, node.path.ended]);
        assert.equal(value, visits === 0 ? null : 0.5);
        assert.equal(verdict?.status ?? null, ended ? (/^a*$/.test(text) ? "correct" : "wrong") : null);
        assert.equal(solvable, node.path.steps.length < 2);
      }
      assert.equal(new Set(texts).size, texts.length);
      const last = known.get(texts.at(-1) as string) as SearchNode;
      for (const text of texts.slice(0, -1)) {
        const leftOut = (known.get(text)?.children ?? []).filter(({ path }) => !texts.includes(path.text));
        for (const { visits } of leftOut) assert.ok(visits <= last.visits, "what is kept was visited more");
      }
    }),
    { numRuns: 60 },
  );
});
