/**
 * The part of both Python backends that is Python: it answers questions in JSON about a candidate's program, or runs a judge's
 * tests. What it keeps from a candidate is only what belongs to other processes: here, a candidate may break whatever it likes.
 *
 *   {op: "run", source, stdin, main}  {op: "call", name, args, kwargs}  {op: "judge", source, prelude, entry}
 */

export const PYTHON_BOOTSTRAP = `
def _mull_make():
    import builtins, io, json, sys

    OUTPUT = 262144
    FAILURES = 20

    class Output(io.TextIOBase):
        """Keeps the beginning of what is written."""

        def __init__(self):
            self.parts, self.length = [], 0

        def writable(self):
            return True

        def write(self, text):
            if self.length < OUTPUT:
                self.parts.append(str(text)[: OUTPUT - self.length])
            self.length += len(text)
            return len(text)

        def text(self):
            return "".join(self.parts)

    def digits(x):
        """All of them: what a program may print has nothing to do with what crosses."""
        if int.bit_length(x) > 65000:
            raise ValueError("a number too large to cross")
        most = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            return int.__repr__(int.__add__(x, 0))
        finally:
            sys.set_int_max_str_digits(most)

    def number(text):
        most = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            return int(text)
        finally:
            sys.set_int_max_str_digits(most)

    def encode(x, depth=0):
        if depth > 100:
            raise ValueError("nested too deeply to cross")
        if x is None:
            return ["n"]
        kind = type(x)
        if kind is bool:
            return ["b", x]
        if isinstance(x, int):
            return ["i", digits(x)]
        if isinstance(x, float):
            return ["f", float.__repr__(x)]
        if isinstance(x, complex):
            return ["c", float.__repr__(x.real), float.__repr__(x.imag)]
        if isinstance(x, str):
            return ["s", str.__str__(x).encode("utf-8", "replace").decode("utf-8")]
        if isinstance(x, (bytes, bytearray)):
            return ["y", bytes(x).hex()]
        if isinstance(x, list):
            return ["l", [encode(item, depth + 1) for item in list.__iter__(x)]]
        if isinstance(x, tuple):
            return ["t", [encode(item, depth + 1) for item in tuple.__iter__(x)]]
        if isinstance(x, set):
            return ["S", [encode(item, depth + 1) for item in set.__iter__(x)]]
        if isinstance(x, frozenset):
            return ["S", [encode(item, depth + 1) for item in frozenset.__iter__(x)]]
        if isinstance(x, dict):
            return ["d", [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in dict.items(x)]]
        raise TypeError("a value of type " + kind.__name__ + " is no plain data")

    def decode(data, key=False):
        kind = data[0]
        if kind in "nu":
            return None
        if kind in "bs":
            return data[1]
        if kind == "i":
            return number(data[1])
        if kind == "f":
            return float(data[1])
        if kind == "c":
            return complex(float(data[1]), float(data[2]))
        if kind == "y":
            return bytes.fromhex(data[1])
        if kind == "l":
            return [decode(item) for item in data[1]]
        if kind == "t":
            return tuple([decode(item, key) for item in data[1]])
        if kind == "S":
            # What is in a set, or a key, must itself be frozen.
            return (frozenset if key else set)([decode(item, True) for item in data[1]])
        return {decode(k, True): decode(v) for k, v in data[1]}

    def describe(error):
        try:
            message = str(error)[:2000]
        except BaseException:
            message = "?"
        try:
            import traceback

            trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))[-2000:]
        except BaseException:
            trace = ""
        return {"type": type(error).__name__[:200], "message": message, "trace": trace}

    namespace = {"__name__": "candidate", "__builtins__": builtins}

    def guarded(work, stdin=""):
        out, err = Output(), Output()
        before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(stdin), out, err
        reply = {"status": "ok"}
        try:
            reply.update(work())
        except SystemExit as error:
            reply = {"status": "exited", "error": describe(error)}
        except MemoryError as error:
            reply = {"status": "memory", "error": describe(error)}
        except BaseException as error:
            reply = {"status": "raised", "error": describe(error)}
        sys.stdin, sys.stdout, sys.stderr = before
        reply["stdout"], reply["stderr"] = Output.text(out), Output.text(err)
        return reply

    def run(question):
        def work():
            namespace["__name__"] = "__main__" if question["main"] else "candidate"
            exec(compile(question["source"], "<candidate>", "exec", dont_inherit=True), namespace)
            return {}

        return guarded(work, question["stdin"])

    def call(question):
        def work():
            args = [decode(item) for item in question["args"]]
            kwargs = {key: decode(item) for key, item in question["kwargs"].items()}
            name = question["name"]
            if name not in namespace:
                raise NameError("the program defines no " + name)
            value = namespace[name](*args, **kwargs)
            return {"value": encode(value), "args": [encode(item) for item in args]}

        return guarded(work)

    class CandidateEnded(BaseException):
        pass

    def judge(question, ask):
        import ast

        state = {"passed": 0, "failures": [], "error": None, "ended": None}
        lines = question["source"].splitlines()

        def passed():
            state["passed"] += 1

        def failed(line, error):
            if isinstance(error, CandidateEnded):
                raise error
            if len(state["failures"]) < FAILURES:
                text = lines[line - 1].strip()[:300] if 0 < line <= len(lines) else ""
                name = type(error).__name__
                message = str(error)[:300] if isinstance(error, AssertionError) else (name + ": " + str(error))[:300]
                state["failures"].append({"line": line, "text": text, "message": message})
            else:
                raise CandidateEnded("too many asserts fail")

        def candidate(*args, **kwargs):
            if state["ended"] is not None:
                raise CandidateEnded(state["ended"])
            question = {"args": [encode(item) for item in args], "kwargs": {k: encode(v) for k, v in kwargs.items()}}
            answer = json.loads(ask(json.dumps(question)))
            if answer["status"] == "ok":
                for own, changed in zip(args, answer.get("args", [])):
                    if type(own) is list:
                        own[:] = decode(changed)
                    elif type(own) in (dict, set):
                        fresh = decode(changed)
                        own.clear()
                        own.update(fresh)
                return decode(answer["value"])
            if answer["status"] != "raised":
                state["ended"] = "the candidate ended: " + answer["status"]
                raise CandidateEnded(state["ended"])
            kind = getattr(builtins, answer["error"]["type"], None)
            if not (isinstance(kind, type) and issubclass(kind, Exception)) or issubclass(kind, UnicodeError):
                kind = RuntimeError
            raise kind(answer["error"]["message"])

        class Counted(ast.NodeTransformer):
            """assert x  ->  try: assert x; passed()  except BaseException as e: failed(line, e)"""

            def visit_Assert(self, node):
                line = node.lineno
                error = "__mull_error_%d" % line
                say = lambda name, args: ast.Expr(ast.Call(ast.Name(name, ast.Load()), args, []))
                handler = ast.ExceptHandler(
                    ast.Name("BaseException", ast.Load()),
                    error,
                    [say("__mull_failed", [ast.Constant(line), ast.Name(error, ast.Load())])],
                )
                made = ast.Try([node, say("__mull_passed", [])], [handler], [], [])
                return ast.fix_missing_locations(ast.copy_location(made, node))

        space = {"__name__": "tests", "__builtins__": builtins, "__mull_passed": passed, "__mull_failed": failed}
        out = Output()
        before = sys.stdout
        sys.stdout = out
        try:
            try:
                exec(compile(question["prelude"], "<prelude>", "exec", dont_inherit=True), space)
            except SyntaxError:
                pass  # a prompt that stops in the middle of a function
            space["candidate"] = candidate
            space[question["entry"]] = candidate
            space["BaseException"] = BaseException
            tree = Counted().visit(ast.parse(question["source"]))
            exec(compile(tree, "<tests>", "exec", dont_inherit=True), space)
            if callable(space.get("check")):
                space["check"](candidate)
        except BaseException as error:
            state["error"] = (type(error).__name__ + ": " + str(error))[:500]
        sys.stdout = before
        # A test that catches everything does not catch that.
        ended = state.pop("ended")
        state["error"] = state["error"] or ended
        return state

    def answer(line, ask=None):
        question = json.loads(line)
        if question["op"] == "run":
            reply = run(question)
        elif question["op"] == "call":
            reply = call(question)
        else:
            reply = judge(question, ask)
        return json.dumps(reply)

    sys.setrecursionlimit(2000)
    return answer


_mull_answer = _mull_make()
`;

/** Modules that programs use most: in a snapshot they are loaded once for all. */
export const PYTHON_IMPORTS =
  "import ast, bisect, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions, functools, hashlib, " +
  "heapq, io, itertools, json, math, operator, random, re, statistics, string, sys, traceback, typing, unittest";
