package demo_test

import (
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	newcomer   = "grace@hopper.example"
	hersAlone  = "a ship in port is safe"
	verifyPath = "/verify-email?token="
	resetPath  = "/reset-password?token="
)

// visitor is a browser with its own cookies. It does not follow redirects.
type visitor struct {
	*http.Client

	node *portal
}

func (p *portal) visitor(t *testing.T) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, p}
}

// sends posts a form, which must redirect to a path with the given beginning.
func (v visitor) sends(t *testing.T, path string, form url.Values, leads string) (location string) {
	t.Helper()
	response, err := v.PostForm(v.node.PortalURL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	location = response.Header.Get("Location")
	if response.StatusCode != http.StatusSeeOther || !strings.HasPrefix(location, leads) {
		t.Fatalf("%s returns %d and redirects to %q", path, response.StatusCode, location)
	}
	return location
}

func (p *portal) letSignUp(t *testing.T, mode site.SignUp) {
	t.Helper()
	settings, err := p.services.Site.SettingsToChange(p.asStaff(t))
	if err != nil {
		t.Fatal(err)
	}
	settings.SignUp = mode
	if err := p.services.Site.ChangeSettings(p.asStaff(t), settings); err != nil {
		t.Fatal(err)
	}
}

// tokenIn returns the token after the path in the link that both parts of a mail must have.
func (p *portal) tokenIn(t *testing.T, got testkit.Mail, path string) string {
	t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(p.PortalURL+path) + `([0-9a-f-]{36})`).FindStringSubmatch(got.Text)
	if len(link) != 2 || !strings.Contains(got.HTML, `href="`+link[0]+`"`) {
		t.Fatalf("the mail to %s has no link to %s:\n%s\n%s", got.To, path, got.Text, got.HTML)
	}
	return link[1]
}

func TestSigningUpByMail(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		installed.config.SMTPURL = "smtp://" + c.Address + "?from=portal@portal.example"
		node := installed.start(t)
		node.letSignUp(t, site.SignUpApproval)
		grace := node.visitor(t)
		grace.sends(t, "/sign-up", url.Values{"email": {newcomer}, "name": {"Grace Hopper"}}, "/sign-in")
		letter := c.Next(t)
		if letter.To != newcomer || letter.From != "portal@portal.example" {
			t.Errorf("a mail from %s to %s", letter.From, letter.To)
		}
		choose := grace.sends(t, "/verify-email", url.Values{"token": {node.tokenIn(t, letter, verifyPath)}}, resetPath)
		token := strings.TrimPrefix(choose, resetPath)
		if told := c.Next(t); told.To != demo.Staff || !strings.Contains(told.Text, "waits for your decision") {
			t.Errorf("the mail to %s reads:\n%s", told.To, told.Text)
		}
		grace.sends(t, "/reset-password", url.Values{"token": {token}, "password": {hersAlone}}, "/sign-in")

		waiting, err := node.services.Accounts.Accounts(node.asStaff(t), account.AccountFilter{State: account.Pending}, page.Request{Size: 2})
		if err != nil || len(waiting.Items) != 1 {
			t.Fatalf("%d people wait (%v)", len(waiting.Items), err)
		}
		staff := node.visitor(t)
		staff.sends(t, "/sign-in", url.Values{"email": {demo.Staff}, "password": {demo.DefaultPassword}}, "/")
		staff.sends(t, "/staff/people/"+waiting.Items[0].ID.Hex()+"/approve", nil, "/staff/people/")
		if told := c.Next(t); told.To != newcomer || !strings.Contains(told.Text, "is approved") || !strings.Contains(told.Text, node.PortalURL+"/sign-in\n") {
			t.Errorf("the mail to %s reads:\n%s", told.To, told.Text)
		}
		grace.sends(t, "/sign-in", url.Values{"email": {newcomer}, "password": {hersAlone}}, "/")
		node.stop()
		for _, secret := range []string{node.tokenIn(t, letter, verifyPath), token, hersAlone} {
			if strings.Contains(node.log.String(), secret) {
				t.Error("a token or a password is in the log")
			}
		}
	})
}

func TestMailWaitsForAServer(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t) // as the demo runs: without a mail server
		node.visitor(t).sends(t, "/forgot-password", url.Values{"email": {demo.Developer}}, "/sign-in")
		node.stop()

		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		installed.config.SMTPURL = "smtp://" + address
		down := installed.start(t)
		eventually(t, "the failure is in the log", func() bool { return strings.Contains(down.log.String(), "mail not sent") })
		named := regexp.MustCompile(`"?mail not sent"? message=([0-9a-f]{24})`).FindStringSubmatch(down.log.String())
		if len(named) != 2 {
			t.Fatalf("the log:\n%s", down.log)
		}
		message, err := id.Parse[event.MessageID](named[1])
		if err != nil {
			t.Fatal(err)
		}
		down.stop()

		c := testkit.NewCatcher(t, address, nil)
		services := open(t, installed.config)
		if err := services.DB.MessageFailed(t.Context(), message, "as if a minute had gone by", time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := services.Close(); err != nil {
			t.Fatal(err)
		}
		up := installed.start(t)
		letter := c.Next(t)
		token := up.tokenIn(t, letter, resetPath)
		up.visitor(t).sends(t, "/reset-password", url.Values{"token": {token}, "password": {hersAlone}}, "/")
		up.visitor(t).sends(t, "/sign-in", url.Values{"email": {demo.Developer}, "password": {hersAlone}}, "/")
		up.stop()
		if n := len(c.Mails()); n != 1 {
			t.Errorf("%d mails were received", n)
		}
	})
}
