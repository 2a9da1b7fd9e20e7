package visit

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/portico-api/portico/internal/web/address"
)

// compress gzips text responses and leaves all others unchanged.
var compress = middleware.Compress(compressionLevel,
	"text/html", "text/css", "text/javascript", "text/plain", "application/json", "application/yaml", "image/svg+xml")

const compressionLevel = 5

// Compressed compresses built files and pages about APIs. Pages with secrets stay uncompressed, because an attacker who
// controls another part of the same page could derive the secret from the compressed length.
func Compressed(next http.Handler) http.Handler {
	packed := compress(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		about := r.URL.Path == "/apis" || strings.HasPrefix(r.URL.Path, "/apis/") || strings.HasPrefix(r.URL.Path, address.Assets)
		if about && r.Method == http.MethodGet && r.Header.Get("Range") == "" {
			packed.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Secured sets the security headers of every response.
func (s *Server) Secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", s.policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", referrerPolicy(r.URL.Path))
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		if s.Config.Secure {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !strings.HasPrefix(r.URL.Path, address.Assets) {
			header.Set("Cache-Control", "no-store")
		}
		if strings.HasPrefix(r.URL.Path, address.Products+"/") {
			header.Set("Speculation-Rules", `"`+address.Prefetch+`"`)
		}
		next.ServeHTTP(w, r)
	})
}

// prefetchRules let browsers load a page of the reference while the pointer rests on its link. Such a page changes
// nothing and shows no secrets. A browser keeps it for the next click alone, so it may be no-store.
const prefetchRules = `{"prefetch":[{"where":{"and":[` +
	`{"href_matches":"` + address.Products + `/*"},` +
	`{"not":{"selector_matches":"[download],[rel~=nofollow]"}}` +
	`]},"eagerness":"moderate"}]}`

// Prefetch sends the rules that the header Speculation-Rules names.
func Prefetch(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/speculationrules+json")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write([]byte(prefetchRules)) // the visitor has left
}

// referrerPolicy keeps paths with tokens out of the Referer header. With "no-referrer", browsers would send the page's
// own form with the origin "null"; over plain HTTP only the origin distinguishes it from a form of another site.
func referrerPolicy(path string) string {
	if address.HoldsToken(path) {
		return "strict-origin"
	}
	return "same-origin"
}

// Guarded rejects forms that other sites send.
func (s *Server) Guarded(next http.Handler) http.Handler {
	refused := s.Serve(func(*Visit) error { return errForeignForm })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.origins.Check(r); err != nil {
			refused(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
