package mail_test

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/testkit"
)

func TestMailNeedsTrustedTLS(t *testing.T) {
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
		{"an untrusted certificate", withTLS, "smtp://" + withTLS.Address, []func(*mail.Config){strict}, "certificate"},
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
		state := p.outbox(t)
		state = state[strings.LastIndex(state, ";")+1:]
		if test.failure == "in the clear" {
			if mails := test.catcher.Mails(); len(mails) != before+1 || mails[before].TLS {
				t.Errorf("%s: %s", test.what, state)
			}
		} else if test.failure != "" {
			if !strings.Contains(state, "waits after 1 for 1m0s") || !strings.Contains(state, test.failure) || len(test.catcher.Mails()) != before {
				t.Errorf("%s: %s", test.what, state)
			}
			if strings.Contains(state, "wrong") || strings.Contains(p.log.String(), "wrong") {
				t.Errorf("%s: the password is shown: %s", test.what, state)
			}
		} else if mails := test.catcher.Mails(); len(mails) != before+1 || !mails[before].TLS {
			t.Errorf("%s: %s", test.what, state)
		}
	}
}

func TestParseServer(t *testing.T) {
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
			t.Errorf("%s was parsed as %+v (%v)", text, got, err)
		}
	}
	for _, text := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtp://user:secret@mail.example?from=nobody", "smtp://user:sec%ret@mail.example", "smtp://mail.example:0", "smtp://mail.example:65536"} {
		if _, err := mail.ParseServer(text); err == nil || strings.Contains(err.Error(), "sec") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
