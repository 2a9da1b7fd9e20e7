package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
)

func TestProfileShowsKeysMasked(t *testing.T) {
	p := newPortal(t).stocked(t)
	version, err := p.Catalog.VersionPage(p.As(p.Owner), "parcels", "1")
	if err != nil {
		t.Fatal(err)
	}
	p.Count(t, usage.Series{
		Version: version.Version.ID, Team: p.Acme.ID, Application: p.primary.Credential.Application,
		Subscription: p.primary.Credential.Subscription, Credential: p.primary.Credential.ID, Environment: "production",
	}, p.Clock.Now(), 1204)
	p.Clock.Advance(3 * time.Hour)
	page := p.get(t, p.Owner, "/profile")
	expect(t, page, http.StatusOK, "Acme Production", "Production", "Active", "1,204 calls today", "Primary key", "Secondary key",
		p.primary.Credential.Prefix+"•", "3 hours ago", "Never used", ">Show<", ">Regenerate<")
	for _, secret := range []string{secretOf(t, p, p.primary), secretOf(t, p, p.secondary)} {
		if strings.Contains(page.Body.String(), secret) {
			t.Error("the page contains a whole key")
		}
	}
	viewers := p.get(t, p.Viewer, "/profile")
	expect(t, viewers, http.StatusOK, "Acme Production", "Viewer")
	for _, action := range []string{">Show<", ">Copy<", ">Regenerate<"} {
		if strings.Contains(viewers.Body.String(), action) {
			t.Errorf("a viewer is offered a forbidden action: %s", action)
		}
	}
	expect(t, p.get(t, p.OtherOwner, "/profile"), http.StatusOK, "No subscription yet", "help@portal.example")
}

// secretOf returns a key that its owner reveals.
func secretOf(t *testing.T, p *portal, issued access.IssuedCredential) string {
	t.Helper()
	secret, err := p.Access.RevealCredential(p.As(p.Owner), issued.Credential.ID)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestRevealedKeyIsPartOrPage(t *testing.T) {
	p := newPortal(t).stocked(t)
	secret := secretOf(t, p, p.primary)
	path := address.ProfileKey(p.primary.Credential.ID, "reveal")
	expect(t, p.post(t, p.Owner, path, nil), http.StatusOK, secret, "<!doctype html>", "Done")

	request := p.as(t, p.Owner, http.MethodPost, path, url.Values{})
	request.Header.Set("HX-Request", "true")
	part := p.send(request)
	expect(t, part, http.StatusOK)
	if want := "<span data-secret>" + secret + "</span>"; strings.TrimSpace(part.Body.String()) != want {
		t.Errorf("the part is %q, want %q", part.Body, want)
	}
	if strings.Contains(p.logged.String(), secret) {
		t.Error("the key is in the log")
	}
}

func TestRejectedPartsLeadOn(t *testing.T) {
	p := newPortal(t).stocked(t)
	ask := func(who identity.Principal, id string) *httptest.ResponseRecorder {
		request := p.as(t, who, http.MethodPost, "/profile/credentials/"+id+"/reveal", url.Values{})
		request.Header.Set("HX-Request", "true")
		request.Header.Set("Referer", "http://portal.example/profile")
		return p.send(request)
	}
	signedOut := ask(p.Visitor, p.primary.Credential.ID.Hex())
	expect(t, signedOut, http.StatusUnauthorized)
	if to := signedOut.Header().Get("HX-Redirect"); to != "/sign-in?return_to=%2Fprofile" {
		t.Errorf("a visitor is redirected to %q", to)
	}
	refused := ask(p.Viewer, p.primary.Credential.ID.Hex())
	expect(t, refused, http.StatusForbidden, "Ask an owner")
	if refused.Header().Get("HX-Retarget") != "#notices" || strings.Contains(refused.Body.String(), "<html") {
		t.Errorf("the notice is not a part of a page: %v\n%s", refused.Header(), refused.Body)
	}
}

func TestRegeneratedKeyIsShownOnceUnlessViewable(t *testing.T) {
	p := newPortal(t)
	p.stock(t, strings.Replace(manifest, "viewable: true", "viewable: false", 1))
	path := address.ProfileKey(p.primary.Credential.ID, "regenerate")
	answer := p.post(t, p.Member, path, nil)
	expect(t, answer, http.StatusOK, "You can't see it again", "Stopped working")
	secret := secretOn(t, answer)
	if len(secret) < 16 || secret == p.primary.Secret {
		t.Fatalf("the key is %q", secret)
	}
	profile := p.get(t, p.Member, "/profile")
	expect(t, profile, http.StatusOK, ">Regenerate<", secret[:4])
	for _, hidden := range []string{secret, ">Show<", ">Copy<"} {
		if strings.Contains(profile.Body.String(), hidden) {
			t.Errorf("the profile still has %s", hidden)
		}
	}
	if strings.Contains(p.logged.String(), secret) {
		t.Error("the key is in the log")
	}
}

func TestRegenerateSaysWhatStopsWorking(t *testing.T) {
	p := newPortal(t).stocked(t)
	before := secretOf(t, p, p.primary)
	path := address.ProfileKey(p.primary.Credential.ID, "regenerate")
	expect(t, p.get(t, p.Member, path), http.StatusOK, "stops working now", "0 in the last hour, 0 today", p.primary.Credential.Prefix, "<dd>Never</dd>", "The secondary key")
	if secretOf(t, p, p.primary) != before {
		t.Error("the key was replaced before the confirmation")
	}
	answer := p.post(t, p.Member, path, nil)
	expectRedirect(t, answer, "/profile?regenerated="+p.primary.Credential.ID.Hex())
	expect(t, p.get(t, p.Member, answer.Header().Get("Location")), http.StatusOK, "The primary key of Acme Production is replaced")
	if secretOf(t, p, p.primary) == before {
		t.Error("the key is the same")
	}
	expect(t, p.get(t, p.OtherOwner, answer.Header().Get("Location")), http.StatusOK, "No subscription yet")
}
