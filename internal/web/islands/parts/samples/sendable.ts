import { keyPlaceholder, type SampleBody, type SampleFile, type SampleRequest } from "./request";

// Clients set these themselves; some refuse a request that names them.
const ofTheClient = /^(host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
const token = /^[\w!#$%&'*+.^`|~-]+$/;

// sendable reduces a request to what every client can send, so that all samples send the same. Bodies are unchanged. It
// removes line breaks from the head, and headers that clients do not send.
export function sendable(request: SampleRequest): SampleRequest {
  const bodiless = request.method === "GET" || request.method === "HEAD"; // as in a browser
  const body = request.body && !bodiless ? sendableBody(request.body) : undefined;
  const headers = new Map<string, [string, string]>();
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (!token.test(name) || ofTheClient.test(name) || (body ? lower === "content-type" : lower.startsWith("content-"))) {
      continue;
    }
    const before = headers.get(lower);
    if (!before || value === keyPlaceholder) {
      headers.set(lower, [name, value === keyPlaceholder ? value : printable(value).trim()]);
    } else if (before[1] !== keyPlaceholder) {
      before[1] += (lower === "cookie" ? "; " : ", ") + printable(value).trim();
    }
  }
  return { method: printable(request.method), url: sendableURL(request.url), headers: [...headers.values()], body };
}

// headersWithType returns the headers, with the media type of a body that has one.
export function headersWithType({ headers, body }: SampleRequest): [string, string][] {
  return body && "mediaType" in body ? [...headers, ["Content-Type", body.mediaType]] : headers;
}

// encoded encodes a name or value of a form for a URL or a body.
export const encoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

// disposition returns the Content-Disposition of a part of a multipart body, as browsers send it.
export function disposition(name: string, value: string | SampleFile): string {
  const file = typeof value === "string" ? "" : `; filename="${unquotable(value.name)}"\r\nContent-Type: application/octet-stream`;
  return `Content-Disposition: form-data; name="${unquotable(name)}"${file}`;
}

export const unquotable = (text: string): string => text.replaceAll('"', "%22");

// printable returns a text on one line, without lone surrogates, which cannot be written to a file.
export const printable = (text: string): string => wellFormed(text).replace(/\p{Cc}/gu, "");

const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd");

function sendableBody(body: SampleBody): SampleBody {
  switch (body.kind) {
    case "text":
      return { ...body, mediaType: printable(body.mediaType), text: wellFormed(body.text) };
    case "form":
      return { ...body, fields: body.fields.map(([name, value]) => [wellFormed(name), wellFormed(value)]) };
    case "multipart":
      return {
        ...body,
        parts: body.parts.map(({ name, value }) => ({
          name: printable(name),
          value: typeof value === "string" ? wellFormed(value) : sendableFile(value),
        })),
      };
    case "file":
      return { ...body, mediaType: printable(body.mediaType), file: sendableFile(body.file) };
  }
}

// A sample reads no files outside its directory.
function sendableFile(file: SampleFile): SampleFile {
  const name = printable(file.name).replace(/.*\//, "");
  return { name: /^\.{0,2}$/.test(name) ? "file" : name };
}

// sendableURL returns the URL as a browser would send it, and also encodes characters that some clients interpret: curl
// would expand brackets and braces to several URLs.
function sendableURL(text: string): string {
  let address = printable(text);
  try {
    const url = new URL(address);
    url.hash = "";
    address = url.href;
  } catch {
    // An invalid URL stays readable in the sample; running the sample says what is wrong.
  }
  const [, start = "https://", rest = ""] = /^(https?:\/\/(?:\[[\da-f:.]+\])?)?(.*)$/i.exec(address)!;
  return start + rest.replace(/%(?![\da-f]{2})|[^\w.~:/?#@!$&'()*+,;=%-]/giu, encodeURIComponent);
}
