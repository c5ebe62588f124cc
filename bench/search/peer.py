"""The peers that are written in Python, each a process: `python peer.py SIDE FOLDER` does the tasks of the workload in
FOLDER when it is told to, and answers each line with one (bench/side-process.ts).

SIDE is one of
  optillm    optillm.self_consistency.AdvancedSelfConsistency with 16 samples: what its approach self_consistency runs
  optillm-n  optillm.plugins.majority_voting_plugin.run with k 16: its majority_voting, one request for all chains
  its_hub    its_hub.SelfConsistency with a budget of 16 and its OpenAICompatibleLanguageModel
  treequest  treequest.ABMCTSA, a step a node

They are used as libraries, without their servers. What is given to them: optillm, which calls and waits, works on several
questions at once in threads that share one client, and TreeQuest changes its tree in place instead of copying it.
"""

import asyncio
import importlib
import json
import logging
import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

SYSTEM = "Answer the question."
# The package, what is imported of it before anything else, and how it is installed.
PACKAGES = {
    "optillm": ("optillm", "optillm.self_consistency", "pip install optillm"),
    "optillm-n": ("optillm", "optillm.plugins.majority_voting_plugin", "pip install optillm"),
    "its_hub": ("its_hub", "its_hub.core.lms.openai_lm", "pip install 'its_hub[lm]'"),
    "treequest": ("treequest", "treequest", "pip install treequest"),
}


def say(result):
    print(json.dumps(result), flush=True)


def answer_in(text):
    found = re.search(r"answer is (\d+)", text)
    return found and found.group(1)


def best_of_16(questions, warmup, solve_all):
    """Turns of a function from questions to the answers of most chains."""
    solve_all(warmup)
    yield
    while True:
        start = time.perf_counter()
        answers = solve_all(questions)
        spent = time.perf_counter() - start
        yield spent, sum(answer == q["answer"] for answer, q in zip(answers, questions, strict=True))


def with_optillm(w, side):
    from openai import OpenAI

    client = OpenAI(base_url=w["server"], api_key="none", max_retries=0)
    if side == "optillm":
        from optillm.self_consistency import AdvancedSelfConsistency

        def solve(question):
            found = AdvancedSelfConsistency(client, "scripted", num_samples=w["n"]).evaluate(SYSTEM, question["prompt"])
            return answer_in(found["aggregated_result"]["clusters"][0]["answer"])

    else:
        from optillm.plugins.majority_voting_plugin import run

        def solve(question):
            return answer_in(run(SYSTEM, question["prompt"], client, "scripted", {"k": w["n"]})[0])

    pool = ThreadPoolExecutor(w["questionsAtOnce"])
    return lambda questions: list(pool.map(solve, questions))


def with_its_hub(w, _side):
    from its_hub import LMOrchestrator, OpenAICompatibleLanguageModel, SelfConsistency

    model = OpenAICompatibleLanguageModel(endpoint=w["server"], api_key="none", model_name="scripted", temperature=1.0)
    algorithm = SelfConsistency(answer_in, orchestrator=LMOrchestrator(max_concurrency=-1))
    loop = asyncio.new_event_loop()

    async def solve_all(questions):
        room = asyncio.Semaphore(w["questionsAtOnce"])

        async def solve(question):
            async with room:
                return answer_in((await algorithm.ainfer(model, question["prompt"], w["n"]))["content"])

        return await asyncio.gather(*(solve(question) for question in questions))

    return lambda questions: loop.run_until_complete(solve_all(questions))


def completions(w, side, make):
    """As turns of the benchmark."""
    warmup = w["questions"][: 2 * w["questionsAtOnce"]]
    turns = best_of_16(w["questions"], warmup, make(w, side))
    yield next(turns)
    for spent, right in turns:
        yield {"amount": w["n"] * len(w["questions"]), "seconds": spent, "check": right}


def with_treequest(w):
    from treequest import ABMCTSA

    scores = random.Random(1)
    algorithm = ABMCTSA()

    def search():
        """The nodes of one search, and how many of them hang on the root."""
        tree = algorithm.init_tree()
        for _ in range(w["nodes"]):
            tree = algorithm.step(tree, {"answer": lambda _: ("an answer", 0.999 * scores.random())}, inplace=True)
        return len(algorithm.get_state_score_pairs(tree)), len(tree.tree.root.children)

    search()
    yield
    while True:
        amount, at_root, searches, start = 0, 0, 0, time.perf_counter()
        while time.perf_counter() - start < w["seconds"]:
            nodes, children = search()
            amount, at_root, searches = amount + nodes, at_root + children, searches + 1
        spent = time.perf_counter() - start
        note = f"{at_root / searches:.1f} of {w['nodes']} answers are fresh ones"
        yield {"amount": amount, "seconds": spent, "check": amount / searches, "note": note}


def turns_of(w, side):
    if side == "treequest":
        return with_treequest(w)
    return completions(w, side, with_its_hub if side == "its_hub" else with_optillm)


def main(side, folder):
    w = json.loads((Path(folder) / "workload.json").read_text())
    package, module, install = PACKAGES[side]
    try:
        importlib.import_module(module)
    except ImportError as error:
        say({"missing": error.name or f"{package} with all it needs", "install": install})
        sys.exit(3)
    logging.disable(logging.CRITICAL)  # after the imports: some of them configure it
    say({"versions": {package: version(package)}})
    task, turns = None, iter(())
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "prepare" in question:
                task = question["prepare"]
                turns = turns_of(w, side)
                next(turns)
                say({"ready": task})
            else:
                say({"task": task, **next(turns)})
        except Exception as error:  # what one side cannot do must not hide what the others can
            reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
            say({"failed": task, "reason": reason[:300]})


main(sys.argv[1], sys.argv[2])
