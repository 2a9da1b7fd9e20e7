package catalog

import (
	"context"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"strings"
)

// mostTried is the maximum number of operations that FirstCall checks.
const mostTried = 8

// FirstCall returns the first operation that can be called without any input, for a quick start.
//
// Such an operation is a GET that is not deprecated and has neither path parameters nor required input. FirstCall
// returns false if none of the first few operations is like this. It does not check that the caller may see the
// version.
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
