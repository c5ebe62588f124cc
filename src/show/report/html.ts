/**
 * HTML as a template: everything put into it is escaped, except what is HTML already. A model's output is hostile text
 * as far as a page is concerned, and this is the only way it gets in.
 */

/** Text that is HTML already. Made by `html` and, for what we drew ourselves, by `trusted`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that XML 1.0 does not allow, and halves of characters, become U+FFFD: one of them would spoil a whole SVG. */
export function xmlSafe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

/**
 * Safe between tags and inside a quoted attribute.
 *
 * @example
 * escapeHtml("<script>"); // "&lt;script&gt;"
 */
export function escapeHtml(text: string): string {
  return xmlSafe(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "string" || typeof content === "number") return escapeHtml(String(content));
  return content.map(render).join("");
}

/**
 * @example
 * html`<p>${"a < b"}</p>`.text; // "<p>a &lt; b</p>"
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.reduce((out, part, i) => out + render(values[i - 1]) + part));
}

/** HTML that this program wrote itself, such as a drawing. Never for text from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** Text in which `^digits` is set as a superscript: "10^12". */
export function superscripts(text: string): Html {
  const parts = text.split(/\^(-?\d+)/);
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<sup>${part.replace("-", "−")}</sup>` : part))}`;
}
