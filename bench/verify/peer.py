"""The peers: Math-Verify on the same pairs, and the reference executor of HumanEval on the same programs.

Math-Verify is called as its documentation says, without its time limits, which cost it signals. The executor is read from a
checkout of openai/human-eval that MULL_HUMAN_EVAL names; its line that runs the program is switched on in a copy of its text.
"""

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

work = json.load(open(sys.argv[1]))
side = sys.argv[2]
processes = work["processes"]


def say(**message):
    print(json.dumps(message), flush=True)


def judge_pair(pair):
    from math_verify import parse, verify

    gold = parse("$" + pair["gold"] + "$", parsing_timeout=None)
    answer = parse("$" + pair["answer"] + "$", parsing_timeout=None)
    return verify(gold, answer, timeout_seconds=None) == pair["equal"]


def executor():
    folder = os.environ.get("MULL_HUMAN_EVAL")
    if not folder:
        say(missing="human-eval", install="set MULL_HUMAN_EVAL to a checkout of openai/human-eval")
        sys.exit(0)
    text = open(os.path.join(folder, "human_eval", "execution.py")).read()
    text = text.replace("# exec(check_program, exec_globals)", "exec(check_program, exec_globals)")
    text = text.replace("#                         exec(check_program, exec_globals)", "                        exec(check_program, exec_globals)")
    space = {"__name__": "execution"}
    exec(compile(text, "execution.py", "exec"), space)
    return space["check_correctness"]


def main():
    if side == "math-verify":
        try:
            import logging

            import math_verify  # noqa: F401

            logging.disable(logging.WARNING)
        except ImportError:
            return say(missing="math-verify", install="pip install math-verify[antlr4_13_2]")
        from importlib.metadata import version

        pool = multiprocessing.Pool(processes)
        say(side=side, version=version("math-verify"))
    else:
        check = executor()
        say(side=side, version="reference executor, Python " + sys.version.split()[0])
    task = ""
    for line in sys.stdin:
        question = json.loads(line)
        if "prepare" in question:
            task = question["prepare"]
            if side == "math-verify":
                pool.map(judge_pair, work["pairs"][:200], 10)
            else:
                check(work["programs"][0], work["programs"][0]["canonical_solution"], 10.0)
            say(ready=task)
            continue
        began = time.perf_counter()
        if side == "math-verify":
            verdicts = pool.map(judge_pair, work["pairs"], 20)
        else:
            with ThreadPoolExecutor(processes) as threads:
                results = threads.map(lambda p: check(p, p["canonical_solution"], 10.0), work["programs"])
                verdicts = [result["passed"] for result in results]
        say(task=task, seconds=time.perf_counter() - began, items=len(verdicts), right=sum(map(bool, verdicts)))


if __name__ == "__main__":
    main()
