import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { finalAnswer } from "../../src/verify/final-answer.ts";
import { judgeGoals } from "../goals.ts";
import { read, readAbout } from "../side-process.ts";
import { GOALS } from "./goals.ts";
import { aboutSchema, type Measurement, measurementSchema } from "./side-result.ts";
import { disagreements, miscount, nodeRate, type RoundResult, summarise, tasksOf } from "./summary.ts";
import { renderTable } from "./table.ts";
import { makeQuestions, scriptedReply } from "./workload.ts";

const side = (...measurements: Measurement[]): NonNullable<RoundResult["mull"]> => ({ versions: {}, measurements });
const searched = (seconds: number, more: Partial<Measurement> = {}): Measurement => ({
  ...{ task: "mcts", amount: 1200, seconds, check: 1200 },
  ...more,
});

describe("the figures", () => {
  test("each task's rates and Mull's ratios, by the sides that do it", () => {
    const rounds: RoundResult[] = [
      { mull: side(searched(4, { nodes: 80 })), decoder: side(searched(2)) },
      { mull: side(searched(3, { nodes: 90 })), decoder: side(searched(3)) },
    ];
    const [mcts] = summarise(rounds, ["mcts"]);
    assert.deepEqual(mcts?.rates, {
      mull: { median: 350, min: 300, max: 400 },
      decoder: { median: 500, min: 400, max: 600 },
    });
    assert.deepEqual(mcts?.ratios, { decoder: { median: 0.75, min: 0.5, max: 1 } });
    assert.deepEqual(nodeRate(rounds), { median: 25, min: 20, max: 30 });
    assert.equal(nodeRate([{ decoder: side(searched(2)) }]), null);
  });

  test("a goal that is missed is said to be missed, and one without its peer is left out", () => {
    const summaries = summarise([{ mull: side(searched(4)), decoder: side(searched(2)) }], ["mcts"]);
    const goals = judgeGoals(summaries, GOALS);
    assert.deepEqual(
      goals.map(({ task, ratio, verdict }) => [task, ratio, verdict]),
      [["mcts", 0.5, "goal missed"]],
    );
  });

  test("sides that wrote other tokens, and a count that is not the server's, are not the same work", () => {
    const round: RoundResult = { mull: side(searched(1)), decoder: side(searched(1, { check: 1199 })) };
    assert.deepEqual(disagreements([round], ["ab-mcts", "mcts"]), ["mcts: mull 1200, decoder 1199"]);
    assert.deepEqual(disagreements([{ mull: side(searched(1)) }], ["mcts"]), []);
    const turn = { task: "best-of-16", amount: 1600, seconds: 1, check: 100 };
    assert.equal(miscount("its_hub", turn, { completions: 1600, requests: 1600 }), null);
    assert.match(
      miscount("its_hub", turn, { completions: 1584, requests: 99 }) ?? "",
      /its_hub says 1600 .* gave 1584/,
    );
  });

  test("tasks that no side does are left out", () => {
    assert.deepEqual(tasksOf(["treequest"], ["best-of-16", "ab-mcts", "mcts"]), ["ab-mcts"]);
    assert.deepEqual(tasksOf(["mull"], ["mcts"]), ["mcts"]);
  });
});

describe("what a side says", () => {
  test("a peer that is missing is named, with how it is installed", () => {
    const said = JSON.stringify({ missing: "treequest", install: "pip install treequest" });
    assert.deepEqual(readAbout(said, "python3", aboutSchema), {
      absent: "python3 has no treequest: pip install treequest, or set MULL_PYTHON to a Python that has it",
    });
  });

  test("a measurement, or why there is none", () => {
    const measurement = searched(2, { nodes: 40 });
    assert.deepEqual(read(JSON.stringify(measurement), measurementSchema), { value: measurement });
    assert.deepEqual(read('{"failed": "ab-mcts", "reason": "KeyError"}', measurementSchema), { absent: "KeyError" });
  });
});

test("the script: most chains of a question come to its answer, and the others agree on none", () => {
  for (const { prompt, answer } of makeQuestions(30)) {
    const answers = Array.from({ length: 16 }, (_, chain) => finalAnswer(scriptedReply(prompt, chain)));
    assert.equal(answers.filter((each) => each === answer).length, 12);
    assert.equal(new Set(answers).size, 5);
  }
});

test("the table has a row for each side that has a figure, and says what is absent", () => {
  const rounds: RoundResult[] = [{ mull: side(searched(4, { nodes: 80 })), replay: side(searched(3)) }];
  const text = renderTable({
    machine: { processor: "one", cores: 2, memoryGiB: 8, system: "linux", load: 0 },
    ...{ rounds: 1, versions: {}, tasks: summarise(rounds, ["mcts"]), nodes: nodeRate(rounds), goals: [] },
    work: { "best-of-16": "", "ab-mcts": "", mcts: "some puzzles" },
    ...{ absent: ["treequest left out: not there"], disagreements: [] },
  });
  assert.match(text, /mcts: some puzzles\n +tokens\/s +ratio\nMull +300\nthe decoder, same requests +400 +0\.75/);
  assert.match(text, /mcts expands 20 nodes\/s/);
  assert.match(text, /treequest left out: not there/);
  assert.doesNotMatch(text, /TreeQuest ABMCTSA/);
});
