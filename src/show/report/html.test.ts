import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { escapeHtml, html, superscripts, trusted, xmlSafe } from "./html.ts";

test("whatever the text, it comes back as that text and makes no element", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "&lt;b&gt;", "</p>"),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const { document } = parseHTML(html`<!doctype html><body><p title="${text}">${text}</p></body>`.text);
      const p = document.querySelector("p");
      assert.equal(p?.textContent, xmlSafe(text));
      assert.equal(p?.getAttribute("title"), xmlSafe(text));
      assert.equal(document.querySelectorAll("body *").length, 1);
    }),
  );
});

test("lists are joined, nothing is left of null and false, HTML stays HTML", () => {
  assert.equal(html`<p>${["a", 1, null, false, undefined, html`<b>${"&"}</b>`]}</p>`.text, "<p>a1<b>&amp;</b></p>");
  assert.equal(html`${trusted("<i>")}`.text, "<i>");
});

test("exponents become superscripts and nothing else does", () => {
  assert.equal(superscripts("1.5×10^-12 & <x>").text, "1.5×10<sup>−12</sup> &amp; &lt;x&gt;");
  assert.equal(superscripts("a^b").text, "a^b");
});

test("control characters and half characters become U+FFFD", () => {
  assert.equal(escapeHtml("a\u0000\u001b\ud800b\n"), "a\ufffd\ufffd\ufffdb\n");
});
