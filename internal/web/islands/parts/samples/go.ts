import { fixed, quoted, readsAsBlock } from "./literal";
import { keyPlaceholder, keyVariable, type SampleBody, type SampleRequest } from "./request";
import { headersWithType, unquotable } from "./sendable";

const fatal = "if err != nil {\n\t\tlog.Fatal(err)\n\t}";

const addFile = `
// addFile adds a file to the form.
func addFile(form *multipart.Writer, field, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, file)
	return err
}
`;

// Made is the code that creates the body, its imports, and its headers.
interface Made {
  lines: string[];
  reader: string;
  imports: string[];
  header?: string;
  functions?: string;
}

export function go(request: SampleRequest): string {
  const { lines, reader, imports, header, functions = "" } = made(request.body);
  const headers = headersWithType(request).map(([name, value]) => set(name, value === keyPlaceholder ? `os.Getenv("${keyVariable}")` : string(value)));
  const packages = [...new Set(["fmt", "io", "log", "net/http", "os", ...imports])].sort();
  const statements = [
    ...lines,
    `request, err := http.NewRequest(${string(request.method)}, ${string(request.url)}, ${reader})`,
    fatal,
    ...headers,
    ...(header ? [set("Content-Type", header)] : []),
    "",
    "response, err := http.DefaultClient.Do(request)",
    fatal,
    "defer response.Body.Close()",
    "fmt.Println(response.Status)",
    "if _, err := io.Copy(os.Stdout, response.Body); err != nil {\n\t\tlog.Print(err)\n\t}",
  ];
  return `package main

import (
${packages.map((name) => `\t"${name}"`).join("\n")}
)

func main() {
${statements.map((statement) => statement && "\t" + statement).join("\n")}
}
${functions}`;
}

function made(body?: SampleBody): Made {
  switch (body?.kind) {
    case undefined:
      return { lines: [], reader: "nil", imports: [] };
    case "text":
      return { lines: [`body := strings.NewReader(${text(body.text)})`], reader: "body", imports: ["strings"] };
    case "form":
      return {
        lines: ["form := url.Values{}", ...body.fields.map(([name, value]) => `form.Add(${string(name)}, ${text(value)})`)],
        reader: "strings.NewReader(form.Encode())",
        imports: ["net/url", "strings"],
        header: '"application/x-www-form-urlencoded"',
      };
    case "multipart":
      return {
        lines: [
          "var body bytes.Buffer",
          "form := multipart.NewWriter(&body)",
          ...body.parts.map(({ name, value }) => {
            const field = string(unquotable(name));
            return checked(
              typeof value === "string"
                ? `form.WriteField(${field}, ${text(value)})`
                : `addFile(form, ${field}, ${string(value.name)})`,
            );
          }),
          checked("form.Close()"),
        ],
        reader: "&body",
        imports: ["bytes", "mime/multipart"],
        header: "form.FormDataContentType()",
        functions: body.parts.some(({ value }) => typeof value !== "string") ? addFile : "",
      };
    case "file":
      return {
        lines: [`body, err := os.ReadFile(${string(body.file.name)})`, fatal],
        reader: "bytes.NewReader(body)",
        imports: ["bytes"],
      };
  }
}

const set = (name: string, value: string): string => `request.Header.Set(${string(name)}, ${value})`;

const checked = (call: string): string => `if err := ${call}; err != nil {\n\t\tlog.Fatal(err)\n\t}`;

const string = (value: string): string => quoted(value, fixed);

const text = (value: string): string => (readsAsBlock(value) && !value.includes("`") ? "`" + value + "`" : string(value));
