/**
 * The part of the JavaScript backend that runs inside QuickJS: as the Python bootstrap does, it answers questions about a
 * candidate's program, or runs a judge's tests. What a candidate breaks here is its own.
 */

export const JAVASCRIPT_BOOTSTRAP = `
(function () {
  "use strict";
  const global = globalThis;
  const { JSON, Object, Array, Map, Set, Number, String, Uint8Array, Error, Promise, Math } = global;
  const { stringify, parse } = JSON;
  const { getPrototypeOf, keys } = Object;
  const isArray = Array.isArray;
  const evaluate = global.__mullEvaluate;
  delete global.__mullEvaluate;
  const OUTPUT = 262144;
  const FAILURES = 20;
  const ask = global.__mullAsk;
  delete global.__mullAsk;

  let out = "", err = "", stdin = "", reply = null, later = [];
  const print = (value) => typeof value === "string" ? value : show(value, 0);
  const show = (value, depth) => {
    if (value === null || typeof value !== "object") return typeof value === "string" && depth > 0 ? stringify(value) : String(value);
    if (depth > 4) return "...";
    try {
      if (isArray(value)) return "[ " + value.slice(0, 100).map((item) => show(item, depth + 1)).join(", ") + " ]";
      if (value instanceof Error) return String(value.stack || value);
      return "{ " + keys(value).slice(0, 100).map((key) => key + ": " + show(value[key], depth + 1)).join(", ") + " }";
    } catch { return "[object]"; }
  };
  const writer = (to) => (...values) => {
    const text = values.map(print).join(" ") + "\\n";
    if (to === 1) { if (out.length < OUTPUT) out = (out + text).slice(0, OUTPUT); }
    else if (err.length < OUTPUT) err = (err + text).slice(0, OUTPUT);
  };
  const write = (text) => { if (out.length < OUTPUT) out = (out + String(text)).slice(0, OUTPUT); return true; };

  const encode = (x, depth) => {
    if (depth > 100) throw new RangeError("nested too deeply to cross");
    if (x === null) return ["n"];
    switch (typeof x) {
      case "undefined": return ["u"];
      case "boolean": return ["b", x];
      case "bigint": return ["i", x.toString()];
      case "number": return ["f", Object.is(x, -0) ? "-0" : x === Infinity ? "inf" : x === -Infinity ? "-inf" : x !== x ? "nan" : String(x)];
      case "string": return ["s", x];
      case "object": break;
      default: throw new TypeError("a " + typeof x + " is no plain data");
    }
    if (isArray(x)) {
      const items = [];
      for (let i = 0; i < x.length; i++) items.push(encode(x[i], depth + 1));
      return ["l", items];
    }
    if (x instanceof Uint8Array) return ["y", Array.prototype.map.call(x, (byte) => byte.toString(16).padStart(2, "0")).join("")];
    if (x instanceof Set) return ["S", [...x].map((item) => encode(item, depth + 1))];
    if (x instanceof Map) return ["d", [...x].map(([key, value]) => [encode(key, depth + 1), encode(value, depth + 1)])];
    const proto = getPrototypeOf(x);
    if (x instanceof Error || typeof x.then === "function") throw new TypeError("an object of this kind is no plain data");
    return ["d", keys(x).map((key) => [["s", key], encode(x[key], depth + 1)])];
  };
  const decode = (data) => {
    switch (data[0]) {
      case "n": return null;
      case "u": return undefined;
      case "i": { const n = Number(data[1]); return Number.isSafeInteger(n) ? n : BigInt(data[1]); }
      case "f": return data[1] === "nan" ? NaN : data[1] === "inf" ? Infinity : data[1] === "-inf" ? -Infinity : Number(data[1]);
      case "y": return Uint8Array.from(data[1].match(/../g) || [], (hex) => parseInt(hex, 16));
      case "l": case "t": return data[1].map(decode);
      case "S": return new Set(data[1].map(decode));
      case "d":
        if (data[1].every(([key]) => key[0] === "s")) {
          const made = {};
          for (const [key, value] of data[1]) Object.defineProperty(made, key[1], { value: decode(value), enumerable: true, writable: true, configurable: true });
          return made;
        }
        return new Map(data[1].map(([key, value]) => [decode(key), decode(value)]));
      default: return data[1];
    }
  };
  const describe = (error) => {
    try {
      if (error instanceof Error) return { type: String(error.name).slice(0, 200), message: String(error.message).slice(0, 2000), trace: String(error.stack).slice(0, 2000) };
      return { type: typeof error, message: show(error, 0).slice(0, 2000), trace: "" };
    } catch { return { type: "Error", message: "?", trace: "" }; }
  };

  // Same values, types and shapes, as assert.deepStrictEqual of Node means it, for plain data.
  const same = (a, b) => {
    if (Object.is(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (isArray(a) !== isArray(b) || a instanceof Map !== b instanceof Map || a instanceof Set !== b instanceof Set) return false;
    if (isArray(a)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
    if (a instanceof Map) return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)));
    if (a instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item) || [...b].some((other) => same(item, other)));
    const [p, q] = [keys(a), keys(b)];
    return p.length === q.length && p.every((key) => Object.prototype.hasOwnProperty.call(b, key) && same(a[key], b[key]));
  };

  const judge = (question) => {
    const state = { passed: 0, failures: [], error: null };
    class Ended extends Error {}
    const check = (holds, message) => {
      if (holds) { state.passed++; return; }
      if (state.failures.length >= FAILURES) throw new Ended("too many asserts fail");
      const at = /tests(?:\\.js)?:(\\d+)/.exec(new Error().stack || "");
      state.failures.push({ line: at ? Number(at[1]) : 0, text: "", message: String(message).slice(0, 300) });
    };
    const brief = (value) => show(value, 1).slice(0, 120);
    const assert = (value, message) => check(Boolean(value), message ?? "not true");
    assert.ok = assert;
    assert.equal = assert.strictEqual = (a, b, message) => check(Object.is(a, b), message ?? brief(a) + " is not " + brief(b));
    assert.notEqual = assert.notStrictEqual = (a, b, message) => check(!Object.is(a, b), message ?? brief(a) + " is " + brief(b));
    assert.deepEqual = assert.deepStrictEqual = (a, b, message) => check(same(a, b), message ?? brief(a) + " is not " + brief(b));
    assert.notDeepEqual = assert.notDeepStrictEqual = (a, b, message) => check(!same(a, b), message ?? "they are the same");
    assert.throws = (work, message) => { let threw = false; try { work(); } catch (error) { if (error instanceof Ended) throw error; threw = true; } check(threw, typeof message === "string" ? message : "nothing was thrown"); };
    assert.fail = (message) => check(false, message ?? "failed");
    const candidate = (...args) => {
      const answer = parse(ask(stringify({ args: args.map((arg) => encode(arg, 0)), kwargs: {} })));
      if (answer.status === "ok") return answer.value === undefined ? undefined : decode(answer.value);
      if (answer.status !== "raised") throw new Ended("the candidate ended: " + answer.status);
      const made = new Error(answer.error.message);
      made.name = answer.error.type;
      throw made;
    };
    global.assert = assert;
    global.candidate = candidate;
    global.require = (name) => { if (/^(?:node:)?assert(?:\\/strict)?$/.test(name)) return assert; throw new Error("there is no module " + name); };
    try {
      if (question.prelude !== "") { try { evaluate(question.prelude, "prelude.js"); } catch { /* a beginning of a program */ } }
      global[question.entry] = candidate;
      evaluate(question.source, "tests.js");
      if (typeof global.check === "function") global.check(candidate);
    } catch (error) {
      const { type, message } = describe(error);
      state.error = (type + ": " + message).slice(0, 500);
    }
    return state;
  };

  const furnish = () => {
    const lines = () => stdin.split("\\n");
    let read = 0;
    global.console = { log: writer(1), info: writer(1), debug: writer(1), error: writer(2), warn: writer(2), trace: writer(2), table: writer(1) };
    global.print = writer(1);
    global.readline = global.readLine = () => { const all = lines(); return read < all.length ? all[read++] : null; };
    global.prompt = () => global.readLine();
    const stream = {
      setEncoding: () => stream, resume: () => stream,
      on: (event, listener) => { later.push([event, listener]); return stream; },
      once: (event, listener) => stream.on(event, listener),
    };
    const fs = { readFileSync: () => stdin };
    const reader = () => {
      const self = {
        on: (event, listener) => { later.push(["reader " + event, listener]); return self; },
        once: (event, listener) => self.on(event, listener), close: () => {}, question: (_, answer) => answer(global.readLine() ?? ""),
        [Symbol.asyncIterator]: async function* () { for (const line of lines()) yield line; },
      };
      return self;
    };
    global.process = {
      stdin: Object.assign(stream, { fd: 0 }), stdout: { write }, stderr: { write: () => true }, argv: ["node", "main.js"], env: {},
      exit: (code) => { const stop = new Error("exit"); stop.name = "Exit"; throw stop; }, on: () => {}, nextTick: (work, ...args) => { Promise.resolve().then(() => work(...args)); },
      hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }), memoryUsage: () => ({ heapUsed: 0 }), platform: "none",
    };
    global.setTimeout = (work, _, ...args) => { Promise.resolve().then(() => work(...args)); return 0; };
    global.setImmediate = global.setTimeout;
    global.clearTimeout = () => {};
    global.module = { exports: {} };
    global.exports = global.module.exports;
    global.structuredClone = (value) => decode(encode(value, 0));
    const modules = { fs, readline: { createInterface: reader } };
    global.require = (name) => {
      const plain = String(name).replace(/^node:/, "");
      if (plain in modules) return modules[plain];
      throw new Error("there is no module " + name);
    };
  };

  const settle = (status, extra) => { reply = Object.assign({ status }, extra); };
  const failed = (error) => {
    const described = describe(error);
    if (described.type === "Exit" && described.message === "exit") settle("exited");
    else if (/out of memory/.test(described.message)) settle("memory", { error: described });
    else settle("raised", { error: described });
  };
  const feed = () => {
    const waiting = later;
    later = [];
    for (const [event, listener] of waiting) {
      if (event === "data") listener(stdin);
      if (event === "reader line") for (const line of stdin.replace(/\\n$/, "").split("\\n")) listener(line);
    }
    for (const [event, listener] of waiting) if (event === "end" || event === "close" || event === "reader close") listener();
  };
  const run = (question) => {
    stdin = question.stdin;
    furnish();
    try {
      evaluate(question.source.replace(/^(\\s*)export\\s+(?:default\\s+)?(?=(?:async\\s+)?function\\b|class\\b|const\\b|let\\b|var\\b)/gm, "$1"), "candidate.js");
      feed();
      settle("ok");
    } catch (error) { failed(error); }
  };
  const call = (question) => {
    try {
      const { name } = question;
      const exported = global.module.exports;
      const found = typeof exported === "function" && exported.name === name ? exported : exported !== null && typeof exported === "object" && typeof exported[name] === "function" ? exported[name] : evaluate("typeof " + name + " === 'undefined' ? undefined : " + name, "name.js");
      if (typeof found !== "function") throw new TypeError("the program defines no function " + name);
      const args = question.args.map(decode);
      const value = found(...args);
      const done = (settled) => { try { settle("ok", { value: encode(settled, 0) }); } catch (error) { failed(error); } };
      if (value !== null && typeof value === "object" && typeof value.then === "function") Promise.resolve(value).then(done, failed);
      else done(value);
    } catch (error) { failed(error); }
  };

  return {
    begin(line) {
      const question = parse(line);
      reply = null;
      out = err = "";
      if (question.op === "judge") reply = judge(question);
      else if (question.op === "run") run(question);
      else call(question);
    },
    end() {
      const made = reply ?? { status: "raised", error: { type: "Error", message: "a promise was never settled", trace: "" } };
      if (made.passed === undefined) { made.stdout = out; made.stderr = err; }
      return stringify(made);
    },
  };
})()
`;
