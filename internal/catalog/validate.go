package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// LongestPage is the largest size of a page of documentation in bytes.
const LongestPage = markdown.MaxBytes

// Refused collects the fields of an object that its rules reject.
type Refused []fault.Field

// Check adds the field if the rule rejects the text.
func (r *Refused) Check(name, text string, rule Rule) {
	if wrong := rule(text); wrong != "" {
		r.Add(name, wrong)
	}
}

// CheckEach adds the field if the rule rejects an item, or if there are duplicates or too many items.
func (r *Refused) CheckEach(name string, texts []string, most int, rule Rule) {
	if len(texts) > most {
		r.Add(name, fmt.Sprintf("has %d items; at most %d are allowed", len(texts), most))
		return
	}
	for i, text := range texts {
		if wrong := rule(text); wrong != "" {
			r.Add(name, fmt.Sprintf("%q %s", text, wrong))
		} else if slices.Contains(texts[:i], text) {
			r.Add(name, fmt.Sprintf("contains %q twice", text))
		}
	}
}

// Add adds a field.
func (r *Refused) Add(name, reason string) { *r = append(*r, fault.Field{Name: name, Reason: reason}) }

// Err returns an error with the rejected fields, or nil.
func (r Refused) Err() error { return fault.InvalidFields(r) }

// Validate rejects invalid fields of the product.
func (p Product) Validate() error {
	var refused Refused
	refused.Check("slug", p.Slug, SlugRule)
	refused.Check("name", p.Name, NameRule)
	refused.Check("description", p.Description, DescriptionRule)
	refused.Check("audience", string(p.Audience), OneOf(Public, SignedIn, Teams))
	switch {
	case p.Audience == Teams && len(p.Teams) == 0:
		refused.Add("teams", "is empty, so no team would see the product; add a team")
	case len(p.Teams) > MostTeams:
		refused.Add("teams", fmt.Sprintf("has %d items; at most %d are allowed", len(p.Teams), MostTeams))
	}
	named := map[identity.TeamID]bool{}
	for _, one := range p.Teams {
		if named[one.Team] {
			refused.Add("teams", "contains a team twice")
		}
		named[one.Team] = true
	}
	return refused.Err()
}

// Validate rejects invalid fields of the version. The builtins may follow "builtin:" in an upstream.
func (v Version) Validate(builtins []string) error {
	var refused Refused
	refused.Check("name", v.Name, VersionNameRule)
	environments, paths := map[string]bool{}, map[string]bool{}
	for i, endpoint := range v.Endpoints {
		name := func(part string) string { return "endpoints." + strconv.Itoa(i) + "." + part }
		endpoint.check(&refused, name, builtins)
		if environments[endpoint.Environment] {
			refused.Add(name("environment"), "is a duplicate; a version has one endpoint per environment")
		}
		if paths[BasePathKey(endpoint.BasePath)] {
			refused.Add(name("base_path"), "is a duplicate; every endpoint needs its own base path")
		}
		environments[endpoint.Environment], paths[BasePathKey(endpoint.BasePath)] = true, true
	}
	return refused.Err()
}

func (e Endpoint) check(refused *Refused, name func(string) string, builtins []string) {
	refused.Check(name("environment"), e.Environment, SlugRule)
	refused.Check(name("base_path"), e.BasePath, BasePathRule)
	refused.Check(name("upstream"), e.Upstream, UpstreamRule(builtins))
	refused.Check(name("refusals"), e.Refusals, OneOf(Refusals()...))
	if e.Timeout != 0 && (e.Timeout < ShortestTimeout || e.Timeout > LongestTimeout) {
		refused.Add(name("timeout"), "must be a duration from 1ms to 1h, such as 30s")
	}
	if e.MaxBody < 0 || e.MaxBody > LargestBody {
		refused.Add(name("max_body"), "must be a size up to 10 GiB, such as 10MiB")
	}
}

// Validate rejects invalid fields of the page.
func (d Document) Validate() error {
	var refused Refused
	refused.Check("slug", d.Slug, SlugRule)
	refused.Check("title", d.Title, NameRule)
	switch {
	case len(d.Markdown) > LongestPage:
		refused.Add("markdown", "must have at most 1 MiB; split it into several pages")
	case strings.ContainsFunc(d.Markdown, IsControl) || strings.ToValidUTF8(d.Markdown, "") != d.Markdown:
		refused.Add("markdown", "must be UTF-8 text without control characters")
	}
	return refused.Err()
}

// RefuseFiles returns an error if files manage the object.
func RefuseFiles(noun, slug string, by ManagedBy, file string) error {
	if by != Files {
		return nil
	}
	return fault.Newf(fault.Conflict, "managed_by_files",
		"The %s %q is read-only here because it is managed by the file %s. Change it there and apply the files again.", noun, slug, file)
}
