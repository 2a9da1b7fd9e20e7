package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

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

// post is a sender over the kit's outbox, which hands mail to a catcher.
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
		PortalName: func(context.Context) (string, error) { return "Käse Portal", nil },
		Logger:     slog.New(slog.NewTextHandler(log, nil)), Now: kit.Clock.Now,
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

// outbox is how the messages stand: state, tries, when next, why not.
func (p *post) outbox(t *testing.T) string {
	t.Helper()
	var told []string
	err := p.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		if chunk.Table != "outbox" {
			return nil
		}
		lines := strings.Split(strings.TrimSuffix(string(chunk.Rows), "\n"), "\n")[1:]
		slices.Sort(lines) // they begin with their ids
		for _, line := range lines {
			var row []any // id, at, recipient, template, params, sent_at, attempts, next_at, failure
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				return err
			}
			sent, tries, next, failure := row[5].(float64), row[6].(float64), row[7].(float64), row[8].(string)
			switch {
			case sent > 0:
				told = append(told, fmt.Sprintf("sent after %v", tries))
			case next == 0:
				told = append(told, fmt.Sprintf("failed after %v: %s", tries, failure))
			default:
				told = append(told, fmt.Sprintf("waits after %v for %s: %s", tries, time.UnixMicro(int64(next)).Sub(p.Clock.Now()), failure))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(told, "; ")
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

func TestAMailLeadsToAPassword(t *testing.T) {
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
			t.Errorf("the log tells too much:\n%s", p.log)
		}
		if got := p.outbox(t); got != "sent after 1" {
			t.Errorf("the outbox: %s", got)
		}
		p.deliver()
		only(t, c)
	})
}

func TestEveryMailSaysWhatItShall(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	p := newPost(t, kit, "smtp://"+c.Address)
	added, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: someone, Name: "Grace", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	invited := map[string]string{"account": added.Account.ID.Hex(), "team": "Acme & <b>{{.Portal}}", "role": "viewer", "inviter": "owner@acme.example"}
	member := p.Member.Name
	turnedAway := added.Account
	turnedAway.ID, turnedAway.Email, turnedAway.State = id.New[identity.AccountID](p.Clock.Now()), "eve@hopper.example", account.Rejected
	if err := p.DB.Accounts().SaveAccount(t.Context(), turnedAway); err != nil {
		t.Fatal(err)
	}
	reason := map[string]string{"account": turnedAway.ID.Hex(), "reason": "We know <b>nobody</b> of that name."}
	for _, test := range []struct {
		message event.Message
		subject string
		text    string
	}{
		{event.Message{To: someone, Template: "set_up", Params: map[string]string{"account": added.Account.ID.Hex()}}, "Your account at Käse Portal", portalURL + "/set-up/"},
		{event.Message{To: someone, Template: "invitation", Params: invited}, "You are invited into a team at Käse Portal", portalURL + "/set-up/"},
		{event.Message{To: someone, Template: "verify_email", Params: map[string]string{"front": front}}, "Confirm your address at Käse Portal", front + "/login?email=grace%40hopper.example&token="},
		{event.Message{To: someone, Template: "verify_email", Params: map[string]string{"front": "https://evil.example"}}, "Confirm your address at Käse Portal", portalURL + "/verify-email?token="},
		{event.Message{To: someone, Template: "approved", Params: map[string]string{"account": added.Account.ID.Hex()}}, "Your account at Käse Portal is approved", portalURL + "/verify-email?token="},
		{event.Message{To: turnedAway.Email, Template: "rejected", Params: reason}, "Your sign-up at Käse Portal", "We know <b>nobody</b> of that name.\n"},
		{event.Message{To: member, Template: "reset_password", Params: map[string]string{"front": front}}, "Choose another password at Käse Portal", front + "/reset-password?email=member%40acme.example&token="},
		{event.Message{To: member, Template: "reset_password"}, "Choose another password at Käse Portal", portalURL + "/reset-password?token="},
		{event.Message{To: member, Template: "verify_email"}, "You have an account at Käse Portal", portalURL + "/sign-in\n"},
		{event.Message{To: member, Template: "verify_email", Params: map[string]string{"front": front}}, "You have an account at Käse Portal", front + "/login\n"},
		{event.Message{To: someone, Template: "approved", Params: map[string]string{"account": added.Account.ID.Hex(), "front": front}}, "Your account at Käse Portal is approved", front + "/login?email=grace%40hopper.example&token="},
		{event.Message{To: turnedAway.Email, Template: "verify_email"}, "Your sign-up at Käse Portal", "was not approved."},
		{event.Message{To: member, Template: "key_leaked", Params: map[string]string{"team": "Acme", "key": "Primary", "closed": "revoked"}}, "A key of Acme was found in public", portalURL + "/profile\n"},
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
			t.Errorf("%+v lets through what it must not:\n%s\n%s", test.message, got.Text, got.HTML)
		}
		if test.message.Template == "invitation" && !strings.Contains(got.Text, "Acme & <b>{{.Portal}}") {
			t.Errorf("what people have typed is not shown as it is:\n%s", got.Text)
		}
	}
}

func TestNobodyGetsWhatIsNotWantedAnyMore(t *testing.T) {
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
			t.Errorf("%d mails have left, the outbox: %s", n, p.outbox(t))
		}
	})
}

func TestARefusedRecipientIsNotTriedAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		refusal := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil, func(c *testkit.Catcher) {
			c.Refuse = func(recipient string) error {
				if strings.HasPrefix(recipient, "member@") {
					return refusal
				}
				return nil
			}
		})
		p := newPost(t, kit, "smtp://"+c.Address)
		p.forget(t, p.Member.Name)
		p.forget(t, p.Owner.Name)
		p.deliver()
		told := p.outbox(t)
		if !strings.HasPrefix(told, "failed after 1: ") || !strings.Contains(told, "No such mailbox") || !strings.HasSuffix(told, "; sent after 1") {
			t.Errorf("the outbox: %s", told)
		}
		only(t, c)

		refusal.Code, refusal.EnhancedCode = 450, smtp.EnhancedCode{4, 2, 0}
		p.forget(t, p.Member.Name)
		p.deliver()
		if told := p.outbox(t); !strings.Contains(told, "waits after 1 for 1m0s") {
			t.Errorf("refused for now: %s", told)
		}
		log := p.log.String()
		if strings.Contains(log, "@") || strings.Contains(log, "mailbox") || !strings.Contains(log, "550 5.1.1") {
			t.Errorf("the log tells of somebody's address, or does not tell what the server said:\n%s", log)
		}
	})
}

func TestAServerThatIsDownIsTriedAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		p := newPost(t, kit, "smtp://"+address)
		p.leave(t, event.Message{To: p.Member.Name, Template: "key_leaked", Params: map[string]string{"team": "Acme"}})
		for i, wait := range []time.Duration{1, 3, 9, 27, 81, 243, 360, 360, 360} {
			p.deliver()
			want := fmt.Sprintf("waits after %d for %s: ", i+1, wait*time.Minute)
			if told := p.outbox(t); !strings.HasPrefix(told, want) || !strings.Contains(told, "connection refused") {
				t.Fatalf("the outbox: %s; want %s", told, want)
			}
			p.Clock.Advance(wait*time.Minute - time.Microsecond)
			p.deliver()
			if told := p.outbox(t); !strings.HasPrefix(told, fmt.Sprintf("waits after %d ", i+1)) {
				t.Fatalf("tried too early: %s", told)
			}
			p.Clock.Advance(time.Microsecond)
			if i == 6 {
				p.forget(t, p.Owner.Name)
			}
		}
		p.deliver()
		if told := p.outbox(t); !strings.HasPrefix(told, "failed after 10: ") || !strings.Contains(told, "; waits after ") {
			t.Errorf("the outbox: %s", told)
		}
		c := testkit.NewCatcher(t, address, nil)
		p.Clock.Advance(6 * time.Hour)
		p.deliver()
		if got := only(t, c); got.To != p.Owner.Name || !tokenInLink.MatchString(got.Text) {
			t.Errorf("caught %+v", got)
		}
		if err := p.Accounts.ResetPassword(p.As(p.Visitor), account.NewPassword{
			Token: tokenInLink.FindStringSubmatch(only(t, c).Text)[1], Password: testkit.Password,
		}); err != nil {
			t.Errorf("the link of a mail that waited for hours: %v", err)
		}
	})
}

// killed is the outbox of a node that ends between sending and writing it down.
type killed struct{ mail.Outbox }

func (killed) MessageSent(context.Context, event.MessageID) error { return errors.New("killed") }

func TestAMailIsSentAgainByAnotherNodeWhereOneWasKilled(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		p := newPost(t, kit, "smtp://"+c.Address, func(config *mail.Config) { config.Outbox = killed{config.Outbox} })
		another := newPost(t, kit.Another(t), "smtp://"+c.Address)
		p.forget(t, p.Member.Name)
		p.deliver()
		another.deliver() // while the lease of the first lasts
		only(t, c)
		p.Clock.Advance(10*time.Minute - time.Microsecond)
		another.deliver()
		only(t, c)
		p.Clock.Advance(time.Microsecond)
		another.deliver()
		mails := c.Mails()
		if len(mails) != 2 || mails[0].Header.Get("Message-Id") != mails[1].Header.Get("Message-Id") || mails[0].Header.Get("Message-Id") == "" {
			t.Fatalf("%d mails were caught: %v", len(mails), mails)
		}
		for _, got := range mails { // whichever of the two the person opens
			if _, err := p.Accounts.LinkHolder(p.As(p.Visitor), tokenInLink.FindStringSubmatch(got.Text)[1], account.ResetPassword); err != nil {
				t.Error(err)
			}
		}
		if told := p.outbox(t); told != "sent after 2" {
			t.Errorf("the outbox: %s", told)
		}
	})
}

func TestAServerThatHangsUpHasTheMailAllTheSame(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil, func(c *testkit.Catcher) { c.HangsUp = true })
	p := newPost(t, kit, "smtp://"+c.Address)
	p.forget(t, p.Member.Name)
	p.deliver()
	if told := p.outbox(t); told != "sent after 1" {
		t.Errorf("the outbox: %s", told)
	}
	only(t, c)
}

func TestManyNodesSendEachMailOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		p := newPost(t, kit, "smtp://"+c.Address)
		const mails = 12
		for range mails {
			p.leave(t, event.Message{To: p.Member.Name, Template: "reset_password"})
		}
		done := make(chan bool)
		for range 3 {
			another := newPost(t, kit.Another(t), "smtp://"+c.Address)
			go func() {
				another.deliver()
				done <- true
			}()
		}
		for range 3 {
			<-done
		}
		if n := len(c.Mails()); n != mails {
			t.Errorf("%d mails were caught, want %d: %s", n, mails, p.outbox(t))
		}
	})
}

func TestMailGoesOverTLSThatIsVouchedFor(t *testing.T) {
	kit := testkit.New(t)
	secure, pool := selfMade(t)
	trusting := func(config *mail.Config) { config.Server.Roots = pool }
	strict := func(config *mail.Config) { config.Server.Own = false } // as for a server on another machine
	withTLS, withoutTLS := testkit.NewCatcher(t, "127.0.0.1:0", secure), testkit.NewCatcher(t, "127.0.0.1:0", nil)
	login := testkit.NewCatcher(t, "127.0.0.1:0", secure, func(c *testkit.Catcher) { c.Password = "p@ss word" })
	for _, test := range []struct {
		what    string
		catcher *testkit.Catcher
		server  string
		changes []func(*mail.Config)
		failure string
	}{
		{"a certificate that nobody vouches for", withTLS, "smtp://" + withTLS.Address, []func(*mail.Config){strict}, "certificate"},
		{"no TLS on another machine", withoutTLS, "smtp://" + withoutTLS.Address, []func(*mail.Config){strict}, "STARTTLS"},
		{"a certificate of the same machine's", withTLS, "smtp://" + withTLS.Address, nil, ""},
		{"no TLS in one's own network", withTLS, "smtp://" + withTLS.Address + "?tls=off", []func(*mail.Config){strict}, "in the clear"},
		{"STARTTLS", withTLS, "smtp://" + withTLS.Address, []func(*mail.Config){strict, trusting}, ""},
		{"a wrong password", login, "smtp://portal:wrong@" + login.Address, []func(*mail.Config){strict, trusting}, "535"},
		{"no password", login, "smtp://" + login.Address, []func(*mail.Config){strict, trusting}, "authenticate"},
		{"a password", login, "smtp://portal:p%40ss%20word@" + login.Address, []func(*mail.Config){strict, trusting}, ""},
	} {
		p := newPost(t, kit, test.server, test.changes...)
		before := len(test.catcher.Mails())
		p.leave(t, event.Message{To: p.Member.Name, Template: "reset_password"})
		p.deliver()
		told := p.outbox(t)
		told = told[strings.LastIndex(told, ";")+1:]
		if test.failure == "in the clear" {
			if mails := test.catcher.Mails(); len(mails) != before+1 || mails[before].TLS {
				t.Errorf("%s: %s", test.what, told)
			}
		} else if test.failure != "" {
			if !strings.Contains(told, "waits after 1 for 1m0s") || !strings.Contains(told, test.failure) || len(test.catcher.Mails()) != before {
				t.Errorf("%s: %s", test.what, told)
			}
			if strings.Contains(told, "wrong") || strings.Contains(p.log.String(), "wrong") {
				t.Errorf("%s: the password is shown: %s", test.what, told)
			}
		} else if mails := test.catcher.Mails(); len(mails) != before+1 || !mails[before].TLS {
			t.Errorf("%s: %s", test.what, told)
		}
	}
}

func TestHeadersOfSeveralLinesAreRefused(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	for name, change := range map[string]func(*mail.Config){
		"as it is": func(*mail.Config) {},
		"a portal of two lines": func(config *mail.Config) {
			config.PortalName = func(context.Context) (string, error) { return "Portal\r\nBcc: all@acme.example", nil }
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
		if told := p.outbox(t); strings.Contains(told, "waits") || strings.Contains(told, "sent") || len(c.Mails()) != 0 {
			t.Errorf("%s: %s", name, told)
		}
	}
}

func TestAddressesOfServers(t *testing.T) {
	for text, want := range map[string]mail.Server{
		"smtp://mail.example":                            {Host: "mail.example", Port: 587},
		"smtps://mail.example":                           {Host: "mail.example", Port: 465, TLS: true},
		"smtp://a%40b.example:p%2Fw@mail.example:25":     {Host: "mail.example", Port: 25, User: "a@b.example", Password: "p/w", From: "a@b.example"},
		"smtp://localhost:1025?from=x@y.example":         {Host: "localhost", Port: 1025, Own: true, From: "x@y.example"},
		"smtp://[::1]:1025":                              {Host: "::1", Port: 1025, Own: true},
		"smtp://relay.example?tls=off":                   {Host: "relay.example", Port: 587, Plain: true},
		"smtp://relay.example?from=Help%20<a@b.example>": {Host: "relay.example", Port: 587, From: "a@b.example"},
	} {
		if got, err := mail.ParseServer(text); err != nil || got != want {
			t.Errorf("%s is read as %+v (%v)", text, got, err)
		}
	}
	for _, text := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtp://user:secret@mail.example?from=nobody", "smtp://user:sec%ret@mail.example", "smtp://mail.example:0", "smtp://mail.example:65536"} {
		if _, err := mail.ParseServer(text); err == nil || strings.Contains(err.Error(), "sec") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAServerThatTakesItsTimeIsTriedAgain(t *testing.T) {
	kit := testkit.New(t)
	answer := make(chan struct{})
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil, func(c *testkit.Catcher) {
		c.Accept = func() error {
			<-answer
			return nil
		}
	})
	impatient := newPost(t, kit, "smtp://"+c.Address, func(config *mail.Config) { config.Server.Timeout = time.Second })
	patient := newPost(t, kit, "smtp://"+c.Address)
	impatient.forget(t, kit.Member.Name)
	impatient.deliver()
	if told := impatient.outbox(t); !strings.HasPrefix(told, "waits after 1 for 1m0s") || !strings.Contains(told, "timeout") {
		t.Errorf("the outbox: %s", told)
	}
	close(answer)
	kit.Clock.Advance(time.Minute)
	patient.deliver()
	if told := patient.outbox(t); told != "sent after 2" {
		t.Errorf("the outbox: %s", told)
	}
}

func TestThePortalsNameIsTheSendersAsItStands(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
	for i, name := range []string{`Portal\`, `The "Portal", Ltd.`, "Käse Portal"} {
		p := newPost(t, kit, "smtp://"+c.Address+"?from=Support%20<help@portal.example>", func(config *mail.Config) {
			config.PortalName = func(context.Context) (string, error) { return name, nil }
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
