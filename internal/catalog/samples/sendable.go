package samples

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

var (
	// ofTheClient are headers that clients set themselves; some refuse a request that names them.
	ofTheClient = regexp.MustCompile(`(?i)^(host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$`)
	token       = regexp.MustCompile("^[\\w!#$%&'*+.^`|~-]+$")
)

// sendable returns the request as every client can send it, so that all samples send the same. It removes line ends in
// the head, and headers that no client sends. Bodies stay unchanged.
func sendable(request Request) Request {
	made := Request{Method: printable(request.Method), URL: sendableURL(request.URL)}
	if request.Body != nil && request.Method != "GET" && request.Method != "HEAD" { // as in a browser
		made.Body = sendableBody(*request.Body)
	}
	at := map[string]int{}
	for _, header := range request.Headers {
		name, value := header[0], header[1]
		lower := strings.ToLower(name)
		ofBody := lower == "content-type" || made.Body == nil && strings.HasPrefix(lower, "content-")
		if !token.MatchString(name) || ofTheClient.MatchString(name) || ofBody {
			continue
		}
		if value != KeyPlaceholder {
			value = strings.TrimSpace(printable(value))
		}
		before, known := at[lower]
		switch {
		case !known:
			at[lower] = len(made.Headers)
			made.Headers = append(made.Headers, [2]string{name, value})
		case value == KeyPlaceholder:
			made.Headers[before] = [2]string{name, value}
		case made.Headers[before][1] != KeyPlaceholder:
			between := ", "
			if lower == "cookie" {
				between = "; "
			}
			made.Headers[before][1] += between + value
		}
	}
	return made
}

// headersWithType returns the headers, with the media type of a text or a file.
func (r Request) headersWithType() [][2]string {
	if r.Body != nil && (r.Body.Kind == Text || r.Body.Kind == WholeFile) {
		return append(r.Headers[:len(r.Headers):len(r.Headers)], [2]string{"Content-Type", r.Body.MediaType})
	}
	return r.Headers
}

// pairs writes each header, with the key as the language reads it.
func (r Request) pairs(key string, literal func(string) string, write func(name, value string) string) []string {
	var written []string
	for _, header := range r.headersWithType() {
		value := key
		if header[1] != KeyPlaceholder {
			value = literal(header[1])
		}
		written = append(written, write(literal(header[0]), value))
	}
	return written
}

// readsFile reports whether a sample of the body opens a file.
func (b *Body) readsFile() bool {
	if b == nil {
		return false
	}
	for _, part := range b.Parts {
		if part.File != "" {
			return true
		}
	}
	return b.Kind == WholeFile
}

// disposition names a part of a multipart body as browsers do.
func disposition(part Part) string {
	file := ""
	if part.File != "" {
		file = `; filename="` + unquotable(part.File) + "\"\r\nContent-Type: application/octet-stream"
	}
	return `Content-Disposition: form-data; name="` + unquotable(part.Name) + `"` + file
}

func unquotable(text string) string { return strings.ReplaceAll(text, `"`, "%22") }

func wellFormed(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// printable returns the text without control characters, so that it fits on one line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, wellFormed(text))
}

func sendableBody(body Body) *Body {
	made := Body{Kind: body.Kind, MediaType: printable(body.MediaType), Text: wellFormed(body.Text)}
	for _, field := range body.Fields {
		made.Fields = append(made.Fields, [2]string{wellFormed(field[0]), wellFormed(field[1])})
	}
	for _, part := range body.Parts {
		sent := Part{Name: printable(part.Name), Value: wellFormed(part.Value)}
		if part.File != "" {
			sent.File = sendableFile(part.File)
		}
		made.Parts = append(made.Parts, sent)
	}
	if body.Kind == WholeFile {
		made.File = sendableFile(body.File)
	}
	return &made
}

// sendableFile returns the name of a file in the directory of the sample. The sample reads no file outside of it.
func sendableFile(name string) string {
	name = printable(name)
	name = name[strings.LastIndexByte(name, '/')+1:]
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}

var addressStart = regexp.MustCompile(`(?i)^https?://(\[[\da-f:.]+\])?`)

// sendableURL returns the address as a browser would send it, encoded so that no client changes it. Unencoded brackets
// or braces would make curl request several addresses.
func sendableURL(text string) string {
	address := strings.Trim(printable(text), " ")
	start := addressStart.FindString(address)
	rest := address[len(start):]
	if start == "" {
		start = "https://"
	} else {
		rest, _, _ = strings.Cut(rest, "#")
		place, query, asked := strings.Cut(rest, "?")
		host, below, _ := strings.Cut(strings.ReplaceAll(place, `\`, "/"), "/")
		rest = host + withoutDots("/"+below)
		if asked {
			rest += "?" + query
		}
	}
	return start + plainAddress(rest)
}

var dot = strings.NewReplacer("%2e", ".", "%2E", ".")

// withoutDots resolves the segments "." and "..", which no client sends.
func withoutDots(place string) string {
	var kept []string
	segments := strings.Split(place, "/")[1:]
	for i, segment := range segments {
		plain := dot.Replace(segment)
		if plain != "." && plain != ".." {
			kept = append(kept, segment)
			continue
		}
		if plain == ".." && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if i == len(segments)-1 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

func plainAddress(text string) string {
	const plain = "-_.~:/?#@!$&'()*+,;="
	var out strings.Builder
	for i := range len(text) {
		b := text[i]
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', strings.IndexByte(plain, b) >= 0,
			b == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			out.WriteByte(b)
		default:
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// encoded returns a name or value of a form as it is sent.
func encoded(text string) string { return url.QueryEscape(text) }
