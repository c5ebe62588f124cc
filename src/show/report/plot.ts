/**
 * Observable Plot without a browser: options in, an SVG drawing out. The same options always give the same text: there
 * are no generated ids, coordinates keep two decimals, and colours, fonts and sizes are all written in the drawing.
 *
 * Written `^` in a label ("10^12") becomes a superscript here, since few fonts carry all superscript digits.
 */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, xmlSafe } from "./html.ts";

/** A picture that can stand alone (`svg`) or beside others (`panelsSvg`). Sizes are CSS pixels. */
export type Drawing = {
  readonly width: number;
  readonly height: number;
  /** What is inside the `<svg>` element. */
  readonly body: string;
  /** What a person who cannot see the picture is told. */
  readonly label: string;
};

/** The font that ships with Mull first, so that `figure.png` is the same on every machine; then whatever is there. */
export const FONT_FAMILY = "'Atkinson Hyperlegible', Arial, 'Liberation Sans', sans-serif";

const SVG = "http://www.w3.org/2000/svg";
const { document } = parseHTML("<!doctype html><html><body></body></html>");

type DomNode = {
  readonly nodeType: number;
  readonly childNodes: Iterable<DomNode>;
  textContent: string;
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  append(...nodes: unknown[]): void;
  setAttribute(name: string, value: string): void;
};

const GEOMETRY = new Set([
  "d",
  "transform",
  "x",
  "y",
  "x1",
  "x2",
  "y1",
  "y2",
  "cx",
  "cy",
  "r",
  "width",
  "height",
  "dx",
  "dy",
]);

function rounded(text: string): string {
  return text.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)) + 0));
}

/** Rounds coordinates, cleans text and turns `^digits` into superscripts, from `node` down. */
function finish(node: DomNode): void {
  if (node.nodeType === 1) {
    for (const attribute of node.attributes) {
      if (GEOMETRY.has(attribute.name)) attribute.value = rounded(attribute.value);
    }
  }
  const children = [...node.childNodes];
  const only = children[0];
  if (children.length === 1 && only?.nodeType === 3) {
    const text = xmlSafe(only.textContent);
    const parts = text.split(/\^(-?\d+)/);
    node.textContent = parts[0] ?? "";
    for (let i = 1; i < parts.length; i += 2) {
      const up = document.createElementNS(SVG, "tspan") as unknown as DomNode;
      up.setAttribute("font-size", "0.72em");
      up.setAttribute("dy", "-0.5em");
      up.textContent = (parts[i] ?? "").replace("-", "−");
      node.append(up);
      const rest = parts[i + 1] ?? "";
      if (rest !== "") {
        const down = document.createElementNS(SVG, "tspan") as unknown as DomNode;
        down.setAttribute("dy", "0.36em"); // 0.5em of the smaller size
        down.textContent = rest;
        node.append(down);
      }
    }
    return;
  }
  for (const child of children) finish(child);
}

/** Draws `options`; `label` says in words what is to be seen. */
export function draw(options: Plot.PlotOptions & { width: number; height: number }, label: string): Drawing {
  const root = Plot.plot({ ...options, document: document as never }) as unknown as {
    querySelector(selector: string): { remove(): void } | null;
    innerHTML: string;
  };
  root.querySelector("style")?.remove();
  finish(root as unknown as DomNode);
  return { width: options.width, height: options.height, body: root.innerHTML, label };
}

/** The drawing as a complete SVG document, text in `ink`. */
export function svg(drawing: Drawing, ink: string): string {
  const { width, height, body, label } = drawing;
  return (
    `<svg xmlns="${SVG}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-label="${escapeHtml(label)}" font-family="${FONT_FAMILY}" font-size="13" fill="${ink}" ` +
    `text-anchor="middle">${body}</svg>`
  );
}
