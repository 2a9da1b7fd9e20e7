// Parses the literals of a C# or PHP sample like its compiler, for machines without the compiler. Returns the value of
// each literal, and the program with an S in place of each. Two requests of the same shape must produce the same
// program.
const simple = { n: "\n", r: "\r", t: "\t", "\\": "\\", '"': '"', $: "$" };

export function readLiterals(language, code) {
  const literals = [];
  let program = "";
  for (let at = 0; at < code.length; ) {
    const read = { csharp: readCSharp, php: readPHP }[language](code, at);
    if (read) {
      literals.push(read.text);
      program += "S" + (read.inserted ?? "");
      at = read.end;
    } else {
      program += code[at++];
    }
  }
  return { literals, program };
}

function readCSharp(code, at) {
  const quotes = /^"*/.exec(code.slice(at))[0].length;
  if (quotes >= 3) {
    return readRaw(code, at, quotes);
  }
  return quotes > 0 ? readQuoted(code, at, /^(?:u([\da-f]{4})|U([\da-f]{8})|([nrt"\\]))/i) : undefined;
}

// readRaw parses a raw literal between lines of quotes. The indentation of the last line is removed from every line.
function readRaw(code, at, quotes) {
  const closing = new RegExp(`\n( *)"{${quotes},}`, "g");
  closing.lastIndex = at + quotes;
  const end = closing.exec(code);
  const longer = new RegExp(`"{${quotes},}`).exec(code.slice(at + quotes));
  if (!end || code[at + quotes] !== "\n" || at + quotes + longer.index + quotes !== closing.lastIndex) {
    throw new Error(`a raw literal that does not end: ${code.slice(at, at + 100)}`);
  }
  const lines = code.slice(at + quotes + 1, end.index).split("\n");
  const text = lines.map((line) => {
    if (line !== "" && !line.startsWith(end[1])) {
      throw new Error(`a line is not indented as the last one is: ${line}`);
    }
    return line.slice(end[1].length);
  });
  return { text: text.join("\n"), end: closing.lastIndex };
}

function readPHP(code, at) {
  if (code[at] === '"') {
    return readQuoted(code, at, /^(?:u\{([\da-f]+)\}|([nrt"\\$]))/i, /^(?:\$[a-z_]\w*|\$\{|\{\$)/i);
  }
  if (code[at] !== "'") {
    return undefined;
  }
  const [whole, text] = /^'((?:[^'\\]|\\[^])*)'/.exec(code.slice(at)) ?? fail(code, at);
  return { text: text.replace(/\\(['\\])/g, "$1"), end: at + whole.length };
}

function readQuoted(code, at, escapes, insertion) {
  let text = "";
  let inserted = "";
  let end = at + 1;
  for (; code[end] !== '"'; ) {
    if (end >= code.length || code[end] === "\n") {
      fail(code, at);
    }
    const rest = code.slice(end, end + 100);
    const insert = insertion?.exec(rest)?.[0];
    if (insert) {
      text += insert;
      inserted += insert;
      end += insert.length;
    } else if (code[end] === "\\") {
      const [escape, ...forms] = escapes.exec(rest.slice(1)) ?? fail(code, end);
      const letter = simple[escape];
      text += letter ?? String.fromCodePoint(parseInt(forms.find(Boolean), 16));
      end += 1 + escape.length;
    } else {
      text += code[end++];
    }
  }
  return { text, inserted, end: end + 1 };
}

function fail(code, at) {
  throw new Error(`no literal that ends: ${code.slice(at, at + 100)}`);
}
