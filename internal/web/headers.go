package web

import (
	"net/http"
	"strings"
)

// maxForm is the largest form that the site accepts.
const maxForm = 64 << 10

// secured puts the headers of every answer: nothing is kept by caches, framed, guessed at or told to other sites.
func (s *Site) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", s.policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		if s.config.Secure {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !strings.HasPrefix(r.URL.Path, assetsPath) {
			header.Set("Cache-Control", "no-store")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// guarded refuses forms that other sites send.
func (s *Site) guarded(next http.Handler) http.Handler {
	refused := s.serve(func(*visit) error { return errForeignForm })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.origins.Check(r); err != nil {
			refused(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
