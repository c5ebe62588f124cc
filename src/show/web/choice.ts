/** Selects whose options grow while a run goes on. */

import { byId, el } from "./dom.ts";

export type Option = { readonly value: string; readonly words: string };

/**
 * Fills a select anew where its options changed; what a visitor chose stays, else the first choice is taken.
 *
 * @param latest whether who looks at the newest option goes on looking at the newest
 * @returns the value that is chosen
 */
export function choose(id: string, options: readonly Option[], first = options[0]?.value, latest = false): string {
  const select = byId(id, HTMLSelectElement);
  const offered = options.map(({ value }) => value);
  const old = [...select.options].map(({ value }) => value);
  if (JSON.stringify(old) !== JSON.stringify(offered)) {
    const followed = latest && select.value === old.at(-1);
    const kept = offered.includes(select.value) && !followed ? select.value : (first ?? "");
    select.replaceChildren(...options.map(({ value, words }) => el("option", { value }, words)));
    select.value = kept;
  }
  return select.value;
}
