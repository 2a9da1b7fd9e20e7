package samples

import (
	"fmt"
	"regexp"
	"strings"
)

func javascript(request Request) string {
	var options []string
	if request.Method != "GET" {
		options = append(options, "method: "+scriptString(request.Method))
	}
	headers := request.pairs("process.env."+KeyVariable, scriptString, func(name, value string) string {
		return "    " + name + ": " + value + ",\n"
	})
	if len(headers) > 0 {
		options = append(options, "headers: {\n"+strings.Join(headers, "")+"  }")
	}
	before, value := scriptBody(request.Body)
	if value != "" {
		options = append(options, "body: "+value)
	}
	imports, second := "", ""
	if request.Body.readsFile() {
		imports = "import { readFile } from \"node:fs/promises\";\n\n"
	}
	if len(options) > 0 {
		second = ", {\n" + each(options, "", func(option string) string { return "  " + option + ",\n" }) + "}"
	}
	return imports + before + "const response = await fetch(" + scriptString(request.URL) + second + `);
console.log(response.status, response.statusText);
console.log(await response.text());
`
}

func scriptBody(body *Body) (before, value string) {
	if body == nil {
		return "", ""
	}
	switch body.Kind {
	case Text:
		return "", scriptText(body.Text)
	case Form:
		return "", "new URLSearchParams([\n" + each(body.Fields, "", func(field [2]string) string {
			return "    [" + scriptString(field[0]) + ", " + scriptText(field[1]) + "],\n"
		}) + "  ])"
	case Multipart:
		return "const form = new FormData();\n" + each(body.Parts, "", func(part Part) string {
			content := scriptText(part.Value)
			if part.File != "" {
				content = "new Blob([" + scriptFile(part.File) + "]), " + scriptString(part.File)
			}
			return fmt.Sprintf("form.append(%s, %s);\n", scriptString(part.Name), content)
		}) + "\n", "form"
	}
	return "", scriptFile(body.File)
}

func scriptFile(name string) string { return "await readFile(" + scriptString(name) + ")" }

var scriptEnd = regexp.MustCompile(`(?i)<(/?script|!--)`)

// inScript keeps the sample from ending a script element that it is put into.
func inScript(code string) string { return scriptEnd.ReplaceAllString(code, `\x3c$1`) }

func scriptString(value string) string { return inScript(quoted(value, braced)) }

func scriptText(value string) string {
	if !readsAsBlock(value) {
		return scriptString(value)
	}
	return "`" + inScript(backslashed(value, func(at int) bool {
		return value[at] == '`' || value[at] == '\\' || strings.HasPrefix(value[at:], "${")
	})) + "`"
}
