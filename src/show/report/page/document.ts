/**
 * A page in one file that needs nothing else, neither network nor scripts. Its policy (CSP) forbids both: the only script is
 * the theme button, named by its hash.
 */

import { createHash } from "node:crypto";
import { fontFaces } from "../font.ts";
import { type Content, html, superscripts, trusted } from "../html.ts";
import { SCRIPT, STYLE } from "./style.ts";

export type PageParts = {
  readonly title: string;
  /** What the page is, above the title. */
  readonly kicker: string;
  readonly lead: string;
  /** Under the lead: sentences, tiles, contents. */
  readonly head: Content;
  readonly main: Content;
  readonly footer: string;
};

export function pageDocument({ title, kicker, lead, head, main, footer }: PageParts): string {
  const hash = createHash("sha256").update(SCRIPT).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title} · Mull</title>
<style>${trusted(fontFaces())}${trusted(STYLE)}</style>
</head>
<body>
<header>
<div class="kicker"><span>${kicker}</span><button id="theme" type="button" hidden aria-label="Change between light and dark">Dark</button></div>
<h1>${title}</h1>
<p class="lead">${superscripts(lead)}</p>
${head}
</header>
<main>
${main}
</main>
<footer>${footer}</footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.text;
}
