package overview

import (
	"context"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// Analysis holds figures of calls with the names of what was called and what called it.
type Analysis struct {
	usage.Result

	// Applications and Versions hold the names of those that occur, deleted ones included.
	Applications map[access.ApplicationID]string
	Versions     map[catalog.VersionID]VersionName
}

// VersionName is the name of a version with that of its product.
type VersionName struct {
	Product, Version string
	// Slug is that of the product.
	Slug string
}

// Analyse returns figures of calls with names. Package usage decides whose calls the caller may see.
func (s *Service) Analyse(ctx context.Context, query usage.Query) (Analysis, error) {
	result, err := s.usage.Analyse(ctx, query)
	if err != nil {
		return Analysis{}, err
	}
	analysis := Analysis{Result: result}
	applications := parsed[access.ApplicationID](result.Dimensions[usage.OfApplication])
	if analysis.Applications, err = s.store.ApplicationNames(ctx, applications); err != nil {
		return Analysis{}, err
	}
	versions := parsed[catalog.VersionID](result.Dimensions[usage.OfVersion])
	for _, value := range result.Dimensions[usage.OfOperation] {
		if version, _, err := usage.OperationOf(value); err == nil {
			versions = append(versions, version)
		}
	}
	analysis.Versions, err = s.store.VersionNames(ctx, versions)
	return analysis, err
}

// parsed returns the ids of stored values, all of which are well-formed.
func parsed[I ~[12]byte](values []usage.Value) []I {
	ids := make([]I, 0, len(values))
	for _, value := range values {
		if parsed, err := id.Parse[I](value); err == nil {
			ids = append(ids, parsed)
		}
	}
	return ids
}
