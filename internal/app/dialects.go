package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/site"
)

// authentication is the kind of authentication that calls below a prefix need.
type authentication string

const (
	// public is for logins, refreshed sessions and public configuration: the dialect answers anonymous callers.
	public authentication = "public"
	// bySession is a signed-in account's token, such as a cookie or a JWT, which the dialect checks.
	bySession authentication = "session"
	// byStaffToken is the token of a member of staff, which the dialect checks.
	byStaffToken authentication = "staff token"
	// byKey is an application's key, which the gateway checks. It answers these paths on both listeners.
	byKey authentication = "key"
)

// dialect is one wire protocol: the paths that belong to it, and what answers them.
type dialect struct {
	name site.Dialect
	// prefixes hold whole path segments. The longest one that a path begins with decides.
	prefixes map[string]authentication
	// mount creates the handler of all prefixes except those by key.
	mount func(a *App) (http.Handler, error)
}

// dialects lists the wire protocols of this program. DIALECTS chooses among them.
var dialects = []dialect{
	{
		name: site.Konnect,
		prefixes: map[string]authentication{
			"/api/v2":              bySession,
			"/api/v2/portal":       public,
			"/api/v2/developer":    public,
			"/api/v2/developer/me": bySession,
		},
		mount: (*App).mountKonnect,
	},
}

func (a *App) mountKonnect() (http.Handler, error) {
	made, err := konnect.New(konnect.Config{
		Accounts: a.Services.Accounts, Site: a.Services.Site, Catalog: a.Services.Catalog, Access: a.Services.Access,
		Usage: a.Services.Usage, Overview: a.Services.Overview,
		PortalURL: a.PortalURL, GatewayURL: a.GatewayURL, TrustedOrigins: a.config.TrustedOrigins, Logger: a.logger,
	})
	if err != nil {
		return nil, err
	}
	return made.Routes(), nil
}

// enabled returns the dialects of the table that DIALECTS names.
func enabled(table []dialect, names []string) []dialect {
	return slices.DeleteFunc(slices.Clone(table), func(d dialect) bool { return !slices.Contains(names, string(d.name)) })
}

func namesOf(table []dialect) []site.Dialect {
	var names []site.Dialect
	for _, row := range table {
		names = append(names, row.name)
	}
	return names
}

// claim is the table's entry for a path.
type claim struct {
	dialect        site.Dialect
	authentication authentication
}

// claims finds the dialect that a path belongs to.
type claims struct {
	byPrefix map[string]claim
	// deepest is the number of segments of the longest prefix.
	deepest int
}

// claimsOf indexes the table. A prefix that is misspelled or appears twice is an error.
func claimsOf(table []dialect) (claims, error) {
	made := claims{byPrefix: map[string]claim{}}
	for _, row := range table {
		for prefix, authentication := range row.prefixes {
			segments := segmentsOf(prefix)
			if len(segments) == 0 || prefix != "/"+strings.Join(segments, "/") {
				return claims{}, fmt.Errorf("the dialect %s claims %q: write a path such as /api/v2", row.name, prefix)
			}
			if other, taken := made.byPrefix[prefix]; taken {
				return claims{}, fmt.Errorf("the dialects %s and %s both claim %s", other.dialect, row.name, prefix)
			}
			made.byPrefix[prefix] = claim{row.name, authentication}
			made.deepest = max(made.deepest, len(segments))
		}
	}
	return made, nil
}

// of returns the claim of the longest prefix that the path begins with. Like the gateway, it skips empty segments and
// resolves no dot segments.
func (c claims) of(path string) (longest claim, claimed bool) {
	segments := segmentsOf(path)
	for count := min(len(segments), c.deepest); count > 0; count-- {
		if longest, claimed = c.byPrefix["/"+strings.Join(segments[:count], "/")]; claimed {
			return longest, true
		}
	}
	return claim{}, false
}

func segmentsOf(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// surfaces returns the handler of the portal's listener: the gateway for paths by key, a dialect for its other paths,
// the pages for all others. wrap does not apply to the gateway.
func (a *App) surfaces(table []dialect, pages, gateway http.Handler, wrap func(http.Handler) http.Handler) (http.Handler, error) {
	claims, err := claimsOf(table)
	if err != nil {
		return nil, err
	}
	handlers := map[site.Dialect]http.Handler{}
	for _, row := range table {
		mounted, err := row.mount(a)
		if err != nil {
			return nil, err
		}
		handlers[row.name] = wrap(mounted)
	}
	pages = wrap(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch found, claimed := claims.of(r.URL.Path); {
		case !claimed:
			pages.ServeHTTP(w, r)
		case found.authentication == byKey:
			gateway.ServeHTTP(w, r)
		default:
			handlers[found.dialect].ServeHTTP(w, r)
		}
	}), nil
}
