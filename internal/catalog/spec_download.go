package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// SpecDownload is the description of a version for readers who keep it as a file.
type SpecDownload struct {
	Format Format
	// Tag is another one whenever the text is.
	Tag string
	// Text is nil where the reader has the text of this tag.
	Text []byte
}

// DownloadSpec returns the description of the version with the version's address at the gateway in place of the servers
// that its author wrote. A version that is documentation alone keeps its text as it is. A text that the reader has is not
// put together again.
func (s *Service) DownloadSpec(ctx context.Context, slug, version, gatewayURL string, has func(tag string) bool) (SpecDownload, error) {
	page, err := s.versionPage(ctx, slug, version)
	if err != nil {
		return SpecDownload{}, err
	}
	if page.Version.Spec == "" {
		return SpecDownload{}, fault.Missing("API description")
	}
	kept, err := s.outline(ctx, page.Version.Spec)
	if err != nil {
		return SpecDownload{}, err
	}
	server := ""
	if endpoint, called := page.Version.GatewayEndpoint(); called {
		server = strings.TrimSuffix(gatewayURL, "/") + endpoint.BasePath
	}
	download := SpecDownload{Format: kept.spec.Format, Tag: downloadTag(page.Version.Spec, server)}
	switch {
	case has(download.Tag):
	case server == "":
		download.Text, err = s.store.SpecText(ctx, page.Version.Spec)
	default:
		download.Text, err = s.textWithServer(ctx, page.Version.Spec, download.Format, server)
	}
	return download, err
}

func downloadTag(digest, server string) string {
	sum := sha256.Sum256([]byte(digest + "\n" + server))
	return hex.EncodeToString(sum[:16])
}
