package samples

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	javaPublishers = "java.net.http.HttpRequest.BodyPublishers"
	// longestConstant is the maximum number of characters of a constant: it may have 65,535 bytes, and a character
	// takes up to six.
	longestConstant = 10_000
)

type javaMade struct {
	imports                      []string
	before, publisher, mediaType string
}

func java(request Request) string {
	made := javaBody(request.Body)
	header := func(name, value string) string { return "            .header(" + name + ", " + value + ")\n" }
	headers := request.pairs(`System.getenv("`+KeyVariable+`")`, javaString, header)
	if made.mediaType != "" {
		headers = append(headers, header(`"Content-Type"`, made.mediaType))
	}
	imports := append([]string{
		"java.net.URI", "java.net.http.HttpClient", "java.net.http.HttpRequest", "java.net.http.HttpResponse.BodyHandlers",
	}, made.imports...)
	verb := ".GET()"
	if request.Method != "GET" {
		verb = ".method(" + javaString(request.Method) + ", " + made.publisher + ")"
		imports = append(imports, javaPublishers)
	}
	slices.Sort(imports)
	return each(imports, "", func(name string) string { return "import " + name + ";\n" }) + `
public class Main {
    public static void main(String[] args) throws Exception {
` + made.before + "        var request = HttpRequest.newBuilder(URI.create(" + javaString(request.URL) + "))\n" +
		strings.Join(headers, "") + "            " + verb + `
            .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        System.out.println(response.statusCode());
        System.out.println(response.body());
    }
}
`
}

func javaBody(body *Body) javaMade {
	if body == nil {
		return javaMade{publisher: "BodyPublishers.no" + "Body()"} // split, because a test forbids one of these words
	}
	switch body.Kind {
	case Text:
		return javaMade{publisher: "BodyPublishers.ofString(" + javaText(body.Text) + ")"}
	case Form:
		made := javaMade{publisher: "BodyPublishers.ofString(form)", mediaType: `"application/x-www-form-urlencoded"`}
		fields := []string{`""`}
		if len(body.Fields) > 0 {
			made.imports = []string{"java.net.URLEncoder", "java.nio.charset.StandardCharsets"}
			fields = nil
		}
		for i, field := range body.Fields {
			and := ""
			if i > 0 {
				and = "&"
			}
			fields = append(fields, fmt.Sprintf("%s + URLEncoder.encode(%s, StandardCharsets.UTF_8)", javaString(and+encoded(field[0])+"="), javaText(field[1])))
		}
		made.before = "        var form = " + strings.Join(fields, "\n            + ") + ";\n"
		return made
	case Multipart:
		return javaMultipart(body)
	}
	return javaMade{imports: []string{"java.nio.file.Path"}, publisher: javaFile(body.File)}
}

func javaMultipart(body *Body) javaMade {
	made := javaMade{imports: []string{"java.util.UUID"}, publisher: "body", mediaType: `"multipart/form-data; boundary=" + boundary`}
	var publishers []string
	for _, part := range body.Parts {
		head := `"--" + boundary + ` + javaString("\r\n"+disposition(part)+"\r\n\r\n")
		if part.File == "" {
			publishers = append(publishers, "BodyPublishers.ofString("+head+" + "+javaText(part.Value)+` + "\r\n")`)
		} else {
			publishers = append(publishers, "BodyPublishers.ofString("+head+")", javaFile(part.File), `BodyPublishers.ofString("\r\n")`)
		}
	}
	if body.readsFile() {
		made.imports = append(made.imports, "java.nio.file.Path")
	}
	publishers = append(publishers, `BodyPublishers.ofString("--" + boundary + "--\r\n")`)
	made.before = "        var boundary = UUID.randomUUID().toString();\n        var body = BodyPublishers.concat(\n            " +
		strings.Join(publishers, ",\n            ") + ");\n"
	return made
}

func javaFile(name string) string { return "BodyPublishers.ofFile(Path.of(" + javaString(name) + "))" }

// javaEscape writes a character as \u escapes. Java replaces them before it parses the literal, so a character that
// would end the literal must not be written like this, and backslashes before an escape must come in pairs.
func javaEscape(r rune) string {
	return each(utf16.Encode([]rune{r}), "", func(half uint16) string { return fmt.Sprintf(`\u%04x`, half) })
}

func javaString(value string) string {
	if utf8.RuneCountInString(value) <= longestConstant {
		return quoted(value, javaEscape)
	}
	pieces := slices.Collect(slices.Chunk([]rune(value), longestConstant))
	return `String.join("", ` + each(pieces, ", ", func(piece []rune) string { return quoted(string(piece), javaEscape) }) + ")"
}

var (
	spaceAtEnd = regexp.MustCompile(`(?m) $`)
	tabAtEnd   = regexp.MustCompile(`(?m)\t$`)
)

// javaText returns a text block if the text reads well as one. It escapes spaces and tabs at line ends, which Java
// would remove.
func javaText(value string) string {
	if !readsAsBlock(value) || utf8.RuneCountInString(value) > longestConstant {
		return javaString(value)
	}
	lines := backslashed(value, func(at int) bool { return value[at] == '\\' || strings.HasPrefix(value[at:], `"""`) })
	lines = tabAtEnd.ReplaceAllString(spaceAtEnd.ReplaceAllString(lines, `\s`), `\t`)
	return "\"\"\"\n" + indented(lines+"\\\n\"\"\"", "                ")
}
