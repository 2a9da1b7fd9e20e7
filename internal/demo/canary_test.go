package demo_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/store"
)

// A key and a password that passed through the whole product appear in no log, table, metric or response, except in the
// response that shows the key.
func TestSecretsDoNotLeak(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t)
		detail := node.subscription(t, "acme-production")
		issued, err := node.services.Access.RegenerateCredential(node.asDeveloper(t), primary(detail).ID)
		if err != nil {
			t.Fatal(err)
		}
		secrets := map[string]string{
			"the primary key":   issued.Secret,
			"the secondary key": node.reveal(t, secondary(detail)),
			"the password":      demo.DefaultPassword,
		}
		for _, key := range []string{issued.Secret, secrets["the secondary key"]} {
			if status := node.call(t, productionStatus, key); status != http.StatusOK {
				t.Fatalf("the key returns %d", status)
			}
			node.call(t, productionStatus+"?key="+key, "")
			node.call(t, "/parcels/v2/parcels/"+key, key)
			node.call(t, "/no/such/path/"+key, key)
		}
		visitor, err := node.services.Access.IssueVisitorKey(t.Context(), access.NewVisitorKey{Product: "parcels", Version: "2", Environment: "sandbox"})
		if err != nil {
			t.Fatal(err)
		}
		secrets["the visitor's key"] = visitor.Secret
		if status := node.call(t, "/parcels/sandbox/v2/status", visitor.Secret); status != http.StatusOK {
			t.Fatalf("the visitor's key returns %d", status)
		}
		page := node.signInByForm(t)
		pages := page + node.read(t, "/metrics") + node.read(t, "/readyz") + node.read(t, "/sign-in")

		node.stop()
		found := map[string]string{"the log": node.log.String(), "pages and metrics": pages}
		services := open(t, installed.config)
		defer func() { _ = services.Close() }()
		err = services.DB.Dump(t.Context(), func(chunk store.Chunk) error {
			found["table "+chunk.Table] += string(chunk.Rows)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(found["table credential"], primary(detail).ID.Hex()) {
			t.Fatal("the dump lacks the credentials: the test would prove nothing")
		}
		for place, text := range found {
			for name, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s is in %s", name, place)
				}
			}
		}
	})
}

// signInByForm signs in as a browser does and returns the profile, which shows keys only when asked.
func (p *portal) signInByForm(t *testing.T) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var answers strings.Builder
	for _, password := range []string{"not " + demo.DefaultPassword, demo.DefaultPassword} {
		response, err := client.PostForm(p.PortalURL+"/sign-in", url.Values{"email": {demo.Developer}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		answers.Write(text)
		if response.StatusCode != http.StatusSeeOther {
			continue
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.PortalURL+"/profile", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range response.Cookies() {
			request.AddCookie(cookie)
		}
		profile := body(t, client, request)
		if !strings.Contains(profile, string(access.Primary)) && !strings.Contains(profile, "Primary") {
			t.Errorf("the profile shows no keys:\n%s", profile)
		}
		answers.WriteString(profile)
		return answers.String()
	}
	t.Fatal("signing in failed")
	return ""
}

// read returns the portal's answer to a visitor at a path.
func (p *portal) read(t *testing.T, path string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.PortalURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, http.DefaultClient, request)
}

func body(t *testing.T, client *http.Client, request *http.Request) string {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
