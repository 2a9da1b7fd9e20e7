package reference

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// keyHeader is the header for keys unless a strategy names others.
const keyHeader = "X-Api-Key"

// curlLine returns a curl command for the operation, in the first environment of its version.
func curlLine(shown operationContent) string {
	endpoint, called := shown.Version.GatewayEndpoint()
	if !called || shown.Operation.Webhook {
		return ""
	}
	operation := shown.Operation
	address := shown.Gateway + endpoint.BasePath + filledPath(operation) + requiredQuery(operation)
	words := []string{"curl " + shellQuoted(address)}
	if operation.Method != http.MethodGet {
		words[0] = "curl -X " + shellQuoted(operation.Method) + " " + shellQuoted(address)
	}
	words = append(words, "-H "+shellQuoted(keyHeader+": YOUR_KEY"))
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "header" && parameter.Required {
			words = append(words, "-H "+shellQuoted(parameter.Name+": "+placeholder(parameter)))
		}
	}
	if body := operation.Detail.RequestBody; body != nil && len(body.Content) > 0 {
		words = append(words, "-H "+shellQuoted("Content-Type: "+body.Content[0].Name))
		if body.Content[0].Example != "" {
			words = append(words, "-d "+shellQuoted(body.Content[0].Example))
		}
	}
	return strings.Join(words, " \\\n  ")
}

// filledPath returns the path with its parameters replaced by their examples, if they have any.
func filledPath(operation openapi.Operation) string {
	path := operation.Path
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "path" && parameter.Example != "" {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(parameter.Example))
		}
	}
	return path
}

func requiredQuery(operation openapi.Operation) string {
	var pairs []string
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "query" && parameter.Required {
			pairs = append(pairs, url.QueryEscape(parameter.Name)+"="+url.QueryEscape(placeholder(parameter)))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "?" + strings.Join(pairs, "&")
}

func placeholder(parameter openapi.Parameter) string {
	switch {
	case parameter.Example != "":
		return parameter.Example
	case parameter.Value.Default != "":
		return parameter.Value.Default
	case len(parameter.Value.Enum) > 0:
		return parameter.Value.Enum[0]
	}
	return strings.ToUpper(parameter.Name)
}

// shellQuoted quotes a text as one word for a POSIX shell. It removes control characters except line breaks, because a
// terminal would interpret them.
func shellQuoted(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// otherThanJSON returns the media type unless it is JSON, which readers expect.
func otherThanJSON(mediaType string) string {
	if mediaType == "application/json" {
		return ""
	}
	return " " + nameText(mediaType)
}

// answer is an example body that one or several responses share.
type answer struct {
	Statuses []string
	Media    openapi.MediaType
}

func (a answer) title() string {
	return "Response " + strings.Join(a.Statuses, ", ") + otherThanJSON(a.Media.Name)
}

// answers returns the distinct example bodies of responses, starting with that of the first success.
func answers(responses []openapi.Response) []answer {
	var list []answer
	first := firstSuccess(responses)
	for i, response := range responses {
		for _, media := range response.Content {
			if media.Example == "" && len(media.Examples) == 0 {
				continue
			}
			at := slices.IndexFunc(list, func(a answer) bool {
				return a.Media.Name == media.Name && a.Media.Example == media.Example && len(a.Media.Examples)+len(media.Examples) == 0
			})
			switch {
			case at >= 0:
				list[at].Statuses = append(list[at].Statuses, nameText(response.Status))
			case i == first:
				list = slices.Insert(list, 0, answer{[]string{nameText(response.Status)}, media})
				first = -1
			default:
				list = append(list, answer{[]string{nameText(response.Status)}, media})
			}
		}
	}
	return list
}

func exampleTitle(example openapi.Example) string {
	if example.Summary != "" {
		return nameText(example.Summary)
	}
	return nameText(example.Name)
}
