/** The pieces that pages are made of: a figure with its table, a table, paragraphs. */

import { type Content, type Html, html, superscripts, trusted } from "../html.ts";
import { type Drawing, svg } from "../plot.ts";

/** A section with its heading; `id` is what the table of contents points at. */
export function section(id: string, title: string, ...content: Content[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>\n`;
}

/** Sentences as one paragraph each; `^12` becomes a superscript. */
export function paragraphs(sentences: readonly string[]): Html {
  return html`${sentences.map((sentence) => html`<p>${superscripts(sentence)}</p>`)}`;
}

/** Sentences as a list. */
export function list(sentences: readonly string[]): Html {
  return html`<ul>${sentences.map((sentence) => html`<li>${superscripts(sentence)}</li>`)}</ul>`;
}

/** A drawing in the page's colours with its caption and, folded, the same numbers as a table. */
export function chart(drawing: Drawing, caption: string, numbers?: Html): Html {
  const picture = trusted(svg(drawing, "var(--ink)"));
  const folded = numbers && html`<details><summary>The numbers</summary>${numbers}</details>`;
  return html`<figure><div>${picture}</div><figcaption>${superscripts(caption)}</figcaption></figure>${folded}`;
}

export type Column<Row> = {
  readonly name: string;
  readonly cell: (row: Row) => string;
  /** Words stand left and wrap; numbers stand right. */
  readonly words?: boolean;
};

/** A table; the first column names the row. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const head = columns.map(
    ({ name, words }) => html`<th scope="col"${words ? html` style="text-align:left"` : null}>${name}</th>`,
  );
  const cell = ({ cell: text, words }: Column<Row>, row: Row, i: number): Html => {
    if (i === 0) return html`<th scope="row">${superscripts(text(row))}</th>`;
    return html`<td${words ? html` class="words"` : null}>${superscripts(text(row))}</td>`;
  };
  const body = rows.map((row) => html`<tr>${columns.map((column, i) => cell(column, row, i))}</tr>\n`);
  return html`<div class="scroll"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
