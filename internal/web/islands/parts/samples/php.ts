import { braced, escaped } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleRequest } from "./request";
import { disposition, encoded, headersWithType } from "./sendable";

export function php(request: SampleRequest): string {
  const { method, url, body } = request;
  const { before, fields, type } = made(body);
  const headers = headersWithType(request).map(([name, value]) =>
    value === keyPlaceholder
      ? `${text(name + ": ")} . getenv('${keyVariable}')`
      : text(value === "" ? name + ";" : `${name}: ${value}`), // "name:" would remove the header
  );
  if (type) {
    headers.push(type);
  }
  const options = [
    ...(method === "GET" ? [] : [method === "HEAD" ? "CURLOPT_NOBODY => true" : `CURLOPT_CUSTOMREQUEST => ${text(method)}`]),
    ...(headers.length > 0 ? [`CURLOPT_HTTPHEADER => [\n${headers.map((header) => `        ${header},\n`).join("")}    ]`] : []),
    ...(fields ? [`CURLOPT_POSTFIELDS => ${fields}`] : []),
    "CURLOPT_RETURNTRANSFER => true",
  ];
  return `<?php

${before}$request = curl_init(${text(url)});
curl_setopt_array($request, [
${options.map((option) => `    ${option},\n`).join("")}]);
$response = curl_exec($request);
if ($response === false) {
    exit(curl_error($request) . PHP_EOL);
}
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), PHP_EOL, $response, PHP_EOL;
`;
}

function made(body?: SampleBody): { before: string; fields?: string; type?: string } {
  switch (body?.kind) {
    case undefined:
      return { before: "" };
    case "text":
      return { before: "", fields: text(body.text) };
    case "form": {
      const fields = body.fields.map(([name, value], index) => `${text((index > 0 ? "&" : "") + encoded(name) + "=")} . urlencode(${text(value)})`);
      return { before: "", fields: fields.join("\n        . ") || "''" };
    }
    case "multipart":
      return multipart(body);
    case "file":
      return { before: "", fields: file(body.file.name) };
  }
}

// curl's array has each name once, so a second file of a field would replace the first.
function multipart(body: SampleBody & { kind: "multipart" }): ReturnType<typeof made> {
  const parts = body.parts.map(({ name, value }) => {
    const content = typeof value === "string" ? text(value) : file(value.name);
    return `    [${text(disposition(name, value))}, ${content}],\n`;
  });
  return {
    before: `$boundary = bin2hex(random_bytes(16));
$body = '';
foreach ([
${parts.join("")}] as [$head, $content]) {
    $body .= "--$boundary\\r\\n$head\\r\\n\\r\\n$content\\r\\n";
}
$body .= "--$boundary--\\r\\n";

`,
    fields: "$body",
    type: '"Content-Type: multipart/form-data; boundary=$boundary"',
  };
}

const file = (name: string): string => `file_get_contents(${text(name)})`;

// PHP replaces nothing between single quotes, but has no escapes there either.
const text = (value: string): string =>
  /(?![ \n])[\p{C}\p{Z}]/u.test(value) ? `"${escaped(value, /["\\$]/g, braced)}"` : `'${value.replace(/['\\]/g, "\\$&")}'`;
