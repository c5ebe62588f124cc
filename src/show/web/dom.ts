/** Elements without HTML strings: text reaches the page as text only, whatever a model wrote. */

type Attributes = Readonly<Record<string, string | null>>;

/** A new element; children that are strings become text nodes, attributes that are null are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** A new SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** The element with this id, checked to be of the given kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} with the id "${id}".`);
  return element;
}

/** The first element below `root` that matches, checked to be there. */
export function within(root: Element, selector: string): HTMLElement {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`The page has no "${selector}" here.`);
  return element;
}

/** Sets the text where it changed, so that screen readers are told only of news. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
}
