"""Prints the cases of Math-Verify's own tests as lines of JSON: {family, gold, answer, equal, options}.

The folder of its tests is given; the cases are read out of the decorators of the test functions, and nothing of it is run.
"""

import ast
import json
import pathlib
import sys

for path in sorted(pathlib.Path(sys.argv[1]).glob("test_*.py")):
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef):
            continue
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call) or getattr(decorator.func, "attr", "") != "parametrize":
                continue
            try:
                names = [name.strip() for name in ast.literal_eval(decorator.args[0]).split(",")]
                rows = ast.literal_eval(decorator.args[1])
            except ValueError:
                continue  # computed, not written
            if "gold" not in names or "pred" not in names:
                continue
            for row in rows:
                case = dict(zip(names, row))
                gold, answer = case.pop("gold"), case.pop("pred")
                equal = bool(case.pop("expected", case.pop("result", None)))
                family = f"{path.stem}: {function.name.removeprefix('test_')}"
                print(json.dumps(dict(family=family, gold=gold, answer=answer, equal=equal, options=case)))
