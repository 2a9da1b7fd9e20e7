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

// SpecDownload is the description of a version as a file.
type SpecDownload struct {
	Format openapi.Format
	// Tag changes whenever the text changes.
	Tag string
	// Text is nil if the client already has the text with this tag. It is shared: do not change it.
	Text []byte
}

// DownloadSpec returns the description of the version with its address at the gateway as the only server.
//
// A version without endpoints keeps its servers. DownloadSpec calls has to find out whether the client already holds
// the text with this tag.
func (s *Service) DownloadSpec(ctx context.Context, slug, version, gatewayURL string, has func(tag string) bool) (SpecDownload, error) {
	page, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return SpecDownload{}, err
	}
	if page.Version.Spec == "" {
		return SpecDownload{}, fault.Missing("API description")
	}
	endpoint, called := page.Version.GatewayEndpoint()
	return s.download(ctx, page.Version, serverAt(gatewayURL, endpoint, called), has)
}

// ReleaseText is like DownloadSpec for a version that is already loaded, with its address in one of the environments.
//
// ReleaseText prefers production, or else uses the first environment. Without environments it uses the address of
// DownloadSpec.
func (s *Service) ReleaseText(ctx context.Context, release Version, gatewayURL string, environments []string) (SpecDownload, error) {
	endpoint, called := release.GatewayEndpoint()
	for _, one := range release.Endpoints {
		if len(environments) > 0 && !slices.Contains(environments, Production) && one.Environment == environments[0] {
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

// download returns the description of a version with this server, or unchanged if the server is empty.
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
