package overview

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
)

// FirstCallOf chooses the first call of these products.
func FirstCallOf(ctx context.Context, s *Service, products []catalog.Showcased) (*FirstCall, error) {
	return s.firstCallTo(ctx, products)
}
