package publish

import (
	"fmt"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

func (r *manifestReader) readProduct(at *yaml.Node) error {
	read, ok := r.fields(at, "the product", "slug", "name", "description", "published", "audience", "documents", "versions")
	if !ok {
		return nil
	}
	made := product{Product: catalog.Product{
		Slug: read.required("slug", catalog.ASlug), Name: read.required("name", catalog.AName), Description: read.text("description", "", catalog.ADescription),
		Published: read.flag("published", true), ManagedBy: catalog.Files, File: manifestFile,
	}}
	r.claim("product", made.Slug, read.place("slug"))
	var err error
	if made.Audience, made.Teams, err = r.readAudience(read); err != nil {
		return err
	}
	for i, at := range r.items(read.of["versions"], "versions") {
		version, err := r.readVersion(at, made.Slug)
		if err != nil {
			return err
		}
		version.Position = i
		made.versions = append(made.versions, version)
	}
	if _, written := read.of["documents"]; written {
		made.documents = r.readDocuments(read.text("documents", "", anything), read.of["documents"])
	}
	if len(made.versions) == 0 && len(made.documents) == 0 {
		r.warn(at, fmt.Sprintf("The product %q has neither versions nor documents, so its page will be empty.", made.Slug), "Add versions: or documents:.")
	}
	r.manifest.products = append(r.manifest.products, made)
	return nil
}

// readAudience reads public, signed-in or a list of teams.
func (r *manifestReader) readAudience(read fields) (catalog.Audience, []identity.TeamID, error) {
	at, written := read.of["audience"]
	if !written {
		return catalog.SignedIn, nil, nil
	}
	if at.Kind != yaml.MappingNode {
		return catalog.Audience(read.text("audience", string(catalog.SignedIn), func(text string) string {
			if text == string(catalog.Teams) {
				return "needs to say which; write {teams: [Acme]}"
			}
			return catalog.OneOf(catalog.Public, catalog.SignedIn)(text)
		})), nil, nil
	}
	named, _ := r.fields(at, "the audience", "teams")
	var teams []identity.TeamID
	for _, name := range named.texts("teams", catalog.MostTeams, catalog.AName) {
		team, err := r.team(name, named.of["teams"])
		if err != nil {
			return "", nil, err
		}
		teams = append(teams, team)
	}
	if len(teams) == 0 {
		r.refuse(at, "The audience names no team, so nobody would see the product.", "Write {teams: [Acme]}, or published: false to hide it.")
	}
	return catalog.Teams, teams, nil
}
