package rest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Origins decides which other sites' pages may call a dialect with the portal's cookies.
type Origins struct {
	trusted []string
	guard   *http.CrossOriginProtection
}

// NewOrigins returns Origins that trust the given ones, such as https://www.example.com, and the portal's own.
func NewOrigins(trusted []string) (*Origins, error) {
	guard := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trusted origin %q: %w", origin, err)
		}
	}
	return &Origins{trusted: slices.Clone(trusted), guard: guard}, nil
}

// Any reports whether any other site is trusted.
func (o *Origins) Any() bool { return len(o.trusted) > 0 }

// Trusted returns the calling page's origin if it is trusted, otherwise an empty string.
func (o *Origins) Trusted(r *http.Request) string {
	if origin := r.Header.Get("Origin"); slices.Contains(o.trusted, origin) {
		return origin
	}
	return ""
}

// Check rejects changes that come from pages of untrusted sites.
func (o *Origins) Check(r *http.Request) error {
	if err := o.guard.Check(r); err != nil {
		return fault.Wrap(fault.Forbidden, "foreign_origin",
			"This request comes from a page of another site. The portal's operator can trust that site with the setting TRUSTED_ORIGINS.", err)
	}
	return nil
}

// Share lets pages of trusted origins read the answers, and answers preflight requests.
func (o *Origins) Share(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		if o.Any() {
			header.Add("Vary", "Origin")
		}
		if origin := o.Trusted(r); origin != "" {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Allow-Credentials", "true")
			header.Set("Access-Control-Expose-Headers", "Retry-After, X-Request-Id")
		}
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		if header.Get("Access-Control-Allow-Origin") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			header.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, X-Request-Id, X-Requested-With")
			header.Set("Access-Control-Max-Age", "600")
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
