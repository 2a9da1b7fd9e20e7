package app_test

import (
	"testing"

	"github.com/portico-api/portico/internal/api/conformance"
	"github.com/portico-api/portico/internal/app"
)

func TestTheGatewayAnswersPathsByKeyOnBothListeners(t *testing.T) {
	conformance.KeyPaths(t, app.NewWithKeyPath(conformance.BasePath))
}
