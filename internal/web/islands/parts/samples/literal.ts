// Characters that are invisible in a sample or change the text around them: control and format characters (including
// those that change the writing direction), line separators, and unusual spaces.
const hidden = /(?! )[\p{C}\p{Z}]/gu;
const hiddenInBlock = /(?![ \n\t])[\p{C}\p{Z}]/u;
const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// Escape escapes one code point.
export type Escape = (point: number) => string;

export const hexadecimal = (number: number, width: number): string => number.toString(16).padStart(width, "0");

// \u0000 and \U00000000, as in Go, Python and C#.
export const fixed: Escape = (point) => (point > 0xffff ? "\\U" + hexadecimal(point, 8) : "\\u" + hexadecimal(point, 4));

// \u{0}, as in JavaScript and PHP.
export const braced: Escape = (point) => `\\u{${hexadecimal(point, 1)}}`;

// escaped puts a backslash before special characters and escapes invisible ones.
export function escaped(text: string, special: RegExp, escape: Escape): string {
  return text.replace(special, "\\$&").replace(hidden, (character) => named[character] ?? escape(character.codePointAt(0)!));
}

export function quoted(text: string, escape: Escape): string {
  return `"${escaped(text, /["\\]/g, escape)}"`;
}

// readsAsBlock reports whether a text with several lines or many quotes can be shown unescaped in a sample.
export const readsAsBlock = (text: string): boolean => /["\\\n]/.test(text) && !hiddenInBlock.test(text);

// indented indents every line that is not empty.
export const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);
