package catalog

import (
	"context"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
)

const sandboxEnvironment = "sandbox"

// ProposedEndpoints returns endpoints for a version from the servers of its description, production first. Without
// usable servers it returns one for production without an upstream.
func ProposedEndpoints(slug, version string, servers []openapi.Server) []Endpoint {
	upstreams := map[string]string{}
	for _, server := range servers {
		upstream := strings.TrimRight(server.URL, "/")
		environment := environmentOf(server)
		if _, taken := upstreams[environment]; !taken && !strings.Contains(upstream, "{") && UpstreamRule(nil)(upstream) == "" {
			upstreams[environment] = upstream
		}
	}
	proposals := []Endpoint{{Environment: Production, BasePath: "/" + slug + "/" + version, Upstream: upstreams[Production], Refusals: "apim"}}
	if upstream, known := upstreams[sandboxEnvironment]; known {
		proposals = append(proposals, Endpoint{
			Environment: sandboxEnvironment, BasePath: "/" + slug + "/" + sandboxEnvironment + "/" + version, Upstream: upstream, Refusals: "apim",
		})
	}
	return proposals
}

// environmentOf returns the environment that a server's address and description suggest.
func environmentOf(server openapi.Server) string {
	about := strings.ToLower(server.URL + " " + server.Description)
	for _, word := range []string{sandboxEnvironment, "staging", "test", "demo"} {
		if strings.Contains(about, word) {
			return sandboxEnvironment
		}
	}
	return Production
}

// Proposals returns endpoints for a version that has none, from the servers of its description.
func (s *Service) Proposals(ctx context.Context, product Product, version Version) ([]Endpoint, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return nil, err
	}
	if version.Spec == "" {
		return ProposedEndpoints(product.Slug, version.Name, nil), nil
	}
	kept, err := s.outline(ctx, version.Spec)
	return ProposedEndpoints(product.Slug, version.Name, kept.spec.Servers), err
}
