package publish

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

const specsFolder = "specs"

// placement assigns each description its own file. Names that differ only in case are the same file on some systems.
type placement struct {
	digests map[string]string
	folders map[string]bool
}

// take claims the file and reports whether it is free or already holds the same description.
func (p placement) take(name, digest string) bool {
	folded := strings.ToLower(name)
	if taken, there := p.digests[folded]; there || p.folders[folded] {
		return taken == digest
	}
	for folder := path.Dir(folded); folder != "."; folder = path.Dir(folder) {
		if _, file := p.digests[folder]; file {
			return false
		}
	}
	for folder := path.Dir(folded); folder != "."; folder = path.Dir(folder) {
		p.folders[folder] = true
	}
	p.digests[folded] = digest
	return true
}

// placeSpecs chooses the files of descriptions: the original file if there is one, so that applying the export to the
// same portal changes nothing, or else a name derived from the version.
func (e *exported) placeSpecs() ([]exportFile, error) {
	e.specFiles = map[catalog.VersionID]string{}
	taken := placement{digests: map[string]string{manifestFile: ""}, folders: map[string]bool{}}
	written := map[string]exportFile{}
	put := func(version catalog.Version, names ...string) bool {
		at := slices.IndexFunc(names, func(name string) bool { return taken.take(name, version.Spec) })
		if at < 0 {
			return false
		}
		e.specFiles[version.ID] = names[at]
		written[names[at]] = exportFile{name: names[at], digest: version.Spec}
		return true
	}
	for _, product := range e.products {
		for _, version := range product.versions {
			if version.Spec != "" && isSpecFile(version.File) {
				put(version, version.File)
			}
		}
	}
	for _, product := range e.products {
		for _, version := range product.versions {
			if version.Spec == "" || e.specFiles[version.ID] != "" {
				continue
			}
			stem := path.Join(specsFolder, product.Slug, version.Name)
			ending := "." + string(e.formats[version.Spec])
			if !put(version, stem+ending, stem+"-"+version.Spec[:8]+ending, stem+"-"+version.Spec+ending) {
				return nil, conflict("spec_place_taken", "The description of %s/%s cannot be exported because another description already uses the file %s. Rename that file.", product.Slug, version.Name, stem+ending)
			}
		}
	}
	files := make([]exportFile, 0, len(written))
	for _, file := range written {
		files = append(files, file)
	}
	return files, nil
}

// isSpecFile reports whether a description can be written to the file that it was read from.
func isSpecFile(name string) bool {
	clean, wrong := cleanPath(name)
	ending := path.Ext(name)
	return wrong == nil && clean == name && !strings.EqualFold(name, manifestFile) && slices.Contains([]string{".json", ".yaml", ".yml"}, ending)
}

// readFormats loads the format of descriptions that have no original file.
func (s *Service) readFormats(ctx context.Context, there *exported) error {
	there.formats = map[string]openapi.Format{}
	for _, product := range there.products {
		for _, version := range product.versions {
			if _, known := there.formats[version.Spec]; known || version.Spec == "" {
				continue
			}
			spec, err := s.config.Catalog.Spec(ctx, version.Spec)
			if err != nil {
				return err
			}
			there.formats[version.Spec] = spec.Format
		}
	}
	return nil
}
