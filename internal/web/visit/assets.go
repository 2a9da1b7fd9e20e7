package visit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/web/address"
)

// assets holds the built files, and their hashed names by their plain names.
type assets struct {
	files fs.FS
	names map[string]string
	known map[string]bool
}

// loadAssets reads the manifest and checks that it has the files that every page needs.
func loadAssets(files fs.FS) (assets, error) {
	text, err := fs.ReadFile(files, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return assets{}, errors.New("the site's assets are not built into this program: run make build")
	}
	if err != nil {
		return assets{}, err
	}
	built := assets{files: files, known: map[string]bool{}}
	if err := json.Unmarshal(text, &built.names); err != nil {
		return assets{}, fmt.Errorf("reading the manifest of the site's assets: %w; run make build", err)
	}
	for _, needed := range []string{"site.css", "site.js", "reference.js", "icons.svg", "sans.woff2"} {
		if built.names[needed] == "" {
			return assets{}, fmt.Errorf("the site's assets lack %s: run make build", needed)
		}
	}
	for _, name := range built.names {
		built.known[name] = true
	}
	return built, nil
}

// path returns the URL of an asset by its plain name.
func (a assets) path(name string) string { return address.Assets + a.names[name] }

// ServeHTTP sends a built file. Its name changes with its content, so browsers may cache it forever.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, address.Assets)
	if !a.known[name] {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, a.files, name) //nolint:gosec // one of the known names
}

// Assets returns the handler of the built files.
func (s *Server) Assets() http.Handler { return s.assets }
