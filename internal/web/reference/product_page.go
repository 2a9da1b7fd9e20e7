package reference

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// productContent is the page of a product.
type productContent struct {
	access.ProductPage
	Gateway string
	Support string
	// SignIn is the sign-in page, empty if the visitor is signed in.
	SignIn string
}

func (p *Pages) productPage(v *visit.Visit) error {
	found, err := p.Access.ProductPage(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	sortByState(found.Subscriptions)
	shown := productContent{ProductPage: found, Gateway: v.Config.GatewayURL, Support: v.Settings.Support, SignIn: signIn(v)}
	return v.Render(found.Product.Name, site.AreaAPIs, productView(shown))
}

// offersRegistration reports whether the page offers registration for the version to the visitor.
func (c productContent) offersRegistration(version catalog.Version) bool {
	return registers(c.Standing, c.SignIn, version)
}

// keyVersion returns the newest version that gives a key at once, else the newest that is open for registration, else
// the zero version.
func (c productContent) keyVersion() catalog.Version {
	var found catalog.Version
	for _, version := range c.Versions {
		if !c.offersRegistration(version) {
			continue
		}
		if c.Instant(version.ID) {
			return version
		}
		if found.Name == "" {
			found = version
		}
	}
	return found
}

// offerVersion returns the newest version that is open for registration under the offer's plan, or the zero version.
func (c productContent) offerVersion(offer access.Offer) catalog.Version {
	for _, version := range offer.Versions {
		if offer.Plan.RegistrableFor(version.ID) && offer.Strategy.Kind.Issued() && c.offersRegistration(version) {
			return version
		}
	}
	return catalog.Version{}
}

// offerLinks returns the link to a key under the offer's plan. It is empty if no version is open for registration.
func (c productContent) offerLinks(offer access.Offer) []view.Link {
	version := c.offerVersion(offer)
	if version.Name == "" {
		return nil
	}
	return []view.Link{{Text: offerText(offer), Path: address.GetKey(c.Product.Slug, version.Name)}}
}

// offerText is the verb that leads to a key under the offer's plan.
func offerText(offer access.Offer) string {
	if offer.Plan.Approval == plan.Automatic {
		return "Get a key"
	}
	return "Request access"
}

// Callable reports whether the product is more than documentation.
func (c productContent) Callable() bool { return callable(c.Standing, c.Versions...) }

// newest returns the newest published version, or the zero one.
func (c productContent) newest() catalog.Version {
	at := slices.IndexFunc(c.Versions, func(v catalog.Version) bool { return v.Published })
	if at < 0 {
		return catalog.Version{}
	}
	return c.Versions[at]
}

// has reports whether the team may call under the plan.
func (c productContent) has(offered plan.Plan) bool {
	return slices.ContainsFunc(c.Subscriptions, func(detail access.SubscriptionDetail) bool {
		return detail.Plan.ID == offered.ID && detail.Subscription.State == access.Approved
	})
}

// opensText names the versions of an offer, or returns "" if it opens all.
func (c productContent) opensText(offer access.Offer) string {
	if len(offer.Versions) == len(c.Versions) {
		return ""
	}
	names := make([]string, len(offer.Versions))
	for i, version := range offer.Versions {
		names[i] = version.Name
	}
	return view.Plural(len(names), "Version ", "Versions ") + strings.Join(names, ", ")
}

// aboutText returns the text below a subscription's name.
func (c productContent) aboutText(detail access.SubscriptionDetail) string {
	texts := []string{view.SinceText(detail.Subscription)}
	if !detail.Application.Default {
		texts = append(texts, "application "+detail.Application.Name)
	}
	narrowed := func(version catalog.Version) bool { return version.ID == detail.Subscription.Version }
	if at := slices.IndexFunc(c.Versions, narrowed); at >= 0 {
		texts = append(texts, "version "+c.Versions[at].Name+" only")
	}
	if detail.Subscription.Reason != "" {
		texts = append(texts, "reason: "+detail.Subscription.Reason)
	}
	return strings.Join(texts, " · ")
}

// keyProof is one way to authenticate to the product.
type keyProof struct {
	Strategy plan.Strategy
	// Query lists the query parameters that at least one plan accepts keys in.
	Query []string
}

// proofs returns the distinct ways to authenticate.
func (c productContent) proofs() []keyProof {
	var list []keyProof
	for _, offer := range c.Offers {
		at := slices.IndexFunc(list, func(known keyProof) bool { return known.Strategy.ID == offer.Strategy.ID })
		if at < 0 {
			at = len(list)
			list = append(list, keyProof{Strategy: offer.Strategy})
		}
		if offer.Plan.Keys.InQuery {
			list[at].Query = offer.Strategy.KeyQuery()
		}
	}
	return slices.DeleteFunc(list, func(one keyProof) bool { return !one.Strategy.Kind.Issued() })
}

func proofText(kind plan.Kind) string {
	if kind == plan.Basic {
		return "Send the subscription's user name and password with each call, as HTTP Basic authentication."
	}
	return "Send the subscription's key with each call."
}

// firstCallLine returns a curl command for a first call.
func firstCallLine(gateway string, call *access.FirstCall) string {
	if call == nil {
		return ""
	}
	placeholder := access.Material{Secret: "YOUR_KEY"}
	if call.Strategy.Kind == plan.Basic {
		placeholder = access.Material{Identifier: "USER_NAME", Secret: "PASSWORD"}
	}
	return view.CurlLine(gateway+call.Endpoint.BasePath+call.Operation.Path, call.Strategy, placeholder)
}
