package reference

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// operationContent is the reference page of one operation.
type operationContent struct {
	access.CallPage
	Gateway string
	// SignIn is the sign-in page, which leads back here; empty if the visitor is signed in.
	SignIn string
	Choice codeChoice
}

func (p *Pages) operationPage(v *visit.Visit) error {
	found, err := p.Access.CallPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), v.PathPart("operation"))
	if err != nil {
		return err
	}
	shown := operationContent{CallPage: found, Gateway: v.Config.GatewayURL, Choice: newCodeChoice(v.Request.URL.Query(), v.Language())}
	if v.Principal.Anonymous() {
		shown.SignIn = address.SignIn(v.WantedPath())
	}
	if v.Part() {
		return v.RenderPart(http.StatusOK, chosenParts(shown))
	}
	title := operationTitle(found.Operation) + " · " + found.Product.Name
	v.Island, v.Frame = "reference.js", view.FrameWide
	return v.Render(title, site.AreaAPIs, operationView(shown))
}

// schemeKind returns the kind of a security scheme in one or two words.
func schemeKind(scheme openapi.SecurityScheme) string {
	switch scheme.Type {
	case "apiKey":
		return "API key"
	case "http":
		switch strings.ToLower(scheme.Scheme) {
		case "basic":
			return "user name and password"
		case "bearer":
			return "bearer token"
		}
		return "HTTP " + nameText(scheme.Scheme)
	case "mutualTLS":
		return "client certificate"
	case "oauth2":
		return "OAuth 2"
	case "openIdConnect":
		return "OpenID Connect"
	}
	return nameText(scheme.Name)
}

// parameterGroup holds the parameters with the same location.
type parameterGroup struct {
	Title      string
	Parameters []openapi.Parameter
}

// parameterGroups groups the parameters by location.
func parameterGroups(parameters []openapi.Parameter) []parameterGroup {
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

// proofNeeded describes one security scheme that an operation requires.
type proofNeeded struct {
	// Kind is the kind of proof in one or two words.
	Kind        string
	Text        string
	Description string
	Scopes      []scopeNeeded
}

// scopeNeeded is a required scope with its description, which may be empty.
type scopeNeeded struct{ Name, Meaning string }

// proofsOf describes the alternatives of an operation's security.
func proofsOf(operation openapi.Operation, schemes []openapi.SecurityScheme) [][]proofNeeded {
	var proofs [][]proofNeeded
	for _, alternative := range operation.Detail.Security {
		needs := []proofNeeded{}
		for _, need := range alternative {
			scheme := schemeOf(need.Scheme, schemes)
			shown := proofNeeded{Kind: schemeKind(scheme), Text: schemeText(scheme), Description: scheme.Description}
			for _, scope := range need.Scopes {
				shown.Scopes = append(shown.Scopes, scopeNeeded{scope, meaningOf(scope, scheme)})
			}
			needs = append(needs, shown)
		}
		proofs = append(proofs, needs)
	}
	return proofs
}

func meaningOf(scope string, scheme openapi.SecurityScheme) string {
	for _, flow := range scheme.Flows {
		if meaning := flow.Meanings[scope]; meaning != "" {
			return meaning
		}
	}
	return ""
}

// schemeOf returns a security scheme. An undeclared one has only a name.
func schemeOf(name string, schemes []openapi.SecurityScheme) openapi.SecurityScheme {
	at := slices.IndexFunc(schemes, func(s openapi.SecurityScheme) bool { return s.Name == name })
	if at < 0 {
		return openapi.SecurityScheme{Name: name}
	}
	return schemes[at]
}

// schemeText describes a security scheme, with the name that its author gave it.
func schemeText(scheme openapi.SecurityScheme) string {
	name := nameText(scheme.Name)
	switch scheme.Type {
	case "apiKey":
		return fmt.Sprintf("%s: API key in the %s %s", name, scheme.In, nameText(scheme.Parameter))
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

// linkText returns the text of a link, or else its URL.
func linkText(shown openapi.Link) string { return cmp.Or(shown.Text, shown.URL) }

// at returns the URLs of the pages that the operation's page links to.
func (c operationContent) at() reference {
	return reference{
		Schemas: address.Schemas(c.Product.Slug, c.Version.Name), Operations: address.Version(c.Product.Slug, c.Version.Name) + "/operations",
		Page:    address.Operation(c.Product.Slug, c.Version.Name, c.Operation.Slug),
		Anchors: newAnchors(),
	}
}

// nameOrNothing is nameText, except that an empty name stays empty.
func nameOrNothing(text string) string {
	if text == "" {
		return ""
	}
	return nameText(text)
}

// shortPath returns a path, shortened for a page.
func shortPath(path string) string {
	const longest = 2_000
	if len(path) > longest {
		return strings.ToValidUTF8(path[:longest], "") + "…"
	}
	return path
}

// partText describes how a part of a form is sent.
func partText(part openapi.PartEncoding) string {
	var texts []string
	if part.ContentType != "" {
		texts = append(texts, "as "+part.ContentType)
	}
	if len(part.Headers) > 0 {
		texts = append(texts, "with the "+view.Plural(len(part.Headers), "header ", "headers ")+strings.Join(part.Headers, ", "))
	}
	return strings.Join(texts, " ")
}

// firstSuccess returns the first successful response, or else the first response.
func firstSuccess(responses []openapi.Response) int {
	return max(0, slices.IndexFunc(responses, func(r openapi.Response) bool { return strings.HasPrefix(r.Status, "2") }))
}

// responseTitle returns the title of a collapsed response: its description if that is short and plain.
func responseTitle(response openapi.Response) string {
	if len(response.Description) <= longestShownName && view.PlainSentence(response.Description) {
		return response.Description
	}
	return shortText(view.FirstParagraph(response.Description))
}

// tag returns a link to the operation's section on the version's page.
func (c operationContent) tag() view.Link {
	for _, group := range groupsOf(c.Spec.Tags, c.Operations) {
		for _, operation := range group.Operations {
			if operation.Slug == c.Operation.Slug {
				return view.Link{Text: nameText(group.Name), Path: address.Version(c.Product.Slug, c.Version.Name) + "#" + group.Anchor}
			}
		}
	}
	return view.Link{}
}

func (c operationContent) tree() treeContent {
	return treeContent{
		Product: c.Product, Version: c.Version, Versions: c.Versions, Spec: c.Spec, Navigation: c.Navigation,
		Switch: address.SwitchOperation(c.Product.Slug, c.Operation.Slug), Operation: c.Operation.Slug,
	}
}

// neighbour is the page before or after this one.
type neighbour struct{ Path, Title string }

func (c operationContent) neighbour(operation *openapi.Operation) *neighbour {
	if operation == nil {
		return nil
	}
	return &neighbour{address.Operation(c.Product.Slug, c.Version.Name, operation.Slug), nameText(operationTitle(*operation))}
}

// basePath returns the part of the gateway's URL before the operation's path.
func (c operationContent) basePath() string {
	endpoint, called := c.Version.GatewayEndpoint()
	if !called || c.Operation.Webhook {
		return ""
	}
	return endpoint.BasePath
}

// url returns the operation's URL with its parameters in braces. It is empty if the gateway does not serve the
// operation.
func (c operationContent) url() string {
	if base := c.basePath(); base != "" {
		return c.Gateway + base + c.Operation.Path
	}
	return ""
}

// need is one requirement of a call.
type need struct {
	Name, Text string
	Code       bool
	// Given marks what the team has.
	Given bool
}

// needs lists the requirements of a call: its authentication, its scopes, and what the team's plan allows.
func (c operationContent) needs() []need {
	var cells []need
	proofs := proofsOf(c.Operation, c.Spec.SecuritySchemes)
	var kinds, scopes []string
	for _, alternative := range proofs {
		if len(alternative) == 0 {
			kinds = append(kinds, "none")
		}
		for _, one := range alternative {
			if !slices.Contains(kinds, one.Kind) {
				kinds = append(kinds, one.Kind)
			}
			for _, scope := range one.Scopes {
				if !slices.Contains(scopes, scope.Name) {
					scopes = append(scopes, nameText(scope.Name))
				}
			}
		}
	}
	if len(kinds) > 0 {
		cells = append(cells, need{Name: "Authentication", Text: view.Capital(strings.Join(kinds, " or "))})
	}
	if len(scopes) > 0 {
		cells = append(cells, need{Name: view.Plural(len(scopes), "Scope", "Scopes"), Text: strings.Join(scopes, ", "), Code: true})
	}
	return append(cells, c.allowance()...)
}

// allowance returns the team's plan for the environment of the samples, and its limits. It shows no limits if there are
// several plans.
func (c operationContent) allowance() []need {
	endpoint, called := c.endpoint()
	if !called {
		return nil
	}
	var plans []plan.Plan
	var names []string
	for _, own := range c.Subscriptions {
		if own.Plan.Environment == endpoint.Environment && !slices.Contains(names, own.Plan.Name) {
			plans, names = append(plans, own.Plan), append(names, own.Plan.Name)
		}
	}
	switch len(plans) {
	case 0:
		return nil
	case 1:
		return append(limitsIn(plans[0].Limits), need{Name: "Your plan", Text: names[0], Given: true})
	}
	return []need{{Name: "Your plans", Text: strings.Join(names, " · "), Given: true}}
}

// limitsIn returns the rate limit of a plan, or else its first limit.
func limitsIn(limits []plan.Limit) []need {
	for _, limit := range limits {
		if limit.Window.Kind == plan.Rate {
			return []need{{Name: "Rate limit", Text: view.RateText(limit)}}
		}
	}
	if len(limits) == 0 {
		return nil
	}
	return []need{{Name: "Limit", Text: view.RateText(limits[0])}}
}
