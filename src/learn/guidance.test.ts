/** Expert iteration on the toy task: what the tree teaches, that the search is ahead of the policy, and that both learn. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verifier } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { correct, wrong } from "../core/verdict.ts";
import { byVerifier, rollOuts } from "../search/roll-outs.ts";
import type { SearchNode } from "../search/search-tree.ts";
import { ROOT } from "../search/steps.ts";
import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts";
import { type GuidanceOptions, type GuidanceStep, guidance, type ValueExample } from "./guidance.ts";
import { type TreeOptions, treeTeacher } from "./teachers/tree-teacher.ts";
import { sequencesOf, targetsOf } from "./teachers/visit-targets.ts";

const problem = { id: "p", prompt: "?" };
const letters = {
  encode: (prompt: string, chain = "") => [...`${prompt}${chain}`].map((letter) => letter.charCodeAt(0)),
};

type Shape = { readonly visits: number; readonly worth: number; readonly children: readonly Shape[] };

function treeOf({ visits, worth, children }: Shape, text = ""): SearchNode {
  return {
    path: { ...ROOT, text, steps: [...text] },
    prior: 1,
    visits,
    total: worth * visits,
    children: children.map((child, i) => treeOf(child, `${text}${"abcd"[i]}`)),
  };
}

const shapes = fc.letrec<{ tree: Shape }>((tie) => ({
  tree: fc.record({
    visits: fc.nat({ max: 9 }),
    worth: fc.constantFrom(0, 1),
    children: fc.oneof({ depthSize: "small" }, fc.constant([]), fc.array(tie("tree"), { maxLength: 4 })),
  }),
})).tree;

describe("what a tree teaches", () => {
  test("shares of visits at every node with enough of them that tells its steps apart, each step once", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 6 }), (shape, minVisits) => {
        const root = treeOf(shape);
        const wanted = new Map<string, number>();
        let nodes = 0;
        const visit = (node: SearchNode): void => {
          const visited = (node.children ?? []).filter(({ visits }) => visits > 0);
          const walks = visited.reduce((sum, child) => sum + child.visits, 0);
          const teaches = walks >= minVisits && new Set(visited.map((child) => child.total / child.visits)).size > 1;
          if (teaches) nodes++;
          for (const child of visited) {
            if (teaches) wanted.set(child.path.text, child.visits / walks);
            visit(child);
          }
        };
        visit(root);
        const targets = targetsOf(problem, root, minVisits);
        const got = new Map<string, number>();
        for (const { steps } of targets) {
          let text = "";
          for (const step of steps) {
            text += step.text;
            got.set(text, (got.get(text) ?? 0) + step.share);
          }
        }
        assert.deepEqual([...got].filter(([, share]) => share > 0).toSorted(), [...wanted].toSorted());
        assert.ok(Math.abs(targets.reduce((sum, target) => sum + target.nodes, 0) - nodes) < 1e-9);
        const sequences = sequencesOf(targets, letters);
        const total = sequences.reduce(
          (sum, { fields }) => sum + Array.from(fields["weight"] ?? []).reduce((a, b) => a + b, 0),
          0,
        );
        assert.ok(nodes === 0 ? sequences.length === 0 : Math.abs(total - 1) < 1e-9, `weights add up to ${total}`);
      }),
    );
  });
});

/** Harder than the toy task's own: the digit and the end, so that a tree has two levels. */
const verifier: Verifier = {
  name: "the next digit, and the end",
  verify: async ({ prompt }, text) =>
    text === `${(Number(prompt) + 1) % 5} end` ? correct("as it should be") : wrong("something else"),
};

const TREE: TreeOptions = {
  value: { scorer: rollOuts({ n: 4, maxTokens: 1, judge: byVerifier, separator: " " }) },
  format: { stop: [], maxTokens: 1, separator: " " },
  ended: (text) => text.endsWith("end"),
  m: 8,
  parallel: 4,
  simulations: 32,
  temperature: 2,
  maxTokens: 600,
  minVisits: 4,
  keep: 2,
  split: (text) => text.split(/(?= )/),
};
const OPTIONS = {
  ...{ steps: 1, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1 },
  ...{ epochs: 2, batch: 8, optimizer: { ...TOY_ADAMW, learningRate: 0.003 } },
};

async function run(
  learner: ReturnType<typeof toyLearner>,
  { tree, ...options }: Partial<GuidanceOptions> & { readonly tree?: Partial<TreeOptions> },
  from?: GuidanceStep,
  signal?: AbortSignal,
): Promise<GuidanceStep[]> {
  const steps: GuidanceStep[] = [];
  const merged = { ...OPTIONS, ...options, teacher: treeTeacher({ ...TREE, ...tree }) };
  for await (const step of guidance(learner, toyProblems(5), new Rng(5), merged, from, signal)) steps.push(step);
  return steps;
}

test("the search is ahead of the policy, the policy learns from it, and threads change nothing", async () => {
  const options = { steps: 14, optimizer: { ...OPTIONS.optimizer, learningRate: 0.006 } };
  await using learner = toyLearner({ verifier });
  const steps = await run(learner, options);
  const mean = (part: readonly GuidanceStep[], what: "policy" | "search"): number =>
    part.reduce((sum, step) => sum + step[what], 0) / part.length;
  assert.ok((steps[0] as GuidanceStep).policy < 0.1, "it begins knowing nothing");
  const [early, late] = [steps.slice(1, 4), steps.slice(-3)];
  const gain = (part: readonly GuidanceStep[]): number => mean(part, "search") - mean(part, "policy");
  assert.ok(gain(early) > 0.3, `the search is ahead by ${gain(early)}`);
  assert.ok(mean(late, "policy") > 0.5, `the policy ends at ${mean(late, "policy")}`);
  assert.ok(gain(late) < gain(early), "what the search gains shrinks as it is learnt");
  await using other = toyLearner({ verifier, threads: 2, slots: 3 });
  assert.deepEqual(await run(other, { ...options, steps: 2 }), steps.slice(0, 2));
});

test("going on from a step gives the steps that would have come; an abort trains nothing", async () => {
  await using whole = toyLearner({ verifier });
  const steps = await run(whole, { steps: 3 });
  await using broken = toyLearner({ verifier });
  const first = await run(broken, { steps: 1 });
  const weights = broken.engine.parameters.slice();
  await assert.rejects(run(broken, { steps: 3 }, first[0], AbortSignal.abort(new Error("enough"))), /enough/);
  assert.deepEqual(broken.engine.parameters, weights);
  assert.deepEqual([...first, ...(await run(broken, { steps: 3 }, first[0]))], steps);
  assert.deepEqual(broken.engine.parameters, whole.engine.parameters);
});

test("the value function is handed what the walks came to, and what it spends is counted", async () => {
  const seen: ValueExample[] = [];
  let spent = 0;
  const train = async (examples: readonly ValueExample[]) => {
    seen.push(...examples);
    return { flops: 1000 };
  };
  const spending = () => {
    spent += 10;
    return spent;
  };
  const value = { ...TREE.value, train, spent: spending };
  await using plain = toyLearner({ verifier });
  await using told = toyLearner({ verifier });
  const [without, withValue] = [(await run(plain, {}))[0], (await run(told, { tree: { value } }))[0]];
  assert.equal((withValue as GuidanceStep).flops - (without as GuidanceStep).flops, 1010);
  assert.ok(seen.length > 5);
  for (const { value: worth, problem: posed, text } of seen) {
    assert.ok(worth >= 0 && worth <= 1);
    assert.ok(!text.endsWith("end"), "an end is known");
    const right = String((Number(posed.prompt) + 1) % 5);
    if (text !== "" && text !== right) assert.equal(worth, 0, `${posed.prompt} ${text}: nothing right can come of it`);
  }
});

test("a right chain of a roll-out is imitated where no visits teach", async () => {
  const options = { steps: 14, tree: { minVisits: 1000 }, optimizer: { ...OPTIONS.optimizer, learningRate: 0.006 } };
  await using learner = toyLearner({ verifier });
  const steps = await run(learner, options);
  assert.ok((steps.at(-1) as GuidanceStep).policy > 0.5, `the policy ends at ${steps.at(-1)?.policy}`);
  await using other = toyLearner({ verifier });
  const none = await run(other, { steps: 1, tree: { minVisits: 1000, keep: 0 } });
  assert.equal((none[0] as GuidanceStep).gradientNorm, null, "nothing else was there to learn from");
});

test("the verifier is asked once about a chain, however often the search comes to it", async () => {
  const asked: string[] = [];
  const asking: Verifier = {
    name: verifier.name,
    verify: (posed, text) => {
      asked.push(`${posed.prompt} ${text}`);
      return verifier.verify(posed, text);
    },
  };
  await using learner = toyLearner({ verifier: asking });
  await run(learner, { samples: 0 });
  assert.ok(asked.length > 20);
  assert.equal(new Set(asked).size, asked.length);
});

test("stopped in the middle of a search it throws the reason", async () => {
  const stop = new AbortController();
  const stopping: Verifier = {
    name: verifier.name,
    verify: (posed, text) => {
      stop.abort(new Error("enough"));
      return verifier.verify(posed, text);
    },
  };
  await using learner = toyLearner({ verifier: stopping });
  await assert.rejects(run(learner, { samples: 0 }, undefined, stop.signal), /^Error: enough$/);
});
