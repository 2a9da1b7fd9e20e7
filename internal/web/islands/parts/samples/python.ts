import { fixed, quoted, readsAsBlock } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleRequest } from "./request";
import { disposition, headersWithType } from "./sendable";

export function python(request: SampleRequest): string {
  const { method, url, body } = request;
  const { imports, before, data, type } = made(body);
  const pairs = headersWithType(request).map(([name, value]) => {
    imports.push(...(value === keyPlaceholder ? ["os"] : []));
    return `        ${string(name)}: ${value === keyPlaceholder ? `os.environ["${keyVariable}"]` : string(value)},\n`;
  });
  if (type) {
    pairs.push(`        "Content-Type": ${type},\n`);
  }
  const headers = pairs.length > 0 ? `    headers={\n${pairs.join("")}    },\n` : "";
  const modules = [...new Set(["urllib.error", "urllib.request", ...imports])].sort();
  return `${modules.map((name) => "import " + name).join("\n")}

${before}request = urllib.request.Request(
    ${string(url)},
    method=${string(method)},
${headers}${data ? `    data=${data},\n` : ""})
try:
    response = urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    response = error
with response:
    print(response.status, response.reason)
    print(response.read().decode(errors="replace"))
`;
}

function made(body?: SampleBody): { imports: string[]; before: string; data?: string; type?: string } {
  switch (body?.kind) {
    case undefined:
      return { imports: [], before: "" };
    case "text":
      return { imports: [], before: "", data: text(body.text) + ".encode()" };
    case "form": {
      const fields = body.fields.map(([name, value]) => `    (${string(name)}, ${text(value)}),\n`).join("");
      return { imports: ["urllib.parse"], before: `fields = [\n${fields}]\n`, data: "urllib.parse.urlencode(fields).encode()" };
    }
    case "multipart": {
      const parts = body.parts.map(({ name, value }) => {
        const content = typeof value === "string" ? text(value) + ".encode()" : file(value.name);
        return `    (${string(disposition(name, value))}, ${content}),\n`;
      });
      return {
        imports: ["uuid", ...(body.parts.some(({ value }) => typeof value !== "string") ? ["pathlib"] : [])],
        before: `boundary = uuid.uuid4().hex
parts = [
${parts.join("")}]
body = b""
for head, content in parts:
    body += f"--{boundary}\\r\\n{head}\\r\\n\\r\\n".encode() + content + b"\\r\\n"
body += f"--{boundary}--\\r\\n".encode()

`,
        data: "body",
        type: 'f"multipart/form-data; boundary={boundary}"',
      };
    }
    case "file":
      return { imports: ["pathlib"], before: "", data: file(body.file.name) };
  }
}

const file = (name: string): string => `pathlib.Path(${string(name)}).read_bytes()`;

const string = (value: string): string => quoted(value, fixed);

// Three quotes would end the text, and so would one quote at its end.
const text = (value: string): string =>
  readsAsBlock(value) ? `"""${value.replace(/\\|"(?="")|"$/g, "\\$&")}"""` : string(value);
