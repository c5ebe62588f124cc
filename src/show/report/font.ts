/**
 * Atkinson Hyperlegible (Braille Institute 2020, SIL Open Font License), as it comes in its npm package: the font of the
 * page and of `figure.png`, so that both look the same on every machine.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const FONT_NAME = "Atkinson Hyperlegible";

const FACES = [
  { weight: 400, file: "400Regular/AtkinsonHyperlegible_400Regular.ttf" },
  { weight: 700, file: "700Bold/AtkinsonHyperlegible_700Bold.ttf" },
] as const;

function pathOf(file: string): string {
  return fileURLToPath(import.meta.resolve(`@expo-google-fonts/atkinson-hyperlegible/${file}`));
}

/** The TrueType files, regular and bold. */
export function fontFiles(): string[] {
  return FACES.map(({ file }) => pathOf(file));
}

/** The same as `@font-face` rules with the files inside, about 144 kB. */
export function fontFaces(): string {
  return FACES.map(({ weight, file }) => {
    const data = readFileSync(pathOf(file)).toString("base64");
    return `@font-face { font-family: '${FONT_NAME}'; font-weight: ${weight}; src: url(data:font/ttf;base64,${data}) format('truetype'); }`;
  }).join("\n");
}
