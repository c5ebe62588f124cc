/** Attacks in JavaScript and TypeScript, against QuickJS in WebAssembly. */

import { quickJsSandbox } from "../../src/verify/code/javascript/quickjs-sandbox.ts";
import { type Attack, attackSuite } from "./attacks.ts";

const tells = (name: string, body: string): Attack => ({
  name,
  tells: true,
  program: `function f(x) { try { ${body} } catch (e) { return String(e && e.name); } }`,
});
const returns = (name: string, program: string): Attack => ({ name, program });

const ATTACKS: readonly Attack[] = [
  tells("reads a file", "return require('fs').readFileSync('FILE', 'utf8');"),
  tells("writes a file", "require('fs').writeFileSync('FILE', 'x'); return 'written';"),
  tells("reads its environment", "return JSON.stringify(process.env) + String(process.env.MULL_CANARY);"),
  tells("starts a process", "return require('child_process').execSync('cat FILE').toString();"),
  tells("opens a socket", "return require('net').connect(PORT);"),
  tells(
    "fetches",
    "return String(typeof fetch === 'function' ? fetch('http://127.0.0.1:PORT/') : typeof XMLHttpRequest);",
  ),
  tells(
    "comes to process by a constructor",
    "return globalThis.constructor.constructor('return process.binding')() + '';",
  ),
  tells(
    "comes to process by an error's stack",
    "Error.prepareStackTrace = (_, s) => s; return String(new Error().stack[0].getThis().process.version);",
  ),
  tells("imports", "return import('node:fs').then((fs) => fs.readFileSync('FILE', 'utf8'), (e) => String(e.name));"),
  tells("imports a file", "return import('FILE').then(String, (e) => String(e.name));"),
  tells(
    "looks for what binds it to its host",
    "return Object.getOwnPropertyNames(globalThis).filter((n) => /mull|host|ask|evaluate|std|os$/i.test(n)).join() || 'nothing';",
  ),
  tells(
    "waits for ever on shared memory",
    "return String(Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));",
  ),
  tells("compiles WebAssembly", "return typeof WebAssembly;"),
  tells("uses QuickJS's own modules", "return String(typeof std + typeof os);"),
  returns("loops for ever", "function f(x) { for (;;); }"),
  returns("loops while it loads", "for (;;); function f(x) { return x * 2; }"),
  returns("loops and catches everything", "function f(x) { for (;;) { try { for (;;); } catch {} } }"),
  returns("loops in a getter", "function f(x) { return { get a() { for (;;); } }; }"),
  returns("loops in a proxy", "function f(x) { return new Proxy({}, { ownKeys() { for (;;); } }); }"),
  returns("loops in promises", "function f(x) { const go = () => Promise.resolve().then(go); return go(); }"),
  returns("never settles", "async function f(x) { await new Promise(() => {}); }"),
  returns("loops in a generator", "function* g() { for (;;) yield 1; } function f(x) { return [...g()].length; }"),
  returns("eats memory with an array", "function f(x) { const a = []; for (;;) a.push(new Array(100000).fill(0)); }"),
  returns("eats memory with a string", "function f(x) { let s = 'x'; for (;;) s += s; }"),
  returns(
    "eats memory with typed arrays",
    "function f(x) { const a = []; for (;;) a.push(new Uint8Array(10000000).fill(1)); }",
  ),
  returns(
    "eats memory and catches it",
    "function f(x) { const a = []; for (;;) { try { a.push(new Array(1e6).fill(0)); } catch {} } }",
  ),
  returns("recurses without end", "function f(x) { return f(x) + 1; }"),
  returns(
    "recurses in JSON",
    "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; function f(x) { return JSON.stringify(a); }",
  ),
  returns("backtracks in a pattern", "function f(x) { return /^(a+)+$/.test('a'.repeat(40) + 'b'); }"),
  returns("makes a huge number", "function f(x) { return String(2n ** (10n ** 9n)).length; }"),
  returns("prints without end", "function f(x) { for (;;) console.log('x'.repeat(100000)); }"),
  returns("returns what is huge", "function f(x) { return new Array(1e7).fill(0); }"),
  returns("returns what contains itself", "function f(x) { const a = []; a.push(a); return a; }"),
  returns(
    "returns what is nested without end",
    "function f(x) { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; }",
  ),
  returns(
    "equals everything",
    "function f(x) { return { valueOf: () => 42, toString: () => '42', toJSON: () => 42, [Symbol.toPrimitive]: () => 42 }; }",
  ),
  returns("is an object of Number", "function f(x) { return Object(42 - 1); }"),
  returns(
    "patches comparison",
    "Object.is = () => true; Array.prototype.every = () => true; Number.isSafeInteger = () => true; function f(x) { return 0; }",
  ),
  returns(
    "patches JSON and what answers",
    'JSON.stringify = () => \'{"passed":9,"failures":[],"error":null}\'; JSON.parse = () => ({ op: \'call\' }); function f(x) { return 0; }',
  ),
  returns(
    "patches asserts",
    "globalThis.assert = () => true; globalThis.require = () => new Proxy(() => true, { get: () => () => true }); function f(x) { return 0; }",
  ),
  returns(
    "pollutes prototypes",
    "Object.prototype.status = 'ok'; Object.prototype.value = ['f', '42']; Array.prototype.push = function () { return 0; }; function f(x) { return undefined; }",
  ),
  returns("returns prototypes", 'function f(x) { return JSON.parse(\'{"__proto__": {"value": 42}}\'); }'),
  returns(
    "defines setters for everybody",
    "Object.defineProperty(Object.prototype, 'passed', { set() {}, get() { return 9; } }); function f(x) { return 0; }",
  ),
  returns("leaves with success", "process.exit(0); function f(x) { return x * 2; }"),
  returns("leaves in the call", "function f(x) { process.exit(0); }"),
  returns(
    "prints a pass marker",
    'console.log(\'{"passed":9,"failures":[],"error":null}\'); function f(x) { print(\'ok 1\'); return 0; }',
  ),
  returns("throws what is nothing", "function f(x) { throw null; }"),
  returns(
    "throws what cannot be printed",
    "function f(x) { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }); }",
  ),
  returns("replaces its own function after loading", "function f(x) { globalThis.f = () => 42; return 0; }"),
  returns("is a function that is never called", "const f = new Proxy(function () {}, { apply() { for (;;); } });"),
  returns("does not load", "function f(x { return x * 2; }"),
];

const limits = { wallMs: 1500, memoryBytes: 256 * 1024 * 1024 };
const asserts = "assert.equal(f(21), 42);\nassert.equal(candidate('ab'), 'abab');\n";
const double = "function f(x) { return typeof x === 'string' ? x + x : x * 2; }";

attackSuite("JavaScript", {
  language: "javascript",
  sandbox: () => quickJsSandbox(limits),
  good: double,
  asserts,
  attacks: ATTACKS,
});

attackSuite("TypeScript", {
  language: "typescript",
  sandbox: () => quickJsSandbox(limits),
  good: "enum Twice { Times = 2 }\nexport function f(x: number | string): number | string { return typeof x === 'string' ? x + x : x * Twice.Times; }",
  asserts,
  attacks: [
    returns(
      "is nested for the parser",
      `function f(x: number) { return ${"(".repeat(50_000)}x${")".repeat(50_000)}; }`,
    ),
    returns("is a huge text", `function f(x: number) { return 0; }\n${"// padding\n".repeat(80_000)}`),
    returns("is no TypeScript", "function f(x: ) { return x * 2; }"),
    returns(
      "names a huge type",
      `type A = ${"[".repeat(20_000)}number${"]".repeat(20_000)};\nfunction f(x: A) { return 0; }`,
    ),
  ],
});
