package app

import (
	"log/slog"
	"net/http"

	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/site"
)

// NewWithKeyPath is New with one more dialect in the table, whose path the gateway answers by key. No real dialect has
// such a path yet.
func NewWithKeyPath(prefix string) func(config.Config, *Services, *slog.Logger) (*App, error) {
	return func(settings config.Config, services *Services, logger *slog.Logger) (*App, error) {
		row := dialect{
			name:     site.QANATIX,
			prefixes: map[string]authentication{prefix: byKey},
			mount:    func(*App) (http.Handler, error) { return http.NotFoundHandler(), nil },
		}
		return newSpeaking(append(dialects[:len(dialects):len(dialects)], row), settings, services, logger)
	}
}
