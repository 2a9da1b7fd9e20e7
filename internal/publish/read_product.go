package publish

import (
	"fmt"
	"slices"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
)

func (r *manifestReader) readProduct(at *yaml.Node) error {
	read, ok := r.fields(at, "the product", "slug", "name", "description", "published", "audience", "documents", "versions")
	if !ok {
		return nil
	}
	made := product{Product: catalog.Product{
		Slug: read.required("slug", catalog.SlugRule), Name: read.required("name", catalog.NameRule), Description: read.text("description", "", catalog.DescriptionRule),
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
func (r *manifestReader) readAudience(read fields) (catalog.Audience, []catalog.TeamRights, error) {
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
	items := r.items(named.of["teams"], "teams")
	if len(items) > catalog.MostTeams {
		r.refuse(named.of["teams"], fmt.Sprintf("teams has %d items; at most %d are allowed.", len(items), catalog.MostTeams), "Shorten the list.")
		return catalog.Teams, nil, nil
	}
	var teams []catalog.TeamRights
	for _, item := range items {
		team, err := r.readTeam(r.follow(item))
		if err != nil {
			return "", nil, err
		}
		if slices.ContainsFunc(teams, func(other catalog.TeamRights) bool { return other.Team == team.Team && !team.Team.IsZero() }) {
			r.refuse(item, "teams names the same team twice.", "Remove one of them.")
			continue
		}
		teams = append(teams, team)
	}
	if len(teams) == 0 {
		r.refuse(at, "The audience names no team, so no one would see the product.", "Write {teams: [Acme]}, or published: false to hide it.")
	}
	return catalog.Teams, teams, nil
}

// The rights of a team, as the format names them.
const (
	rightView          = "view"
	rightRegister      = "register"
	rightDocumentation = "documentation"
)

// readTeam reads a team of an audience: its name, which grants every right, or its name and its rights.
func (r *manifestReader) readTeam(at *yaml.Node) (catalog.TeamRights, error) {
	granted := catalog.TeamRights{Register: true, Documentation: true}
	var name string
	if at.Kind == yaml.MappingNode {
		read, _ := r.fields(at, "the team", "team", "rights")
		name = read.required("team", catalog.NameRule)
		if named, written := read.of["rights"]; written {
			rights := read.texts("rights", 3, catalog.OneOf(rightView, rightRegister, rightDocumentation))
			if !slices.Contains(rights, rightView) {
				r.refuse(named, "rights must include view. A team that cannot see the API cannot use it.", "Add view, or remove the team.")
			}
			granted.Register, granted.Documentation = slices.Contains(rights, rightRegister), slices.Contains(rights, rightDocumentation)
		}
	} else {
		name, _ = r.scalar(at, "teams", catalog.NameRule)
	}
	if name == "" {
		return catalog.TeamRights{}, nil
	}
	var err error
	granted.Team, err = r.team(name, at)
	return granted, err
}
