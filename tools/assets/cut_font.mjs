// Subsets a variable font to the characters of TEXT and a range of weights, and prints it as woff2.
// usage: node cut_font.mjs FILE TEXT LIGHTEST HEAVIEST
import { readFile } from "node:fs/promises";
import cut from "subset-font";

const [file, text, lightest, heaviest] = process.argv.slice(2);
const weights = { min: Number(lightest), max: Number(heaviest) };
process.stdout.write(await cut(await readFile(file), text, { targetFormat: "woff2", variationAxes: { wght: weights } }));
