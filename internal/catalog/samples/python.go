package samples

import (
	"slices"
	"strings"
)

func python(request Request) string {
	made := pythonBody(request.Body)
	modules := append([]string{"urllib.error", "urllib.request"}, made.imports...)
	pairs := request.pairs(`os.environ["`+KeyVariable+`"]`, fixedString, func(name, value string) string {
		return "        " + name + ": " + value + ",\n"
	})
	if slices.ContainsFunc(request.Headers, func(header [2]string) bool { return header[1] == KeyPlaceholder }) {
		modules = append(modules, "os")
	}
	if made.mediaType != "" {
		pairs = append(pairs, "        \"Content-Type\": "+made.mediaType+",\n")
	}
	headers, data := "", ""
	if len(pairs) > 0 {
		headers = "    headers={\n" + strings.Join(pairs, "") + "    },\n"
	}
	if made.data != "" {
		data = "    data=" + made.data + ",\n"
	}
	slices.Sort(modules)
	return each(modules, "\n", func(name string) string { return "import " + name }) + "\n\n" + made.before +
		"request = urllib.request.Request(\n    " + fixedString(request.URL) + ",\n    method=" + fixedString(request.Method) + ",\n" + headers + data + `)
try:
    response = urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    response = error
with response:
    print(response.status, response.reason)
    print(response.read().decode(errors="replace"))
`
}

type pythonMade struct {
	imports                 []string
	before, data, mediaType string
}

func pythonBody(body *Body) pythonMade {
	if body == nil {
		return pythonMade{}
	}
	switch body.Kind {
	case Text:
		return pythonMade{data: pythonText(body.Text) + ".encode()"}
	case Form:
		return pythonMade{
			imports: []string{"urllib.parse"},
			before: "fields = [\n" + each(body.Fields, "", func(field [2]string) string {
				return "    (" + fixedString(field[0]) + ", " + pythonText(field[1]) + "),\n"
			}) + "]\n",
			data: "urllib.parse.urlencode(fields).encode()",
		}
	case Multipart:
		made := pythonMade{imports: []string{"uuid"}, data: "body", mediaType: `f"multipart/form-data; boundary={boundary}"`}
		if body.readsFile() {
			made.imports = append(made.imports, "pathlib")
		}
		made.before = "boundary = uuid.uuid4().hex\nparts = [\n" + each(body.Parts, "", func(part Part) string {
			content := pythonText(part.Value) + ".encode()"
			if part.File != "" {
				content = pythonFile(part.File)
			}
			return "    (" + fixedString(disposition(part)) + ", " + content + "),\n"
		}) + `]
body = b""
for head, content in parts:
    body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
body += f"--{boundary}--\r\n".encode()

`
		return made
	}
	return pythonMade{imports: []string{"pathlib"}, data: pythonFile(body.File)}
}

func pythonFile(name string) string { return "pathlib.Path(" + fixedString(name) + ").read_bytes()" }

// pythonText escapes three quotes, which would end the text, and one at its end.
func pythonText(value string) string {
	if !readsAsBlock(value) {
		return fixedString(value)
	}
	return `"""` + backslashed(value, func(at int) bool {
		return value[at] == '\\' || strings.HasPrefix(value[at:], `"""`) || value[at] == '"' && at == len(value)-1
	}) + `"""`
}
