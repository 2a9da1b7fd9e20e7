package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// SpecDownload is the description of a version for readers who keep it as a file.
type SpecDownload struct {
	Format openapi.Format
	// Tag is another one whenever the text is.
	Tag string
	// Text is nil where the reader has the text of this tag. It is shared between readers, who do not change it.
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
	endpoint, called := page.Version.GatewayEndpoint()
	return s.download(ctx, page.Version, serverAt(gatewayURL, endpoint, called), has)
}

// ReleaseText is DownloadSpec for a version that was found already, at the gateway's address in one of the environments:
// production's if it is among them, else the first; without any it is the address that DownloadSpec gives.
func (s *Service) ReleaseText(ctx context.Context, release Version, gatewayURL string, environments []string) (SpecDownload, error) {
	endpoint, called := release.GatewayEndpoint()
	for _, one := range release.Endpoints {
		if len(environments) > 0 && !slices.Contains(environments, productionEnvironment) && one.Environment == environments[0] {
			endpoint = one
		}
	}
	return s.download(ctx, release, serverAt(gatewayURL, endpoint, called), func(string) bool { return false })
}

func serverAt(gatewayURL string, endpoint Endpoint, called bool) string {
	if !called {
		return ""
	}
	return strings.TrimSuffix(gatewayURL, "/") + endpoint.BasePath
}

// download puts the text of a version's description together unless the reader has it; without a server it is as it was.
func (s *Service) download(ctx context.Context, version Version, server string, has func(tag string) bool) (SpecDownload, error) {
	kept, err := s.outline(ctx, version.Spec)
	if err != nil {
		return SpecDownload{}, err
	}
	download := SpecDownload{Format: kept.spec.Format, Tag: downloadTag(version.Spec, server)}
	if !has(download.Tag) {
		download.Text, err = s.text(ctx, version.Spec, download.Format, server)
	}
	return download, err
}

func downloadTag(digest, server string) string {
	sum := sha256.Sum256([]byte(digest + "\n" + server))
	return hex.EncodeToString(sum[:16])
}
