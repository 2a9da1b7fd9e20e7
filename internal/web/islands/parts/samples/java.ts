import { hexadecimal, indented, quoted, readsAsBlock, type Escape } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleRequest } from "./request";
import { disposition, encoded, headersWithType } from "./sendable";

const publishers = "java.net.http.HttpRequest.BodyPublishers";
// A constant may have 65,535 bytes, and a character takes at most six.
const longest = 10_000;

export function java(request: SampleRequest): string {
  const { method, url } = request;
  const { imports, before, publisher, type } = made(request.body);
  const headers = headersWithType(request).map(([name, value]) => [string(name), value === keyPlaceholder ? `System.getenv("${keyVariable}")` : string(value)]);
  if (type) {
    headers.push(['"Content-Type"', type]);
  }
  const verb = method === "GET" ? ".GET()" : `.method(${string(method)}, ${publisher})`;
  const used = ["java.net.URI", "java.net.http.HttpClient", "java.net.http.HttpRequest", "java.net.http.HttpResponse.BodyHandlers"];
  if (method !== "GET") {
    used.push(publishers);
  }
  return `${[...used, ...imports].sort().map((name) => `import ${name};\n`).join("")}
public class Main {
    public static void main(String[] args) throws Exception {
${before}        var request = HttpRequest.newBuilder(URI.create(${string(url)}))
${headers.map(([name, value]) => `            .header(${name}, ${value})\n`).join("")}            ${verb}
            .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        System.out.println(response.statusCode());
        System.out.println(response.body());
    }
}
`;
}

function made(body?: SampleBody): { imports: string[]; before: string; publisher: string; type?: string } {
  switch (body?.kind) {
    case undefined:
      return { imports: [], before: "", publisher: "BodyPublishers.noBody()" };
    case "text":
      return { imports: [], before: "", publisher: `BodyPublishers.ofString(${text(body.text)})` };
    case "form": {
      const fields = body.fields.map(([name, value], index) => `${string((index > 0 ? "&" : "") + encoded(name) + "=")} + URLEncoder.encode(${text(value)}, StandardCharsets.UTF_8)`);
      return {
        imports: fields.length > 0 ? ["java.net.URLEncoder", "java.nio.charset.StandardCharsets"] : [],
        before: `        var form = ${fields.join("\n            + ") || '""'};\n`,
        publisher: "BodyPublishers.ofString(form)",
        type: '"application/x-www-form-urlencoded"',
      };
    }
    case "multipart":
      return multipart(body);
    case "file":
      return { imports: ["java.nio.file.Path"], before: "", publisher: file(body.file.name) };
  }
}

function multipart(body: SampleBody & { kind: "multipart" }): ReturnType<typeof made> {
  const publishers = body.parts.flatMap(({ name, value }) => {
    const head = `"--" + boundary + ${string(`\r\n${disposition(name, value)}\r\n\r\n`)}`;
    return typeof value === "string"
      ? [`BodyPublishers.ofString(${head} + ${text(value)} + "\\r\\n")`]
      : [`BodyPublishers.ofString(${head})`, file(value.name), 'BodyPublishers.ofString("\\r\\n")'];
  });
  publishers.push('BodyPublishers.ofString("--" + boundary + "--\\r\\n")');
  const readsFile = body.parts.some(({ value }) => typeof value !== "string");
  return {
    imports: ["java.util.UUID", ...(readsFile ? ["java.nio.file.Path"] : [])],
    before: `        var boundary = UUID.randomUUID().toString();
        var body = BodyPublishers.concat(
            ${publishers.join(",\n            ")});
`,
    publisher: "body",
    type: '"multipart/form-data; boundary=" + boundary',
  };
}

const file = (name: string): string => `BodyPublishers.ofFile(Path.of(${string(name)}))`;

// Java decodes \u0000 before it parses the literal, one surrogate at a time. Characters that would end the literal are
// not escaped like this, and the backslashes before them come in pairs.
const escape: Escape = (point) => String.fromCodePoint(point).replace(/[^]/g, (half) => "\\u" + hexadecimal(half.charCodeAt(0), 4));

function string(value: string): string {
  if (value.length <= longest) {
    return quoted(value, escape);
  }
  const pieces = value.match(new RegExp(`.{1,${longest}}`, "gsu")) ?? [];
  return `String.join("", ${pieces.map((piece) => quoted(piece, escape)).join(", ")})`;
}

// Java removes the common indentation of a text block, which the last line sets, and spaces at the ends of lines.
function text(value: string): string {
  if (!readsAsBlock(value) || value.length > longest) {
    return string(value);
  }
  const lines = value.replace(/\\|"(?="")/g, "\\$&").replace(/ (?=\n|$)/g, "\\s").replace(/\t(?=\n|$)/g, "\\t");
  return `"""\n${indented(lines + '\\\n"""', "                ")}`;
}
