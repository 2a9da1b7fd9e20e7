import { braced, quoted, readsAsBlock } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleFile, type SampleRequest } from "./request";
import { headersWithType } from "./sendable";

export function javascript(request: SampleRequest): string {
  const { method, url, body } = request;
  const options = method === "GET" ? [] : [`method: ${string(method)}`];
  const headers = headersWithType(request);
  if (headers.length > 0) {
    options.push(`headers: {\n${headers.map(header).join("")}  }`);
  }
  const { before, value } = made(body);
  if (value) {
    options.push(`body: ${value}`);
  }
  const readsFile = body?.kind === "file" || (body?.kind === "multipart" && body.parts.some((part) => typeof part.value !== "string"));
  const imports = readsFile ? 'import { readFile } from "node:fs/promises";\n\n' : "";
  const second = options.length > 0 ? `, {\n${options.map((option) => `  ${option},\n`).join("")}}` : "";
  return `${imports}${before}const response = await fetch(${string(url)}${second});
console.log(response.status, response.statusText);
console.log(await response.text());
`;
}

function header([name, value]: [string, string]): string {
  return `    ${string(name)}: ${value === keyPlaceholder ? "process.env." + keyVariable : string(value)},\n`;
}

function made(body?: SampleBody): { before: string; value?: string } {
  switch (body?.kind) {
    case undefined:
      return { before: "" };
    case "text":
      return { before: "", value: text(body.text) };
    case "form": {
      const fields = body.fields.map(([name, value]) => `    [${string(name)}, ${text(value)}],\n`);
      return { before: "", value: `new URLSearchParams([\n${fields.join("")}  ])` };
    }
    case "multipart": {
      const parts = body.parts.map(({ name, value }) => {
        const content = typeof value === "string" ? text(value) : `new Blob([${read(value)}]), ${string(value.name)}`;
        return `form.append(${string(name)}, ${content});\n`;
      });
      return { before: `const form = new FormData();\n${parts.join("")}\n`, value: "form" };
    }
    case "file":
      return { before: "", value: read(body.file) };
  }
}

const read = (file: SampleFile): string => `await readFile(${string(file.name)})`;

// A sample that is pasted into a page must not end its script element.
const inScript = (code: string): string => code.replace(/<(?=\/?script|!--)/gi, "\\x3c");

const string = (value: string): string => inScript(quoted(value, braced));

const text = (value: string): string =>
  readsAsBlock(value) ? "`" + inScript(value.replace(/[`\\]|\$(?=\{)/g, "\\$&")) + "`" : string(value);
