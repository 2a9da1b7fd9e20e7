package publish

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
)

// manifestReader reads one folder. It holds what was read so far, and at which place of the file.
type manifestReader struct {
	*reader

	service  *Service
	manifest Manifest
	// places are where names are defined, for later findings; the key is the noun, a space and the name.
	places map[string]*yaml.Node
	// teams are the teams that audiences have named so far.
	teams map[string]identity.TeamID
}

// Read reads and checks a folder, and changes nothing. The folder should be an os.Root's, so that links cannot lead out
// of it. If a finding is an error, Plan and Apply reject the manifest.
func (s *Service) Read(ctx context.Context, folder fs.FS) (Manifest, []openapi.Finding, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Manifest{}, nil, err
	}
	read := &manifestReader{
		reader: &reader{ctx: ctx, folder: folder, file: manifestFile, images: map[string][]byte{}}, service: s,
		manifest: Manifest{specs: map[string]reading{}}, places: map[string]*yaml.Node{}, teams: map[string]identity.TeamID{},
	}
	if err := read.all(); err != nil {
		return Manifest{}, nil, err
	}
	read.manifest.refused = read.errors > 0
	return read.manifest, read.sorted(), ctx.Err()
}

func (r *manifestReader) all() error {
	text, wrong := readFile(r.folder, manifestFile, manifestLimit)
	if wrong != nil {
		r.refuse(nil, wrong.message, wrong.advice)
		return nil
	}
	root := r.parse(text)
	if root == nil {
		return nil
	}
	top, ok := r.fields(root, "the file", "site", "strategies", "products", "plans")
	if !ok {
		return nil
	}
	if at, written := top.of["site"]; written {
		if err := r.readSite(at); err != nil {
			return err
		}
	}
	for _, at := range r.items(top.of["strategies"], "strategies") {
		r.readStrategy(at)
	}
	for _, at := range r.items(top.of["products"], "products") {
		if err := r.readProduct(at); err != nil {
			return err
		}
	}
	for _, at := range r.items(top.of["plans"], "plans") {
		r.readPlan(at)
	}
	r.checkDefaults()
	r.checkRegistrable()
	return nil
}

// claim records that a name is used, and rejects its second use.
func (r *manifestReader) claim(noun, name string, at *yaml.Node) {
	if name == "" {
		return // already rejected
	}
	key := noun + " " + name
	if first, taken := r.places[key]; taken {
		r.refuse(at, fmt.Sprintf("The %s %q is used again; it was first used on line %d.", noun, name, first.Line), "Choose another one.")
		return
	}
	r.places[key] = at
}

// place returns the node of a setting, or of the mapping if the setting is missing.
func (f fields) place(name string) *yaml.Node {
	if at, written := f.of[name]; written {
		return at
	}
	return f.at
}

// team returns the team that an audience names, by its name or its identifier.
func (r *manifestReader) team(name string, at *yaml.Node) (identity.TeamID, error) {
	if found, known := r.teams[name]; known {
		return found, nil
	}
	matches, err := catalog.TeamsNamed(r.ctx, r.service.config.Teams, name)
	if err != nil {
		return identity.TeamID{}, err
	}
	switch len(matches) {
	case 0:
		r.refuse(at, fmt.Sprintf("There is no team %q.", clip(name)), "Create the team in the portal first, or correct the name. Names are case-sensitive.")
		return identity.TeamID{}, nil
	case 1:
		r.teams[name] = matches[0].ID
		return matches[0].ID, nil
	}
	r.refuse(at, fmt.Sprintf("%d teams are named %q.", len(matches), clip(name)), "Rename all but one of them in the portal.")
	return identity.TeamID{}, nil
}

func (r *manifestReader) strategySlugs() []string {
	slugs := make([]string, len(r.manifest.strategies))
	for i, strategy := range r.manifest.strategies {
		slugs[i] = strategy.Slug
	}
	return slugs
}

// version returns the version of the manifest with the name product/version.
func (r *manifestReader) version(name string) (catalog.Version, bool) {
	for _, product := range r.manifest.products {
		at := slices.IndexFunc(product.versions, func(v catalog.Version) bool { return product.Slug+"/"+v.Name == name })
		if at >= 0 {
			return product.versions[at], true
		}
	}
	return catalog.Version{}, false
}

func (r *manifestReader) versionNames() []string {
	var names []string
	for _, product := range r.manifest.products {
		for _, version := range product.versions {
			names = append(names, product.Slug+"/"+version.Name)
		}
	}
	return names
}
