package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/site"
)

// operationContent is the reference page of one operation.
type operationContent struct {
	catalog.OperationPage
	Gateway string
}

func operationPage(v *visit) error {
	found, err := v.config.Catalog.OperationPage(v.request.Context(),
		v.pathPart("product"), v.pathPart("version"), v.pathPart("operation"))
	if err != nil {
		return err
	}
	title := operationTitle(found.Operation) + " · " + found.Product.Name
	v.island = "reference.js"
	return v.render(http.StatusOK, title, site.AreaAPIs, operationView(operationContent{found, v.config.GatewayURL}))
}

// parameterGroup is the parameters that go in one place.
type parameterGroup struct {
	Title      string
	Parameters []catalog.Parameter
}

// parameterGroups sorts the parameters by where they go.
func parameterGroups(parameters []catalog.Parameter) []parameterGroup {
	var groups []parameterGroup
	for _, place := range []struct{ in, title string }{
		{"path", "Path parameters"}, {"query", "Query parameters"}, {"header", "Headers"}, {"cookie", "Cookies"},
	} {
		group := parameterGroup{Title: place.title}
		for _, parameter := range parameters {
			if parameter.In == place.in {
				group.Parameters = append(group.Parameters, parameter)
			}
		}
		if len(group.Parameters) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// securityTexts words the alternatives of an operation's security, one line each.
func securityTexts(operation catalog.Operation, schemes []catalog.SecurityScheme) []string {
	var lines []string
	for _, alternative := range operation.Detail.Security {
		if len(alternative) == 0 {
			lines = append(lines, "No credentials")
			continue
		}
		var needs []string
		for _, need := range alternative {
			text := schemeText(need.Scheme, schemes)
			if len(need.Scopes) > 0 {
				text += " with " + strings.Join(need.Scopes, ", ")
			}
			needs = append(needs, text)
		}
		lines = append(lines, strings.Join(needs, " and "))
	}
	return lines
}

// schemeText says what a security scheme asks for, with the name that its author gave it.
func schemeText(name string, schemes []catalog.SecurityScheme) string {
	at := slices.IndexFunc(schemes, func(s catalog.SecurityScheme) bool { return s.Name == name })
	if at < 0 {
		return name
	}
	switch scheme := schemes[at]; scheme.Type {
	case "apiKey":
		return fmt.Sprintf("%s: API key in the %s %s", name, scheme.In, scheme.Parameter)
	case "http":
		return fmt.Sprintf("%s: HTTP %s", name, scheme.Scheme)
	case "mutualTLS":
		return name + ": client certificate"
	case "oauth2":
		return name + ": OAuth 2"
	case "openIdConnect":
		return name + ": OpenID Connect"
	}
	return name
}

// keyHeader is where the gateway looks for a key unless a strategy says otherwise.
const keyHeader = "X-Api-Key"

// curlLine is the operation as one pastes it into a terminal, for the environment that its version is called in first.
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

// filledPath is the path with its parameters replaced by their examples where they have one.
func filledPath(operation catalog.Operation) string {
	path := operation.Path
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "path" && parameter.Example != "" {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(parameter.Example))
		}
	}
	return path
}

func requiredQuery(operation catalog.Operation) string {
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

func placeholder(parameter catalog.Parameter) string {
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

// shellQuoted makes one word of a text for a POSIX shell. Control characters other than the line break go: a terminal
// would act on them.
func shellQuoted(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// linkText is what a link reads like: its own text, or its address.
func linkText(shown catalog.Link) string { return cmp.Or(shown.Text, shown.URL) }

// depthClass indents a row; what lies deeper than the classes go stays at the last.
func depthClass(depth int) string {
	return [...]string{"depth-0", "depth-1", "depth-2", "depth-3"}[min(max(depth, 0), 3)]
}

// statusClass colours a response by its class.
func statusClass(status string) string {
	if status == "" {
		return "status-other"
	}
	switch status[0] {
	case '2':
		return "status-good"
	case '4', '5':
		return "status-bad"
	}
	return "status-other"
}
