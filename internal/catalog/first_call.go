package catalog

import (
	"context"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"strings"
)

// mostTried is how many operations FirstCall reads before it gives up.
const mostTried = 8

// FirstCall finds what a reader can call as it stands: the version's first GET that takes no path parameters, requires
// nothing and is not deprecated. It answers false where there is none among the first few. The version is one that the
// caller was shown.
func (s *Service) FirstCall(ctx context.Context, version Version) (openapi.Operation, bool, error) {
	if version.Spec == "" {
		return openapi.Operation{}, false, nil
	}
	kept, err := s.outline(ctx, version.Spec)
	if err != nil {
		return openapi.Operation{}, false, err
	}
	tried := 0
	for _, listed := range kept.operations {
		if listed.Method != "GET" || listed.Webhook || listed.Deprecated || strings.Contains(listed.Path, "{") {
			continue
		}
		if tried++; tried > mostTried {
			break
		}
		operation, err := s.store.Operation(ctx, version.Spec, listed.Slug)
		if err != nil || !operation.Detail.RequiresInput() {
			return operation, err == nil, err
		}
	}
	return openapi.Operation{}, false, nil
}
