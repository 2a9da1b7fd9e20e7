package reference

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// The navigation lists all operations of a version up to mostInTree, otherwise mostNear of them around the current one.
const (
	mostInTree = 120
	mostNear   = 60
)

// treeContent is the navigation beside every page of an API's reference.
type treeContent struct {
	Product  catalog.Product
	Version  catalog.Version
	Versions []catalog.Version
	Spec     openapi.Spec
	catalog.Navigation
	// Switch leads to the same page of another version.
	Switch address.Switch
	// Operation or Document names the current page; both are empty on other pages.
	Operation string
	Document  catalog.DocumentID
	// Place names the current page if it is neither: placeIndex or placeSchemas.
	Place string
	// Query filters the operations. Tag names the section to open.
	Query, Tag string
}

// The pages of a version that are neither an operation nor a document.
const (
	placeIndex   = "index"
	placeSchemas = "schemas"
)

// treeSection is one heading of x-tagGroups with its tags. Without tag groups there is one section without a title.
type treeSection struct {
	Title string
	Tags  []treeTag
}

// treeTag is a tag with the operations that the navigation lists. A closed one leads to the version's page.
type treeTag struct {
	tagGroup
	Total int
	Open  bool
}

// path returns the page of the version.
func (c treeContent) path() string { return address.Version(c.Product.Slug, c.Version.Name) }

func (c treeContent) operation(slug string) string {
	return address.Operation(c.Product.Slug, c.Version.Name, slug)
}

// part returns the URL from which a script loads the operations of a tag for this page. Without a tag, it loads all.
func (c treeContent) part(tag string) string {
	query := url.Values{}
	if c.Operation != "" {
		query.Set("at", c.Operation)
	}
	if tag != "" {
		query.Set("tag", tag)
	}
	if len(query) == 0 {
		return address.Tree(c.Product.Slug, c.Version.Name)
	}
	return address.Tree(c.Product.Slug, c.Version.Name) + "?" + query.Encode()
}

// sections puts the operations under tags, and the tags under their groups if the description has some.
func (c treeContent) sections() []treeSection {
	all := len(c.Operations) <= mostInTree
	operations := c.Operations
	if c.Query != "" {
		operations = matching(operations, c.Query)
	}
	var tags []treeTag
	for _, group := range groupsOf(c.Spec.Tags, operations) {
		tag := treeTag{tagGroup: group, Total: len(group.Operations)}
		at := slices.IndexFunc(group.Operations, func(o openapi.Operation) bool { return o.Slug == c.Operation })
		switch {
		case c.Query != "":
			tag.Open = true
			tag.Operations = group.Operations[:min(mostNear, tag.Total)]
		case all:
			tag.Open = true
		case c.Tag == group.Anchor:
			tag.Open = true
		case at >= 0:
			tag.Open = true
			tag.Operations = near(group.Operations, at)
		}
		tags = append(tags, tag)
	}
	return grouped(c.Spec.TagGroups, tags)
}

// near returns the operations around one.
func near(operations []openapi.Operation, at int) []openapi.Operation {
	from := max(0, min(at-mostNear/2, len(operations)-mostNear))
	return operations[from:min(from+mostNear, len(operations))]
}

// grouped puts tags under the groups that name them. Tags without a group come last.
func grouped(groups []openapi.TagGroup, tags []treeTag) []treeSection {
	var sections []treeSection
	taken := map[string]bool{}
	for _, group := range groups {
		section := treeSection{Title: group.Name}
		for _, tag := range tags {
			if slices.Contains(group.Tags, tag.Name) && !taken[tag.Anchor] {
				taken[tag.Anchor] = true
				section.Tags = append(section.Tags, tag)
			}
		}
		if len(section.Tags) > 0 {
			sections = append(sections, section)
		}
	}
	var rest treeSection
	for _, tag := range tags {
		if !taken[tag.Anchor] {
			rest.Tags = append(rest.Tags, tag)
		}
	}
	if len(rest.Tags) > 0 {
		sections = append(sections, rest)
	}
	return sections
}

// count returns the number of operations in the sections.
func count(sections []treeSection) int {
	sum := 0
	for _, section := range sections {
		for _, tag := range section.Tags {
			sum += tag.Total
		}
	}
	return sum
}

// others returns the APIs other than this one.
func (c treeContent) others() []catalog.Product {
	return slices.DeleteFunc(slices.Clone(c.Products), func(p catalog.Product) bool { return p.ID == c.Product.ID })
}

// matching returns the operations that hold every word of the query.
func matching(operations []openapi.Operation, query string) []openapi.Operation {
	return slices.DeleteFunc(slices.Clone(operations), func(o openapi.Operation) bool {
		return !holds(query, o.Summary, o.Method+" "+o.Path, o.OperationID)
	})
}

// operationTree renders the navigation's operations: those of one tag, or all that match the query.
func (p *Pages) operationTree(v *visit.Visit) error {
	found, err := p.Catalog.VersionPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	sent := v.Request.URL.Query()
	shown := versionTree(found)
	shown.Operation, shown.Query, shown.Tag = sent.Get("at"), strings.TrimSpace(sent.Get("q")), sent.Get("tag")
	if shown.Tag == "" {
		return v.RenderPart(http.StatusOK, treeOperations(shown))
	}
	for _, section := range shown.sections() {
		for _, tag := range section.Tags {
			if tag.Anchor == shown.Tag {
				return v.RenderPart(http.StatusOK, treeTagView(shown, tag))
			}
		}
	}
	return visit.NotFound(v)
}

func versionTree(found catalog.VersionPage) treeContent {
	return treeContent{
		Product: found.Product, Version: found.Version, Versions: found.Versions, Spec: found.Spec, Navigation: found.Navigation,
		Switch: address.SwitchVersion(found.Product.Slug),
	}
}

// methodText returns a method in a form that fits into the narrow column of methods.
func methodText(method string) string {
	if method == http.MethodDelete {
		return "DEL"
	}
	return method[:min(len(method), len("PATCH"))]
}

// treeTitle returns the title of the navigation: the API and its version, if it has one.
func treeTitle(shown treeContent) string {
	return strings.TrimSpace(shown.Product.Name + " " + shown.Version.Name)
}
