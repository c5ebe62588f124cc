/** Attacks in Python. */

import type { Attack } from "./attacks.ts";

/** `f` tells what the attack got, so that a success would be seen in the verdict's reason. */
const tells = (name: string, body: string): Attack => ({
  name,
  tells: true,
  program: `def f(x):\n    try:\n${body
    .split("\n")
    .map((line) => `        ${line}`)
    .join("\n")}\n    except BaseException as e:\n        return type(e).__name__`,
});

export const PYTHON_ATTACKS: readonly Attack[] = [
  tells("reads a file", "return open('FILE').read()"),
  tells("writes a file", "open('FILE', 'w').write('x')\nreturn 'written'"),
  tells("reads /etc/passwd", "return 'canary-7f3a' if 'root' in open('/etc/passwd').read() else 'no root'"),
  tells("reads its environment", "import os\nreturn dict(os.environ).get('MULL_CANARY', 'nothing')"),
  tells("lists the folder", "import os\nreturn os.listdir('/'.join('FILE'.split('/')[:-1]))"),
  tells(
    "opens a socket",
    "import socket\ns = socket.create_connection(('127.0.0.1', PORT), 2)\nreturn s.recv(100).decode()",
  ),
  tells(
    "fetches a page",
    "import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1:PORT/', timeout=2).read()",
  ),
  tells("runs a command", "import os\nreturn os.popen('cat FILE').read() or os.system('cat FILE')"),
  tells("starts a process", "import subprocess\nreturn subprocess.check_output(['cat', 'FILE']).decode()"),
  tells("forks", "import os\nwhile True:\n    os.fork()"),
  tells(
    "starts threads without end",
    "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
  ),
  tells("imports js", "import js\nreturn str(js.process.env)"),
  tells("imports pyodide_js", "import pyodide_js\nreturn str(pyodide_js.FS.readFile('FILE'))"),
  tells("runs JavaScript", "from pyodide.code import run_js\nreturn run_js('process.env.MULL_CANARY')"),
  tells(
    "reloads what was taken away",
    "import sys, importlib\nfor n in list(sys.modules):\n    if sys.modules[n] is None:\n        del sys.modules[n]\nimport js\nreturn str(js.globalThis.process.version)",
  ),
  tells(
    "comes to JavaScript by a proxy",
    "import sys\nfor n in list(sys.modules):\n    if sys.modules[n] is None:\n        del sys.modules[n]\nfrom pyodide.ffi import to_js\nreturn str(to_js([1]).constructor.constructor('return process.env.MULL_CANARY')())",
  ),
  {
    name: "finds JavaScript in the heap and calls it",
    tells: true,
    program:
      "import gc, os\ndef f(x):\n    for o in gc.get_objects():\n        if isinstance(o, dict) and 'JsProxy' in type(o.get('pyodide_js')).__name__:\n            try:\n                o['pyodide_js'].FS\n                return x * 2\n            except BaseException:\n                return x * 2\n    return 'nothing'",
  },
  {
    name: "makes an object of JavaScript anew",
    tells: true,
    program:
      "import gc\ndef f(x):\n    for o in gc.get_objects():\n        if type(o).__name__ == 'module' and o.__name__ == 'pyodide.ffi':\n            o.to_js([1])\n            return x * 2\n    return 'nothing'",
  },
  {
    name: "finds a function of JavaScript in the frames above",
    program:
      "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        if any(type(v).__name__ == 'JsProxy' for v in frame.f_locals.values()):\n            return x * 2\n        frame = frame.f_back\n    return 'nothing'",
  },
  {
    name: "forks at all",
    tells: true,
    program:
      "import os\ndef f(x):\n    try:\n        if os.fork() == 0:\n            os._exit(0)\n        return x * 2\n    except OSError:\n        return 'refused'",
  },
  {
    name: "answers with what is nested too deeply to read",
    tells: true,
    program:
      'import json\nreal = json.dumps\njson.dumps = lambda *a, **k: \'{"status":"ok","stdout":"","stderr":"","value":\' + \'["l",[\' * 100000 + \']]\' * 100000 + \'}\'\ndef f(x):\n    return 0',
  },
  tells("calls the C library", "import ctypes\nreturn str(ctypes.CDLL(None).system(b'cat FILE'))"),
  tells(
    "looks for what is expected",
    "import gc, sys\nseen = [str(o)[:20000] for o in gc.get_objects() if isinstance(o, (dict, list))]\nreturn 42 if any('\"expected\"' in s for s in seen) else 'nothing'",
  ),
  tells(
    "looks into the frames above",
    "import sys\nframe = sys._getframe()\nwhile frame.f_back:\n    frame = frame.f_back\nreturn frame.f_globals.get('expected', frame.f_locals.get('expected', 'nothing'))",
  ),
  { name: "loops for ever", program: "def f(x):\n    while True:\n        pass" },
  {
    name: "loops for ever and catches everything",
    program:
      "def f(x):\n    while True:\n        try:\n            while True:\n                pass\n        except BaseException:\n            pass",
  },
  {
    name: "eats memory with a list",
    program: "def f(x):\n    a = []\n    while True:\n        a.append([0] * 1000000)",
  },
  { name: "eats memory with a string", program: "def f(x):\n    a = 'x'\n    while True:\n        a += a" },
  {
    name: "eats memory and catches it",
    program:
      "def f(x):\n    a = []\n    while True:\n        try:\n            a.append(bytearray(10000000))\n        except MemoryError:\n            pass",
  },
  { name: "prints without end", program: "def f(x):\n    while True:\n        print('x' * 100000)" },
  { name: "returns what has no end", program: "def f(x):\n    return [0] * 100000000" },
  {
    name: "returns what is nested without end",
    program: "def f(x):\n    a = []\n    for _ in range(100000):\n        a = [a]\n    return a",
  },
  { name: "returns what contains itself", program: "def f(x):\n    a = []\n    a.append(a)\n    return a" },
  { name: "recurses without end", program: "def f(x):\n    return f(x)" },
  {
    name: "recurses below Python",
    program: "def f(x):\n    a = None\n    for _ in range(1000000):\n        a = (a,)\n    return repr(a)",
  },
  {
    name: "raises the limit of recursion",
    program: "import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return 1 + f(x)",
  },
  { name: "backtracks in a pattern", program: "import re\ndef f(x):\n    return re.match(r'(a+)+$', 'a' * 40 + 'b')" },
  {
    name: "prints a huge number",
    program: "import sys\nsys.set_int_max_str_digits(0)\ndef f(x):\n    return len(str(10 ** (10 ** 8)))",
  },
  { name: "leaves with success", program: "import sys\nsys.exit(0)\ndef f(x):\n    return x * 2" },
  { name: "leaves in the call", program: "import sys\ndef f(x):\n    sys.exit(0)" },
  { name: "leaves at once", program: "import os\ndef f(x):\n    os._exit(0)" },
  { name: "kills itself", program: "import os, signal\ndef f(x):\n    os.kill(os.getpid(), signal.SIGKILL)" },
  {
    name: "equals everything",
    program:
      "class A(int):\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 0\ndef f(x):\n    return A(0)",
  },
  {
    name: "equals everything as text and as list",
    program:
      "class S(str):\n    def __eq__(self, other):\n        return True\nclass L(list):\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return S('') if isinstance(x, str) else L()",
  },
  {
    name: "is an object that equals everything",
    program: "class A:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return A()",
  },
  {
    name: "patches comparison",
    program:
      "import operator, builtins\noperator.eq = lambda a, b: True\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: int\ndef f(x):\n    return 0",
  },
  {
    name: "patches the errors of asserts",
    program:
      "import builtins\nclass Quiet(Exception):\n    pass\nbuiltins.AssertionError = Quiet\nbuiltins.BaseException = Quiet\ndef f(x):\n    return 0",
  },
  {
    name: "patches unittest",
    program: "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef f(x):\n    return 0",
  },
  {
    name: "patches JSON and what answers",
    program:
      'import json\njson.dumps = lambda *a, **k: \'{"status":"ok","stdout":"","stderr":"","value":["b",true]}\'\nimport __main__\n__main__._mull_answer = lambda *a: \'{"passed": 9, "failures": [], "error": null}\'\ndef f(x):\n    return 0',
  },
  {
    name: "speaks the protocol on stdout",
    program:
      'import sys\ndef f(x):\n    sys.__stdout__.write(\'{"passed":9,"failures":[],"error":null}\\n\')\n    sys.__stdout__.flush()\n    print(\'{"status":"ok","value":["i","42"]}\')\n    return 0',
  },
  {
    name: "speaks the protocol below Python",
    program:
      'import os\ndef f(x):\n    for fd in range(3, 20):\n        try:\n            os.write(fd, b\'{"passed":9,"failures":[],"error":null}\\n\')\n        except OSError:\n            pass\n    return 0',
  },
  {
    name: "prints a pass marker",
    program: "print('passed')\nprint('1 passed, 0 failed')\nprint('OK')\ndef f(x):\n    print('PASS')\n    return 0",
  },
  {
    name: "traces what runs",
    program: "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\ndef f(x):\n    return 0",
  },
  {
    name: "leaves something for the exit",
    program: "import atexit\natexit.register(lambda: open('FILE', 'w').write('x'))\ndef f(x):\n    return 0",
  },
  {
    name: "hooks imports",
    program:
      "import builtins\nreal = builtins.__import__\nbuiltins.__import__ = lambda *a, **k: (_ for _ in ()).throw(SystemExit(0))\ndef f(x):\n    return 0",
  },
  {
    name: "raises what is no exception of ours",
    program: "class E(BaseException):\n    def __str__(self):\n        raise self\ndef f(x):\n    raise E()",
  },
  {
    name: "changes its arguments",
    program: "def f(x):\n    if isinstance(x, list):\n        x.clear()\n    return None",
  },
  { name: "does not load", program: "def f(x:\n    return x * 2" },
];
