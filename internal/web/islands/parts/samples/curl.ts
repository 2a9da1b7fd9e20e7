import { keyPlaceholder, keyVariable, type SampleBody, type SampleFile, type SampleRequest } from "./request";
import { encoded, headersWithType } from "./sendable";

const control = /(?!\n)\p{Cc}/gu;
// An argument may have 128 KiB on Linux, and a character at most four bytes.
const longestArgument = 30_000;

export function curl(request: SampleRequest): string {
  const { method, url, body } = request;
  const options = [];
  if (method === "HEAD") {
    options.push("--head");
  } else {
    options.push("--include");
    if (method !== "GET") {
      options.push("--request " + (/^[A-Z]+$/.test(method) ? method : word(method)));
    }
  }
  const lines = [`curl ${options.join(" ")} ${word(url)}`, ...headersWithType(request).map(header), ...(body ? data(body) : [])];
  const command = lines.join(" \\\n  ");
  return (body?.kind === "text" && isPiped(body.text) ? `printf %b ${piped(body.text)} | ` : "") + command + "\n";
}

// word quotes one word for a POSIX shell. It removes control characters, because a terminal would interpret them.
function word(text: string): string {
  return `'${text.replace(control, "").replaceAll("'", "'\\''")}'`;
}

function header([name, value]: [string, string]): string {
  if (value === keyPlaceholder) {
    return "--header " + (/^[\w-]+$/.test(name) ? `"${name}: $${keyVariable}"` : `${word(name + ": ")}"$${keyVariable}"`);
  }
  return "--header " + word(value === "" ? name + ";" : `${name}: ${value}`); // "name:" would remove the header
}

function data(body: SampleBody): string[] {
  switch (body.kind) {
    case "text":
      return [isPiped(body.text) ? "--data-binary @-" : "--data-raw " + word(body.text)];
    case "form":
      return body.fields.map(([name, value]) =>
        name === "" || isPiped(value)
          ? "--data-raw " + word(`${encoded(name)}=${encoded(value)}`)
          : "--data-urlencode " + word(`${encoded(name)}=${value}`),
      );
    case "multipart":
      return body.parts.map(({ name, value }) => {
        const field = name.replaceAll("=", "%3D"); // curl has no other way to write it
        return typeof value === "string"
          ? "--form-string " + word(`${field}=${value}`)
          : "--form " + word(`${field}=@"${path(value).replace(/["\\]/g, "\\$&")}"`);
      });
    case "file":
      return ["--data-binary " + word("@" + path(body.file))];
  }
}

// path prevents curl from reading the file "-" as standard input.
const path = ({ name }: SampleFile): string => (name === "-" ? "./-" : name);

const isPiped = (text: string): boolean => text.length > longestArgument || text.search(control) >= 0;

// piped returns a text for printf %b, which writes control characters that the command itself does not contain.
function piped(text: string): string {
  const bytes = (character: string) =>
    [...new TextEncoder().encode(character)].map((byte) => "\\0" + byte.toString(8).padStart(3, "0")).join("");
  return `'${text.replaceAll("\\", "\\\\").replace(control, bytes).replaceAll("'", "'\\''")}'`;
}
