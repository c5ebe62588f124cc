"""Says of each line {"means": [a, b]} whether a and b differ, by evaluating both with mpmath to 80 digits.

An answer is a number, or a tuple or frozenset of such; with x and y in it, it is evaluated at several points.
"""

import json
import sys

from mpmath import cos, log, mp, mpc, mpf, pi, sin, sqrt

mp.dps = 80
POINTS = [(mpf("0.731"), mpf("-1.913")), (mpf("-2.377"), mpf("0.577")), (mpf("3.1"), mpf("2.29")), (mpf("-0.41"), mpf("-5.3"))]


def differ(a, b) -> bool:
    if type(a) in (tuple, frozenset) or type(b) in (tuple, frozenset):
        if type(a) is not type(b) or len(a) != len(b):
            return True
        if type(a) is frozenset:
            return a != b
        return any(differ(p, q) for p, q in zip(a, b))
    if type(a) is str or type(b) is str:
        return a != b
    return abs(a - b) > mpf(10) ** -60 * (1 + abs(a) + abs(b))


def value(text: str, x, y):
    names = dict(mpf=mpf, mpc=mpc, sqrt=sqrt, log=log, sin=sin, cos=cos, pi=+pi, x=x, y=y, frozenset=frozenset)
    return eval(text, {"__builtins__": {}}, names)


for line in sys.stdin:
    a, b = json.loads(line)["means"]
    print("differ" if any(differ(value(a, x, y), value(b, x, y)) for x, y in POINTS) else "equal", flush=True)
