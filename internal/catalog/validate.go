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

// LongestPage is how many bytes a page of documentation may have.
const LongestPage = markdown.MaxBytes

// Refused collects the parts of a thing that its rules refuse.
type Refused []fault.Field

// Check notes what the rule says of the text.
func (r *Refused) Check(name, text string, rule Rule) {
	if wrong := rule(text); wrong != "" {
		r.Add(name, wrong)
	}
}

// CheckEach notes what the rule says of each text of a list, which holds each once and at most so many.
func (r *Refused) CheckEach(name string, texts []string, most int, rule Rule) {
	if len(texts) > most {
		r.Add(name, fmt.Sprintf("has %d items; at most %d are allowed", len(texts), most))
		return
	}
	for i, text := range texts {
		if wrong := rule(text); wrong != "" {
			r.Add(name, fmt.Sprintf("%q %s", text, wrong))
		} else if slices.Contains(texts[:i], text) {
			r.Add(name, fmt.Sprintf("names %q twice", text))
		}
	}
}

// Add notes a part.
func (r *Refused) Add(name, reason string) { *r = append(*r, fault.Field{Name: name, Reason: reason}) }

// Err is nil where nothing was refused.
func (r Refused) Err() error { return fault.InvalidFields(r) }

// Validate says what of the product cannot be accepted.
func (p Product) Validate() error {
	var refused Refused
	refused.Check("slug", p.Slug, ASlug)
	refused.Check("name", p.Name, AName)
	refused.Check("description", p.Description, ADescription)
	refused.Check("audience", string(p.Audience), OneOf(Public, SignedIn, Teams))
	switch {
	case p.Audience == Teams && len(p.Teams) == 0:
		refused.Add("teams", "names no team, so nobody would see the product")
	case len(p.Teams) > MostTeams:
		refused.Add("teams", fmt.Sprintf("has %d items; at most %d are allowed", len(p.Teams), MostTeams))
	}
	named := map[identity.TeamID]bool{}
	for _, one := range p.Teams {
		if named[one.Team] {
			refused.Add("teams", "names a team twice")
		}
		named[one.Team] = true
	}
	return refused.Err()
}

// Validate says what of the version cannot be accepted, given the names that an upstream may have after "builtin:".
func (v Version) Validate(builtins []string) error {
	var refused Refused
	refused.Check("name", v.Name, AVersionName)
	environments, paths := map[string]bool{}, map[string]bool{}
	for i, endpoint := range v.Endpoints {
		name := func(part string) string { return "endpoints." + strconv.Itoa(i) + "." + part }
		endpoint.check(&refused, name, builtins)
		if environments[endpoint.Environment] {
			refused.Add(name("environment"), "is used again; a version has one endpoint in an environment")
		}
		if paths[BasePathKey(endpoint.BasePath)] {
			refused.Add(name("base_path"), "is used again; every base path is used once")
		}
		environments[endpoint.Environment], paths[BasePathKey(endpoint.BasePath)] = true, true
	}
	return refused.Err()
}

func (e Endpoint) check(refused *Refused, name func(string) string, builtins []string) {
	refused.Check(name("environment"), e.Environment, ASlug)
	refused.Check(name("base_path"), e.BasePath, ABasePath)
	refused.Check(name("upstream"), e.Upstream, AnUpstream(builtins))
	refused.Check(name("refusals"), e.Refusals, OneOf(Refusals()...))
	if e.Timeout != 0 && (e.Timeout < ShortestTimeout || e.Timeout > LongestTimeout) {
		refused.Add(name("timeout"), "must be a span of time from 1ms to 1h, such as 30s")
	}
	if e.MaxBody < 0 || e.MaxBody > LargestBody {
		refused.Add(name("max_body"), "must be a size up to 10 GiB, such as 10MiB")
	}
}

// Validate says what of the page cannot be accepted.
func (d Document) Validate() error {
	var refused Refused
	refused.Check("slug", d.Slug, ASlug)
	refused.Check("title", d.Title, AName)
	switch {
	case len(d.Markdown) > LongestPage:
		refused.Add("markdown", "must have at most 1 MiB; split it into several pages")
	case strings.ContainsFunc(d.Markdown, IsControl) || strings.ToValidUTF8(d.Markdown, "") != d.Markdown:
		refused.Add("markdown", "must be UTF-8 text without control characters")
	}
	return refused.Err()
}

// RefuseFiles answers a change of what files manage: it is made in the files.
func RefuseFiles(noun, slug string, by ManagedBy, file string) error {
	if by != Files {
		return nil
	}
	return fault.Newf(fault.Conflict, "managed_by_files",
		"The %s %q comes from the file %s and is read-only here. Change it there and apply the files again.", noun, slug, file)
}
