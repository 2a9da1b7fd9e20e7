package mail_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// If these variables are set, the test binary acts as another process that sends waiting messages.
const (
	sendDatabase = "PORTICO_TEST_SEND_DATABASE"
	sendServer   = "PORTICO_TEST_SEND_SERVER"
)

func TestMain(m *testing.M) {
	if database := os.Getenv(sendDatabase); database != "" {
		fmt.Fprintln(os.Stderr, sendAlone(database, os.Getenv(sendServer)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sendAlone sends until it is killed.
func sendAlone(database, server string) error {
	ctx := identity.With(context.Background(), identity.SystemPrincipal("mail"))
	now := clock.NewFrozen(testkit.Start).Now
	db, err := store.Open(ctx, store.Config{URL: database, Now: now})
	if err != nil {
		return err
	}
	parsed, err := mail.ParseServer(server)
	if err != nil {
		return err
	}
	return mail.New(mail.Config{
		Outbox: db, Letters: account.New(account.Config{Store: db.Accounts(), Events: db, Now: now}), Server: parsed,
		Brand: func(context.Context) (mail.Brand, error) { return mail.Brand{Name: "Portal"}, nil }, PortalURL: portalURL,
		Logger: slog.New(slog.DiscardHandler), Now: now,
	}).Run(ctx)
}

func TestMailOfAKilledNodeIsSentOnceMore(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		dead := make(chan struct{})
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil, func(c *testkit.Catcher) {
			c.Accept = func() error {
				<-dead // the mail has arrived, and the sender does not know it
				return nil
			}
		})
		p := newPost(t, kit, "smtp://"+c.Address)
		p.forget(t, p.Member.Name)
		first := killedWhileSending(t, kit, c)
		close(dead)

		p.deliver()
		if state := p.outbox(t); state != "waits after 1 for 10m0s: " {
			t.Errorf("the outbox during the lease of the killed process: %s", state)
		}
		p.Clock.Advance(10 * time.Minute)
		p.deliver()
		if again := c.Next(t); again.To != first.To || again.Header.Get("Message-Id") != first.Header.Get("Message-Id") {
			t.Errorf("the repetition is to %s, %s", again.To, again.Header.Get("Message-Id"))
		}
		p.Clock.Advance(10 * time.Minute)
		p.deliver()
		if state := p.outbox(t); len(c.Mails()) != 2 || state != "sent after 2" {
			t.Errorf("%d mails were caught; the outbox: %s", len(c.Mails()), state)
		}
	})
}

// killedWhileSending kills another process that has just handed a mail to the server.
func killedWhileSending(t *testing.T, kit *testkit.Kit, c *testkit.Catcher) testkit.Mail {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), sendDatabase+"="+kit.URL, sendServer+"=smtp://"+c.Address)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = command.Wait() }() // it was killed
	defer func() { _ = command.Process.Kill() }()
	return c.Next(t)
}
