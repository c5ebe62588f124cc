import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { syntheticPoorReport, syntheticReport } from "./fixtures/synthetic.ts";
import { reportHtml } from "./page.ts";
import type { Report } from "./schema.ts";

const readable = (html: string): string =>
  html.replace(/base64,[A-Za-z0-9+/=]+/g, "base64,...").replaceAll("><", ">\n<");
const textOf = (report: Report): string => parseHTML(reportHtml(report)).document.body.textContent ?? "";

test("the page is as it was, for a good run and a poor one", (t) => {
  for (const [name, report] of [
    ["report", syntheticReport()],
    ["report-poor", syntheticPoorReport()],
  ] as const) {
    const path = fileURLToPath(new URL(`./__snapshots__/${name}.html`, import.meta.url));
    t.assert.fileSnapshot(readable(reportHtml(report)), path, { serializers: [String] });
  }
});

test("the page asks for nothing from outside, and its policy forbids it", () => {
  const html = reportHtml(syntheticReport());
  const urls = (html.match(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}[^\s"')]*/g) ?? []).filter(
    (url) => url !== "http://www.w3.org/2000/svg",
  );
  assert.deepEqual(urls, []);
  const { document } = parseHTML(html);
  assert.equal(document.querySelectorAll("link, img, iframe, object, embed, form, base").length, 0);
  const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
  const hash = createHash("sha256")
    .update(document.querySelector("script")?.textContent ?? "")
    .digest("base64");
  assert.match(policy, /default-src 'none'/);
  assert.ok(policy.includes(`script-src 'sha256-${hash}'`), "the one script is allowed by its hash");
});

/** The report with every string a model, a file or a person could have put there replaced. */
function poisoned(report: Report, poison: string): Report {
  const replace = (value: unknown, key = ""): unknown => {
    if (typeof value === "string")
      return ["model", "kind", "verdict"].includes(key) && value.length < 12 ? value : poison;
    if (Array.isArray(value)) return value.map((item) => replace(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, replace(v, k)]));
  };
  const clean = replace(report) as Report;
  return {
    ...clean,
    behaviours: Object.fromEntries(Object.values(clean.behaviours).map((v, i) => [`${poison}${i}`, v])),
    fits: { ...clean.fits, [poison]: clean.fits.train } as Report["fits"],
    versions: { [poison]: poison },
    config: { [poison]: poison },
    base: { ...clean.base, byN: { [poison]: clean.base.unseenTargets } },
    final: { ...clean.final, byN: { [poison]: clean.final.unseenTargets } },
  };
}

test("hostile text stays text, wherever it stands", () => {
  const plain = parseHTML(reportHtml(syntheticReport())).document;
  for (const poison of [
    "<script>alert(1)</script>",
    `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`,
    "</text></svg><iframe src=javascript:alert(1)>",
    "</style><script>alert(1)</script>",
    "--><b>\u0000\u202e",
  ]) {
    const html = reportHtml(poisoned(syntheticReport(), poison));
    const { document } = parseHTML(html);
    assert.equal(document.querySelectorAll("script").length, 1, poison);
    assert.equal(document.querySelectorAll("style").length, 1, poison);
    assert.equal(document.querySelectorAll("img, iframe, b[onclick]").length, 0, poison);
    assert.equal(document.querySelectorAll("main b").length, plain.querySelectorAll("main b").length, poison);
    for (const element of document.querySelectorAll("*")) {
      for (const { name } of element.attributes) assert.doesNotMatch(name, /^on/i, poison);
    }
    assert.ok(!html.includes("\0"));
  }
});

test("a poor run says so, and praises nothing", () => {
  const text = textOf(syntheticPoorReport());
  assert.match(text, /No clear gain/);
  assert.match(text, /may be chance/);
  assert.match(text, /did not pass the gate/);
  assert.match(text, /There is no clear gain from training to explain/);
  assert.match(text, /No line is drawn/);
  assert.match(text, /Nothing emerged/);
  assert.doesNotMatch(text, /Practice took|is better thinking|the more it solves/);
});

test("warnings about the training run are computed from its last steps", () => {
  const report = syntheticReport();
  assert.doesNotMatch(textOf(report), /At step 175:/);
  const diagnostics = report.diagnostics.map((row) => (row.step > 160 ? { ...row, entropy: 0.01 } : row));
  assert.match(textOf({ ...report, diagnostics }), /At step 175: entropy fell/);
});

test("every number of the report reaches the page: change one and it shows", () => {
  const report = syntheticReport();
  const before = reportHtml(report);
  const paths = [
    ...["base", "final"].flatMap((m) =>
      ["passAt1", "ci.0", "ci.1", "unseenTargets.passAt1", "byN.3.passAt1"].map((k) => `${m}.${k}`),
    ),
    ...["final.n", "gate.format", "gate.operations", "gate.passAt1"],
    ...["tokensPerProblem.base", "tokensPerProblem.forced", "tokensPerProblem.final"].map((k) => `control.${k}`),
    ...["flopsPerProblem.forced", "forced.passAt1", "forced.ci.0", "forced.n", "shareNotGivingUp"].map(
      (k) => `control.${k}`,
    ),
    ...["shareCi.0", "gainCi.1"].map((k) => `control.${k}`),
    ...["step", "flops", "passAt1", "ci.0", "ci.1"].map((k) => `train.3.${k}`),
    ...["reward", "useful", "entropy", "meanTokens", "truncated", "kl", "gradNorm", "clipped"].map(
      (k) => `diagnostics.174.${k}`,
    ),
    ...["n", "flops", "accuracy", "ci.0", "ci.1"].map((k) => `test.samples.5.${k}`),
    ...["maxTokens", "flops", "accuracy", "ci.0", "ci.1"].map((k) => `test.length.5.${k}`),
    ...["slope", "slopeCi.0", "r2", "residual", "points", "intercept"].map((k) => `fits.train.${k}`),
    ...["behaviours.backtracking.base", "behaviours.backtracking.final", "behaviours.backtracking.finalCi.1"],
    ...["examples.0.base.tokens", "config.steps", "seed", "wallSeconds"],
  ];
  for (const path of paths) {
    const copy = structuredClone(report) as unknown as Record<string, unknown>;
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const holder = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
    const value = holder[last];
    assert.equal(typeof value, "number", path);
    const small = Number.isInteger(value) && (value as number) < 1e6;
    holder[last] = small ? (value as number) + 1 : (value as number) * 0.9;
    assert.ok(reportHtml(copy as unknown as Report) !== before, `${path} is not shown`);
  }
});

test("for who cannot see: one h1, headings in order, names on pictures, headers on tables", () => {
  const { document } = parseHTML(reportHtml(syntheticReport()));
  const levels = [...document.querySelectorAll("h1, h2, h3")].map((h) => Number(h.tagName[1]));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, i) => {
    assert.ok(level - (levels[i - 1] ?? 0) <= 1, "no level is skipped");
  });
  for (const svg of document.querySelectorAll("svg")) {
    assert.equal(svg.getAttribute("role"), "img");
    assert.ok((svg.getAttribute("aria-label") ?? "").length > 20);
  }
  for (const table of document.querySelectorAll("table")) assert.ok(table.querySelector("caption"));
  assert.equal(document.documentElement.getAttribute("lang"), "en");
  for (const link of document.querySelectorAll("nav a")) {
    assert.ok(document.querySelector(link.getAttribute("href") ?? ""), `${link.textContent} leads nowhere`);
  }
});

test("a long chain is folded and an endless one is cut", () => {
  const report = syntheticReport();
  const [example] = report.examples;
  assert.ok(example);
  const long = { ...example.final, text: "3 + 7 =10 back:0 ".repeat(2000) };
  const { document } = parseHTML(reportHtml({ ...report, examples: [{ ...example, final: long }] }));
  const lines = document.querySelectorAll(".chain.final li").length;
  assert.equal(lines, 600);
  assert.match(document.querySelector(".chain.final")?.textContent ?? "", /3400 lines more are in report\.json/);
});

test("a wrong step is marked, and the checker's reason stands below", () => {
  const { document } = parseHTML(reportHtml(syntheticReport()));
  const slip = document.querySelector(".chain.base li.slip");
  assert.match(slip?.textContent ?? "", /10 \+ 8 = 19.*10 \+ 8 is 18/);
  assert.match(document.querySelector(".chain.base .verdict")?.textContent ?? "", /Wrong: wrong arithmetic at step 2/);
});
