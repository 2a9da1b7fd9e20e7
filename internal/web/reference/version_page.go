package reference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// versionContent is the index of a version's operations.
type versionContent struct {
	access.VersionPage
	Gateway string
	// SignIn is the sign-in page, empty if the visitor is signed in.
	SignIn string
	Query  string
	Groups []tagGroup
	Shown  int
	Notice string
}

// tagGroup holds the operations of one tag.
type tagGroup struct {
	Name        string
	Description string
	Anchor      string
	Operations  []openapi.Operation
}

func (p *Pages) versionPage(v *visit.Visit) error {
	found, err := p.Access.VersionPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	query := v.Request.URL.Query()
	shown := versionContent{
		VersionPage: found, Gateway: v.Config.GatewayURL, SignIn: signIn(v), Query: strings.TrimSpace(query.Get("q")),
	}
	sortByState(found.Subscriptions)
	if wanted := query.Get("operation"); wanted != "" {
		if operation, ok := sameOperation(found.Operations, wanted); ok {
			return v.Redirect(address.Operation(found.Product.Slug, found.Version.Name, operation.Slug))
		}
		shown.Notice = fmt.Sprintf("%s has no such operation. Look for what took its place below.", found.Version.Name)
	}
	operations := matching(found.Operations, shown.Query)
	shown.Shown = len(operations)
	shown.Groups = groupsOf(found.Spec.Tags, operations)
	v.Frame = view.FrameWide
	return v.Render(found.Product.Name+" "+found.Version.Name, site.AreaAPIs, versionView(shown))
}

func (c versionContent) tree() treeContent {
	made := versionTree(c.VersionPage.VersionPage)
	made.Place, made.Query = placeIndex, c.Query
	return made
}

// sameOperation finds the operation of another version by its slug.
func sameOperation(operations []openapi.Operation, slug string) (openapi.Operation, bool) {
	at := slices.IndexFunc(operations, func(o openapi.Operation) bool { return o.Slug == slug })
	if at < 0 {
		return openapi.Operation{}, false
	}
	return operations[at], true
}

// groupsOf groups operations by tag, and webhooks in a separate section.
func groupsOf(tags []openapi.Tag, operations []openapi.Operation) []tagGroup {
	isWebhook := func(o openapi.Operation) bool { return o.Webhook }
	at := slices.IndexFunc(operations, isWebhook)
	if at < 0 {
		return byTag(tags, operations)
	}
	return append(byTag(tags, operations[:at]), tagGroup{
		Name: "Webhooks", Description: "Calls that the API makes to you.", Anchor: "webhooks", Operations: operations[at:],
	})
}

// byTag groups operations by their first tag, in the order of the description's tags. Operations without a tag are
// last.
func byTag(tags []openapi.Tag, operations []openapi.Operation) []tagGroup {
	groups := make([]tagGroup, 0, len(tags)+1)
	at := map[string]int{}
	place := func(tag openapi.Tag) int {
		if found, ok := at[tag.Name]; ok {
			return found
		}
		at[tag.Name] = len(groups)
		groups = append(groups, tagGroup{
			Name: tag.Name, Description: tag.Description, Anchor: "tag-" + strconv.Itoa(len(groups)+1),
		})
		return len(groups) - 1
	}
	for _, tag := range tags {
		place(tag)
	}
	var untagged []openapi.Operation
	for _, operation := range operations {
		if len(operation.Tags) == 0 {
			untagged = append(untagged, operation)
			continue
		}
		group := &groups[place(openapi.Tag{Name: operation.Tags[0]})]
		group.Operations = append(group.Operations, operation)
	}
	groups = slices.DeleteFunc(groups, func(g tagGroup) bool { return len(g.Operations) == 0 })
	if len(untagged) > 0 {
		name := "Other operations"
		if len(groups) == 0 {
			name = "Operations"
		}
		groups = append(groups, tagGroup{Name: name, Anchor: "tag-other", Operations: untagged})
	}
	return groups
}

// operationTitle returns the title of an operation in lists.
func operationTitle(operation openapi.Operation) string {
	if operation.Summary != "" {
		return operation.Summary
	}
	return operation.Method + " " + operation.Path
}

// shortText returns a text, shortened for a list.
func shortText(text string) string {
	const longest = 400
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// breakable returns a path whose lines can break after slashes.
func breakable(path string) templ.Component {
	return templ.Raw(wrapping(path))
}

func wrapping(path string) string { return strings.ReplaceAll(templ.EscapeString(path), "/", "/<wbr>") }

// endpointPath returns an operation's path with the part of the gateway's URL before it.
func endpointPath(base, path string) templ.Component {
	before := ""
	if base != "" {
		before = `<span class="base">` + wrapping(base) + `</span>`
	}
	return templ.Raw(before + "<strong>" + wrapping(shortPath(path)) + "</strong>")
}
