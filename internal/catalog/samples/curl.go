package samples

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestArgument is how many characters an argument may have. Linux allows 128 KiB, and a character takes at most four
// bytes.
const longestArgument = 30_000

var (
	plainMethod = regexp.MustCompile(`^[A-Z]+$`)
	plainHeader = regexp.MustCompile(`^[\w-]+$`)
)

func curl(request Request) string {
	options := "--include"
	switch {
	case request.Method == "HEAD":
		options = "--head"
	case plainMethod.MatchString(request.Method) && request.Method != "GET":
		options += " --request " + request.Method
	case request.Method != "GET":
		options += " --request " + word(request.Method)
	}
	lines := []string{"curl " + options + " " + word(request.URL)}
	for _, header := range request.headersWithType() {
		lines = append(lines, "--header "+curlHeader(header[0], header[1]))
	}
	before := ""
	if body := request.Body; body != nil {
		lines = append(lines, curlBody(body)...)
		if body.Kind == Text && isPiped(body.Text) {
			before = "printf %b " + piped(body.Text) + " | "
		}
	}
	return before + strings.Join(lines, " \\\n  ") + "\n"
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' }

// word quotes a text as one word for a POSIX shell. It drops control characters, because a terminal would act on them.
func word(text string) string {
	text = strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func curlHeader(name, value string) string {
	switch {
	case value == KeyPlaceholder && plainHeader.MatchString(name):
		return fmt.Sprintf(`"%s: $%s"`, name, KeyVariable)
	case value == KeyPlaceholder:
		return word(name+": ") + `"$` + KeyVariable + `"`
	case value == "":
		return word(name + ";") // "name:" would remove the header
	}
	return word(name + ": " + value)
}

func curlBody(body *Body) []string {
	var lines []string
	switch body.Kind {
	case Text:
		if isPiped(body.Text) {
			return []string{"--data-binary @-"}
		}
		return []string{"--data-raw " + word(body.Text)}
	case Form:
		for _, field := range body.Fields {
			if field[0] == "" || isPiped(field[1]) {
				lines = append(lines, "--data-raw "+word(encoded(field[0])+"="+encoded(field[1])))
			} else {
				lines = append(lines, "--data-urlencode "+word(encoded(field[0])+"="+field[1]))
			}
		}
	case Multipart:
		for _, part := range body.Parts {
			name := strings.ReplaceAll(part.Name, "=", "%3D") // curl cannot escape it
			if part.File == "" {
				lines = append(lines, "--form-string "+word(name+"="+part.Value))
			} else {
				file := curlFile(part.File)
				file = backslashed(file, func(at int) bool { return file[at] == '"' || file[at] == '\\' })
				lines = append(lines, "--form "+word(name+`=@"`+file+`"`))
			}
		}
	case WholeFile:
		lines = append(lines, "--data-binary "+word("@"+curlFile(body.File)))
	}
	return lines
}

// curlFile returns a name that curl does not mistake for standard input, which "-" means.
func curlFile(name string) string {
	if name == "-" {
		return "./-"
	}
	return name
}

func isPiped(text string) bool {
	return utf8.RuneCountInString(text) > longestArgument || strings.ContainsFunc(text, isControl)
}

// piped returns a text for printf %b with control characters as escapes.
func piped(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			out.WriteString(`\\`)
		case r == '\'':
			out.WriteString(`'\''`)
		case isControl(r):
			for _, b := range []byte(string(r)) {
				fmt.Fprintf(&out, `\0%03o`, b)
			}
		default:
			out.WriteRune(r)
		}
	}
	return "'" + out.String() + "'"
}
