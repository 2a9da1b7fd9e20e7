package site_test

import (
	"errors"
	"testing"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

func TestEveryDialectHasATitle(t *testing.T) {
	for _, dialect := range site.Dialects() {
		if dialect.Title() == "" {
			t.Errorf("%s has no title", dialect)
		}
	}
}

func TestAnUnknownDialectIsRefusedWithTheKnownOnes(t *testing.T) {
	settings := site.Defaults()
	settings.DialectsOff = []site.Dialect{"soap"}
	var refused *fault.Error
	if err := settings.Validate(); !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Reason != "knows konnect, tyk, qanatix and idunox" {
		t.Errorf("refused with %v", err)
	}
}
