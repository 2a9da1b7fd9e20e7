const largestMarked = 64 << 10;
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|[{}[\],]/g;

// marked returns JSON with the classes of the server's highlighter. It returns other texts, and those over
// largestMarked, unchanged.
export function marked(text: string): (Node | string)[] {
  if (text.length > largestMarked || !/^\s*[[{]/.test(text)) {
    return [text];
  }
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const found of text.matchAll(token)) {
    const [whole, quoted, colon, word] = found;
    parts.push(text.slice(at, found.index));
    at = found.index + whole.length;
    if (quoted !== undefined) {
      parts.push(mark(quoted, colon === undefined ? "s2" : "nt"), ...(colon === undefined ? [] : [mark(colon, "p")]));
    } else {
      parts.push(mark(whole, word !== undefined ? "kc" : /^[\d-]/.test(whole) ? "mi" : "p"));
    }
  }
  parts.push(text.slice(at));
  return parts;
}

function mark(text: string, name: string): HTMLElement {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}
