package samples

import (
	"fmt"
	"slices"
	"strings"
)

const (
	goFatal   = "if err != nil {\n\t\tlog.Fatal(err)\n\t}"
	goAddFile = `
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
`
)

// goMade is the code that creates a body, its imports, and the media type of the request.
type goMade struct {
	lines                        []string
	reader, mediaType, functions string
	imports                      []string
}

func golang(request Request) string {
	made := goBody(request.Body)
	statements := made.lines
	statements = append(statements,
		fmt.Sprintf("request, err := http.NewRequest(%s, %s, %s)", fixedString(request.Method), fixedString(request.URL), made.reader), goFatal)
	statements = append(statements, request.pairs(`os.Getenv("`+KeyVariable+`")`, fixedString, goSet)...)
	if made.mediaType != "" {
		statements = append(statements, goSet(`"Content-Type"`, made.mediaType))
	}
	statements = append(statements, "", "response, err := http.DefaultClient.Do(request)", goFatal, "defer response.Body.Close()",
		"fmt.Println(response.Status)", "if _, err := io.Copy(os.Stdout, response.Body); err != nil {\n\t\tlog.Print(err)\n\t}")
	packages := append([]string{"fmt", "io", "log", "net/http", "os"}, made.imports...)
	slices.Sort(packages)
	return "package main\n\nimport (\n" + each(packages, "\n", func(name string) string { return "\t\"" + name + "\"" }) +
		"\n)\n\nfunc main() {\n" + each(statements, "\n", func(statement string) string {
		if statement == "" {
			return ""
		}
		return "\t" + statement
	}) + "\n}\n" + made.functions
}

func goBody(body *Body) goMade {
	if body == nil {
		return goMade{reader: "nil"}
	}
	switch body.Kind {
	case Text:
		return goMade{lines: []string{"body := strings.NewReader(" + goText(body.Text) + ")"}, reader: "body", imports: []string{"strings"}}
	case Form:
		made := goMade{
			lines: []string{"form := url.Values{}"}, reader: "strings.NewReader(form.Encode())",
			imports: []string{"net/url", "strings"}, mediaType: `"application/x-www-form-urlencoded"`,
		}
		for _, field := range body.Fields {
			made.lines = append(made.lines, fmt.Sprintf("form.Add(%s, %s)", fixedString(field[0]), goText(field[1])))
		}
		return made
	case Multipart:
		return goMultipart(body)
	}
	return goMade{
		lines:  []string{"body, err := os.ReadFile(" + fixedString(body.File) + ")", goFatal},
		reader: "bytes.NewReader(body)", imports: []string{"bytes"},
	}
}

func goMultipart(body *Body) goMade {
	made := goMade{
		lines: []string{"var body bytes.Buffer", "form := multipart.NewWriter(&body)"}, reader: "&body",
		imports: []string{"bytes", "mime/multipart"}, mediaType: "form.FormDataContentType()",
	}
	for _, part := range body.Parts {
		field := fixedString(unquotable(part.Name))
		call := fmt.Sprintf("form.WriteField(%s, %s)", field, goText(part.Value))
		if part.File != "" {
			call = fmt.Sprintf("addFile(form, %s, %s)", field, fixedString(part.File))
			made.functions = goAddFile
		}
		made.lines = append(made.lines, goChecked(call))
	}
	made.lines = append(made.lines, goChecked("form.Close()"))
	return made
}

func goSet(name, value string) string { return "request.Header.Set(" + name + ", " + value + ")" }

func goChecked(call string) string {
	return "if err := " + call + "; err != nil {\n\t\tlog.Fatal(err)\n\t}"
}

func goText(value string) string {
	if readsAsBlock(value) && !strings.Contains(value, "`") {
		return "`" + value + "`"
	}
	return fixedString(value)
}
