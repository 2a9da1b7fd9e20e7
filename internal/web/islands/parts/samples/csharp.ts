import { fixed, indented, quoted, readsAsBlock } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleRequest } from "./request";
import { unquotable } from "./sendable";

const knownMethod = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)$/;

export function csharp({ method, url, headers, body }: SampleRequest): string {
  const verb = knownMethod.test(method) ? `HttpMethod.${method[0]}${method.slice(1).toLowerCase()}` : `new HttpMethod(${string(method)})`;
  const lines = headers.map(([name, value]) => {
    const target = body && /^content-/i.test(name) ? "request.Content" : "request";
    const content = value === keyPlaceholder ? `Environment.GetEnvironmentVariable("${keyVariable}")` : string(value);
    return `${target}.Headers.TryAddWithoutValidation(${string(name)}, ${content});\n`;
  });
  const type = body && "mediaType" in body ? `request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(${string(body.mediaType)});\n` : "";
  return `${type && "using System.Net.Http.Headers;\n\n"}using var client = new HttpClient();
using var request = new HttpRequestMessage(${verb}, ${string(url)});
${body ? content(body) : ""}${type}${lines.join("")}using var response = await client.SendAsync(request);
Console.WriteLine((int)response.StatusCode);
Console.WriteLine(await response.Content.ReadAsStringAsync());
`;
}

function content(body: SampleBody): string {
  switch (body.kind) {
    case "text":
      return `request.Content = new StringContent(${text(body.text)});\n`;
    case "form": {
      const fields = body.fields.map(([name, value]) => `    new(${string(name)}, ${text(value)}),\n`);
      return `request.Content = new FormUrlEncodedContent([\n${fields.join("")}]);\n`;
    }
    case "multipart": {
      const parts = body.parts.map(({ name, value }) => {
        const field = string(unquotable(name));
        return typeof value === "string"
          ? `form.Add(new StringContent(${text(value)}), ${field});\n`
          : `form.Add(${file(value.name)}, ${field}, ${string(unquotable(value.name))});\n`;
      });
      return `var form = new MultipartFormDataContent();\n${parts.join("")}request.Content = form;\n`;
    }
    case "file":
      return `request.Content = ${file(body.file.name)};\n`;
  }
}

const file = (name: string): string => `new StreamContent(File.OpenRead(${string(name)}))`;

const string = (value: string): string => quoted(value, fixed);

// A raw literal ends with more quotes than the text has in a row.
function text(value: string): string {
  if (!readsAsBlock(value)) {
    return string(value);
  }
  const quotes = '"'.repeat(Math.max(3, ...(value.match(/"+/g) ?? []).map((run) => run.length + 1)));
  return `${quotes}\n${indented(value, "    ")}\n    ${quotes}`;
}
