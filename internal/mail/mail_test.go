package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	portalURL = "https://portal.example"
	front     = "https://spa.example"
	someone   = "grace@hopper.example"
)

// post is a sender over the kit's outbox that hands mail to a catcher.
type post struct {
	*testkit.Kit

	sender *mail.Sender
	log    *bytes.Buffer
}

func newPost(t *testing.T, kit *testkit.Kit, server string, changes ...func(*mail.Config)) *post {
	t.Helper()
	parsed, err := mail.ParseServer(server)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	config := mail.Config{
		Outbox: kit.DB, Letters: kit.Accounts, Server: parsed, PortalURL: portalURL, Fronts: []string{front},
		Brand:  func(context.Context) (mail.Brand, error) { return mail.Brand{Name: "Käse Portal"}, nil },
		Logger: slog.New(slog.NewTextHandler(log, nil)), Now: kit.Clock.Now,
	}
	for _, change := range changes {
		change(&config)
	}
	return &post{kit, mail.New(config), log}
}

func (p *post) deliver() {
	p.sender.DeliverDue(p.As(identity.SystemPrincipal("mail")))
}

func (p *post) leave(t *testing.T, message event.Message) {
	t.Helper()
	if err := p.DB.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
}

func (p *post) forget(t *testing.T, email string) {
	t.Helper()
	if err := p.Accounts.ForgotPassword(p.As(p.Visitor), account.ForgotPassword{Email: email}); err != nil {
		t.Fatal(err)
	}
}

// outbox returns the state of all messages: state, attempts, next attempt, failure.
func (p *post) outbox(t *testing.T) string {
	t.Helper()
	var state []string
	err := p.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		if chunk.Table != "outbox" {
			return nil
		}
		lines := strings.Split(strings.TrimSuffix(string(chunk.Rows), "\n"), "\n")[1:]
		slices.Sort(lines) // by id
		for _, line := range lines {
			var row []any // id, at, recipient, template, params, sent_at, attempts, next_at, failure
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				return err
			}
			sent, tries, next, failure := row[5].(float64), row[6].(float64), row[7].(float64), row[8].(string)
			switch {
			case sent > 0:
				state = append(state, fmt.Sprintf("sent after %v", tries))
			case next == 0:
				state = append(state, fmt.Sprintf("failed after %v: %s", tries, failure))
			default:
				state = append(state, fmt.Sprintf("waits after %v for %s: %s", tries, time.UnixMicro(int64(next)).Sub(p.Clock.Now()), failure))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(state, "; ")
}

func only(t *testing.T, c *testkit.Catcher) testkit.Mail {
	t.Helper()
	mails := c.Mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails were caught, want one", len(mails))
	}
	return mails[0]
}

var tokenInLink = regexp.MustCompile(`token=([0-9a-f-]{36})`)

func TestMailLinkSetsAPassword(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		p := newPost(t, kit, "smtp://"+c.Address+"?from=portal@portal.example")
		settings := site.Defaults()
		settings.SignUp = site.SignUpOpen
		if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
			t.Fatal(err)
		}
		if err := p.Accounts.SignUp(p.As(p.Visitor), account.SignUp{Email: someone, Name: "Grace <b>{{.Portal}}"}); err != nil {
			t.Fatal(err)
		}
		p.deliver()
		got := only(t, c)
		if got.From != "portal@portal.example" || got.To != someone || got.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("the mail is from %s to %s: %v", got.From, got.To, got.Header)
		}
		link := tokenInLink.FindStringSubmatch(got.Text)
		if len(link) != 2 || !strings.Contains(got.Text, portalURL+"/verify-email?token="+link[1]) || !strings.Contains(got.HTML, `href="`+portalURL+`/verify-email?token=`+link[1]+`"`) {
			t.Fatalf("the mail has no link:\n%s\n%s", got.Text, got.HTML)
		}
		if !strings.Contains(got.Text, "12 March 2026, 09:00 UTC") || !strings.Contains(got.Text, "Käse Portal") || strings.Contains(got.Text+got.HTML, "Grace") {
			t.Errorf("the mail reads:\n%s", got.Text)
		}
		verified, err := p.Accounts.VerifyEmail(p.As(p.Visitor), link[1])
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Accounts.ResetPassword(p.As(p.Visitor), account.NewPassword{Token: verified.Token, Password: testkit.Password}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.log.String(), link[1]) || strings.Contains(p.log.String(), someone) {
			t.Errorf("the log contains too much:\n%s", p.log)
		}
		if got := p.outbox(t); got != "sent after 1" {
			t.Errorf("the outbox: %s", got)
		}
		p.deliver()
		only(t, c)
	})
}

func TestTextsAndLinks(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	p := newPost(t, kit, "smtp://"+c.Address)
	added, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: someone, Name: "Grace", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	invited := map[string]string{"account": added.Account.ID.Hex(), "team": "Acme & <b>{{.Portal}}", "role": "viewer", "inviter": "owner@acme.example", "until": "2026-12-09T08:00:00Z"}
	member := p.Member.Name
	turnedAway := added.Account
	turnedAway.ID, turnedAway.Email, turnedAway.State = id.New[identity.AccountID](p.Clock.Now()), "eve@hopper.example", account.Rejected
	if err := p.DB.Accounts().SaveAccount(t.Context(), turnedAway); err != nil {
		t.Fatal(err)
	}
	changed := func(was, state string, more ...string) map[string]string {
		params := map[string]string{"application": "Shop <b>", "api": "Maps 2", "was": was, "state": state}
		for i := 0; i < len(more); i += 2 {
			params[more[i]] = more[i+1]
		}
		return params
	}
	reason := map[string]string{"account": turnedAway.ID.Hex(), "reason": "We know <b>nobody</b> of that name."}
	for _, test := range []struct {
		message event.Message
		subject string
		text    string
	}{
		{event.Message{To: someone, Template: "set_up", Params: map[string]string{"account": added.Account.ID.Hex()}}, "Your account at Käse Portal", portalURL + "/set-up/"},
		{event.Message{To: someone, Template: "invitation", Params: invited}, "You are invited to a team at Käse Portal", portalURL + "/set-up/"},
		{event.Message{To: someone, Template: "invitation", Params: invited}, "You are invited to a team at Käse Portal", "The invitation is valid until 9 December 2026.\n\nThe link works once, until 12 March 2026, 09:00 UTC. After that, request a new one under Forgot password?"},
		{event.Message{To: someone, Template: "verify_email", Params: map[string]string{"front": front}}, "Confirm your email address at Käse Portal", front + "/login?email=grace%40hopper.example&token="},
		{event.Message{To: someone, Template: "verify_email", Params: map[string]string{"front": "https://evil.example"}}, "Confirm your email address at Käse Portal", portalURL + "/verify-email?token="},
		{event.Message{To: someone, Template: "approved", Params: map[string]string{"account": added.Account.ID.Hex()}}, "Your account at Käse Portal is approved", portalURL + "/verify-email?token="},
		{event.Message{To: turnedAway.Email, Template: "rejected", Params: reason}, "Your sign-up at Käse Portal", "We know <b>nobody</b> of that name.\n"},
		{event.Message{To: member, Template: "reset_password", Params: map[string]string{"front": front}}, "Reset your password at Käse Portal", front + "/reset-password?email=member%40acme.example&token="},
		{event.Message{To: member, Template: "reset_password"}, "Reset your password at Käse Portal", portalURL + "/reset-password?token="},
		{event.Message{To: member, Template: "verify_email"}, "You have an account at Käse Portal", portalURL + "/sign-in\n"},
		{event.Message{To: member, Template: "verify_email", Params: map[string]string{"front": front}}, "You have an account at Käse Portal", front + "/login\n"},
		{event.Message{To: someone, Template: "approved", Params: map[string]string{"account": added.Account.ID.Hex(), "front": front}}, "Your account at Käse Portal is approved", front + "/login?email=grace%40hopper.example&token="},
		{event.Message{To: turnedAway.Email, Template: "verify_email"}, "Your sign-up at Käse Portal", "was not approved."},
		{event.Message{To: member, Template: "key_leaked", Params: map[string]string{"team": "Acme", "key": "Primary", "closed": "revoked"}}, "A key of Acme was found in public", portalURL + "/profile\n"},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("approved", "suspended", "reason", "Odd <b>calls</b>", "application_id", "4711")}, "Shop <b>: access to Maps 2 is suspended", "Its calls are refused.\n\nReason: Odd <b>calls</b>\n\nIts keys stay and work again when access is reinstated"},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("approved", "suspended", "application_id", "4711")}, "Shop <b>: access to Maps 2 is suspended", "Ask the portal's operators what is needed.\n\n" + portalURL + "/applications/4711\n"},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("suspended", "approved", "support", "help@portal.example")}, "Shop <b>: access to Maps 2 works again", "same keys as before.\n\n" + portalURL + "/profile\n"},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("suspended", "revoked", "support", "help@portal.example", "front", front)}, "Shop <b>: access to Maps 2 is revoked", "If you need it, contact help@portal.example.\n\n" + front + "/login\n"},
		{event.Message{To: member, Template: "sign_up_waits", Params: map[string]string{"email": someone}}, "New sign-up waits for approval at Käse Portal", "waits for your decision.\n\n" + portalURL + "/staff/people?state=pending\n"},
		{event.Message{To: member, Template: "request_waits", Params: map[string]string{"application": "Shop <b>", "team": "Acme", "api": "Maps 2"}}, "New request waits for approval at Käse Portal", "Shop <b>, an application of Acme, requests access to Maps 2 at Käse Portal and waits for your decision.\n\n" + portalURL + "/staff/requests\n"},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("pending", "cancelled")}, "Shop <b>: access to Maps 2 is cancelled", "It had not been decided yet.\n\nYou can request access again. If you have questions, contact the portal's operators."},
		{event.Message{To: member, Template: "subscription_changed", Params: changed("approved", "expired", "api", "")}, "Shop <b>: access has ended", "the access of Shop <b> has ended. Its calls are refused."},
		{event.Message{To: member, Template: "request_decided", Params: changed("", "approved", "application_id", "4711")}, "Your request at Käse Portal is approved", "Shop <b> has access to Maps 2 at Käse Portal.\n\nYou find its keys in the portal. We never send keys by email.\n\n" + portalURL + "/applications/4711\n"},
		{event.Message{To: member, Template: "request_decided", Params: changed("", "rejected", "api", "", "plans", "Gold")}, "Your request at Käse Portal is rejected", "did not get access under Gold at Käse Portal.\n\n" + portalURL + "/applications/requests\n"},
		{event.Message{To: member, Template: "request_decided", Params: changed("", "approved", "application_id", "4711", "front", front)}, "Your request at Käse Portal is approved", front + "/login\n"},
	} {
		before := len(c.Mails())
		p.leave(t, test.message)
		p.deliver()
		if len(c.Mails()) != before+1 {
			t.Fatalf("%+v is not sent: %s\n%s", test.message, p.outbox(t), p.log)
		}
		got := c.Mails()[before]
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil || subject != test.subject || !strings.Contains(got.Text, test.text) {
			t.Errorf("%+v reads %q (%v):\n%s", test.message, subject, err, got.Text)
		}
		if strings.Contains(got.Text+got.HTML, "evil") || strings.Contains(got.HTML, "<b>") || strings.Contains(got.Text, "ZgotmplZ") {
			t.Errorf("%+v contains a forbidden text:\n%s\n%s", test.message, got.Text, got.HTML)
		}
		if test.message.Template == "invitation" && !strings.Contains(got.Text, "Acme & <b>{{.Portal}}") {
			t.Errorf("text that people typed was changed:\n%s", got.Text)
		}
	}
}

func TestUnwantedMailIsDropped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		p := newPost(t, kit, "smtp://"+c.Address)
		p.forget(t, "nobody@acme.example")
		p.forget(t, p.Member.Name)
		if err := p.Accounts.Block(p.As(p.Staff), p.Member.Account); err != nil {
			t.Fatal(err)
		}
		p.deliver()
		if n := len(c.Mails()); n != 0 || p.outbox(t) != "" {
			t.Errorf("%d mails were sent, the outbox: %s", n, p.outbox(t))
		}
	})
}

func TestHeaderInjectionIsRefused(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	for name, change := range map[string]func(*mail.Config){
		"as it is": func(*mail.Config) {},
		"a portal of two lines": func(config *mail.Config) {
			config.Brand = func(context.Context) (mail.Brand, error) {
				return mail.Brand{Name: "Portal\r\nBcc: all@acme.example"}, nil
			}
		},
	} {
		p := newPost(t, kit, "smtp://"+c.Address, change)
		messages := []event.Message{
			{To: "a@acme.example\r\nBcc: all@acme.example", Template: "key_leaked", Params: map[string]string{"team": "Acme"}},
			{To: "a@acme.example, all@acme.example", Template: "key_leaked", Params: map[string]string{"team": "Acme"}},
			{To: "a@acme.example", Template: "key_leaked", Params: map[string]string{"team": "Acme\r\nBcc: all@acme.example"}},
			{To: "a@acme.example", Template: "none_of_ours"},
		}
		if name != "as it is" {
			messages = []event.Message{{To: p.Member.Name, Template: "reset_password"}}
		}
		for _, message := range messages {
			p.leave(t, message)
		}
		p.deliver()
		if state := p.outbox(t); strings.Contains(state, "waits") || strings.Contains(state, "sent") || len(c.Mails()) != 0 {
			t.Errorf("%s: %s", name, state)
		}
	}
}

// TestMailHasTheBrandOfThePortal checks the colours of the HTML, and that it loads nothing from elsewhere.
func TestMailHasTheBrandOfThePortal(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	brand := mail.Brand{
		Name:  "Northwind & Sons",
		Light: mail.Accent{Fill: "#f5e663", Content: "#0b0e12", Text: "#7a6900"}, Dark: mail.Accent{Fill: "#86b2ff", Content: "#0c0e12", Text: "#87b2ff"},
	}
	p := newPost(t, kit, "smtp://"+c.Address, func(config *mail.Config) {
		config.Brand = func(context.Context) (mail.Brand, error) { return brand, nil }
	})
	p.leave(t, event.Message{To: kit.Member.Name, Template: "reset_password"})
	p.deliver()
	got := only(t, c)
	for _, want := range []string{
		"Northwind &amp; Sons</p>", `color:#0b0e12;background:#f5e663;text-decoration:none">Set password</a>`, "color:#7a6900",
		".button { background: #86b2ff !important; color: #0c0e12 !important; }", ".link { color: #87b2ff !important; }", `href="` + portalURL + `"`,
	} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("the mail has no %s:\n%s", want, got.HTML)
		}
	}
	for _, unwanted := range []string{"ZgotmplZ", "<img", "src=", "url(", "<link", "@import"} {
		if strings.Contains(got.HTML, unwanted) {
			t.Errorf("the mail has %s", unwanted)
		}
	}
	if !strings.Contains(got.Text, "-- \nNorthwind & Sons\n"+portalURL) {
		t.Errorf("the text ends with:\n%s", got.Text)
	}
}

func TestSenderHasThePortalsName(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	for i, name := range []string{`Portal\`, `The "Portal", Ltd.`, "Käse Portal"} {
		p := newPost(t, kit, "smtp://"+c.Address+"?from=Support%20<help@portal.example>", func(config *mail.Config) {
			config.Brand = func(context.Context) (mail.Brand, error) { return mail.Brand{Name: name}, nil }
		})
		p.leave(t, event.Message{To: kit.Member.Name, Template: "reset_password"})
		p.deliver()
		if len(c.Mails()) != i+1 {
			t.Fatalf("%s: %s", name, p.outbox(t))
		}
		got := c.Mails()[i]
		if from, err := got.Header.AddressList("From"); err != nil || from[0].Name != name || from[0].Address != "help@portal.example" || got.From != "help@portal.example" {
			t.Errorf("%s: it is from %v, %s (%v)", name, from, got.From, err)
		}
	}
}
