package publish

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// Export is the catalogue as a folder in the apply format. The same catalogue always produces the same bytes.
type Export struct {
	files []exportFile
	specs catalog.Specs
}

// exportFile is a file with its text, or with the digest of a description that is loaded only when needed.
type exportFile struct {
	name   string
	text   []byte
	digest string
}

// Each yields the files in the order of their names. It holds at most one description in memory.
func (e Export) Each(ctx context.Context, put func(name string, text []byte) error) error {
	for _, file := range e.files {
		text := file.text
		if file.digest != "" {
			var err error
			if text, err = e.specs.SpecText(ctx, file.digest); err != nil {
				return err
			}
		}
		if err := put(file.name, text); err != nil {
			return err
		}
	}
	return nil
}

// Export returns what files or staff created, or everything if managedBy is empty. Applying a full export to an empty
// portal creates the same catalogue.
func (s *Service) Export(ctx context.Context, managedBy catalog.ManagedBy) (Export, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Export{}, err
	}
	if !slices.Contains([]catalog.ManagedBy{"", catalog.Files, catalog.Staff}, managedBy) {
		return Export{}, fault.InvalidFields([]fault.Field{{Name: "managed_by", Reason: "must be files or staff, or omitted"}})
	}
	var there exported
	err := s.config.Catalog.InTx(ctx, func(ctx context.Context) error {
		if err := s.config.Catalog.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		var err error
		there, err = s.gather(ctx, managedBy)
		return err
	})
	if err != nil {
		return Export{}, err
	}
	files, err := there.write(ctx)
	return Export{files: files, specs: s.config.Catalog}, err
}

// exported holds the objects to write, in the order of the file.
type exported struct {
	settings site.Settings
	// images are the contents of the site's pictures.
	images     map[site.ImageSlot][]byte
	strategies []plan.Strategy
	products   []exportedProduct
	plans      []plan.Plan
	// strategySlugs and versionNames are the names that plans may refer to.
	strategySlugs map[plan.StrategyID]string
	versionNames  map[catalog.VersionID]string
	// specFiles are the file names of the versions' descriptions.
	specFiles map[catalog.VersionID]string
	// formats are the formats of the descriptions (JSON or YAML), by digest.
	formats map[string]openapi.Format
}

type exportedProduct struct {
	catalog.Product

	teams     []string
	versions  []catalog.Version
	documents []catalog.Document
}

// gather reads everything to export in one transaction.
func (s *Service) gather(ctx context.Context, managedBy catalog.ManagedBy) (exported, error) {
	other := func(owner catalog.ManagedBy) bool { return managedBy != "" && owner != managedBy }
	there := exported{strategySlugs: map[plan.StrategyID]string{}, versionNames: map[catalog.VersionID]string{}}
	var err error
	if there.settings, err = s.settings(ctx); err != nil {
		return exported{}, err
	}
	if there.images, err = s.gatherImages(ctx, there.settings); err != nil {
		return exported{}, err
	}
	strategies, err := s.config.Plans.Strategies(ctx)
	if err != nil {
		return exported{}, err
	}
	there.strategies = slices.DeleteFunc(strategies, func(s plan.Strategy) bool { return other(s.ManagedBy) })
	slices.SortFunc(there.strategies, func(a, b plan.Strategy) int { return cmp.Compare(a.Slug, b.Slug) })
	for _, strategy := range there.strategies {
		there.strategySlugs[strategy.ID] = strategy.Slug
	}
	products, err := s.config.Catalog.Products(ctx)
	if err != nil {
		return exported{}, err
	}
	products = slices.DeleteFunc(products, func(p catalog.Product) bool { return other(p.ManagedBy) })
	slices.SortFunc(products, func(a, b catalog.Product) int { return cmp.Compare(a.Slug, b.Slug) })
	for _, product := range products {
		made, err := s.gatherProduct(ctx, product)
		if err != nil {
			return exported{}, err
		}
		for _, version := range made.versions {
			there.versionNames[version.ID] = product.Slug + "/" + version.Name
		}
		there.products = append(there.products, made)
	}
	plans, err := s.config.Plans.Plans(ctx)
	if err != nil {
		return exported{}, err
	}
	there.plans = slices.DeleteFunc(plans, func(p plan.Plan) bool { return other(p.ManagedBy) })
	slices.SortFunc(there.plans, func(a, b plan.Plan) int { return cmp.Compare(a.Slug, b.Slug) })
	if err := there.refuseDangling(); err != nil {
		return exported{}, err
	}
	err = s.readFormats(ctx, &there)
	return there, err
}

func (s *Service) gatherProduct(ctx context.Context, product catalog.Product) (exportedProduct, error) {
	made := exportedProduct{Product: product}
	for _, one := range product.Teams {
		team, err := s.config.Teams.Team(ctx, one.Team)
		if fault.Is(err, fault.NotFound) {
			return made, conflict("team_gone", "The product %q is shown to a team that no longer exists. Choose its audience again, then export again.", product.Slug)
		}
		if err != nil {
			return made, err
		}
		made.teams = append(made.teams, team.Name)
	}
	var err error
	if made.versions, err = s.config.Catalog.Versions(ctx, product.ID); err != nil {
		return made, err
	}
	slices.Reverse(made.versions) // newest last, as in the format
	if made.documents, err = s.config.Catalog.Documents(ctx, product.ID); err != nil {
		return made, err
	}
	return made, s.gatherPictures(ctx, made)
}

// refuseDangling rejects plans that refer to objects outside the export, because such files could not be applied.
func (e exported) refuseDangling() error {
	for _, entry := range e.plans {
		if _, known := e.strategySlugs[entry.Strategy]; !known {
			return conflict("export_incomplete", "The strategy of plan %q is not part of this export. Export everything.", entry.Slug)
		}
		for _, version := range entry.Opens {
			if _, known := e.versionNames[version]; !known {
				return conflict("export_incomplete", "The plan %q opens a version that is not part of this export. Export everything.", entry.Slug)
			}
		}
	}
	return nil
}

// write turns all objects into files.
func (e exported) write(ctx context.Context) ([]exportFile, error) {
	files, err := e.placeSpecs()
	if err != nil {
		return nil, err
	}
	files = append(files, exportFile{name: manifestFile, text: e.manifest()})
	for slot, content := range e.images {
		files = append(files, exportFile{name: imageFile(slot, e.settings.Image(slot)), text: content})
	}
	for _, product := range e.products {
		documents, err := writeDocuments(ctx, product)
		if err != nil {
			return nil, err
		}
		files = append(files, documents...)
	}
	slices.SortFunc(files, func(a, b exportFile) int { return cmp.Compare(a.name, b.name) })
	return files, nil
}
