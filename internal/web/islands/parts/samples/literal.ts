// What a reader would not see in a sample or what moves the text around it: control and format characters (also those
// that turn the direction of writing), separators of lines, spaces that only look like one.
const hidden = /(?! )[\p{C}\p{Z}]/gu;
const hiddenInBlock = /(?![ \n\t])[\p{C}\p{Z}]/u;
const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// Escape writes one code point.
export type Escape = (point: number) => string;

export const hexadecimal = (number: number, width: number): string => number.toString(16).padStart(width, "0");

// \u0000 and \U00000000, as in Go, Python and C#.
export const fixed: Escape = (point) => (point > 0xffff ? "\\U" + hexadecimal(point, 8) : "\\u" + hexadecimal(point, 4));

// \u{0}, as in JavaScript and PHP.
export const braced: Escape = (point) => `\\u{${hexadecimal(point, 1)}}`;

// escaped puts a backslash before what is special in the literal and writes out what is hidden.
export function escaped(text: string, special: RegExp, escape: Escape): string {
  return text.replace(special, "\\$&").replace(hidden, (character) => named[character] ?? escape(character.codePointAt(0)!));
}

export function quoted(text: string, escape: Escape): string {
  return `"${escaped(text, /["\\]/g, escape)}"`;
}

// readsAsBlock tells whether a text of several lines, or full of quotes, can stand in a sample as it is.
export const readsAsBlock = (text: string): boolean => /["\\\n]/.test(text) && !hiddenInBlock.test(text);

// indented moves every line that holds something.
export const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);
