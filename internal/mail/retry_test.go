package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/testkit"
)

func TestRefusedRecipientIsNotRetried(t *testing.T) {
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
		state := p.outbox(t)
		if !strings.HasPrefix(state, "failed after 1: ") || !strings.Contains(state, "No such mailbox") || !strings.HasSuffix(state, "; sent after 1") {
			t.Errorf("the outbox: %s", state)
		}
		only(t, c)

		refusal.Code, refusal.EnhancedCode = 450, smtp.EnhancedCode{4, 2, 0}
		p.forget(t, p.Member.Name)
		p.deliver()
		if state := p.outbox(t); !strings.Contains(state, "waits after 1 for 1m0s") {
			t.Errorf("refused for now: %s", state)
		}
		log := p.log.String()
		if strings.Contains(log, "@") || strings.Contains(log, "mailbox") || !strings.Contains(log, "550 5.1.1") {
			t.Errorf("the log contains an address, or lacks the server's reply:\n%s", log)
		}
	})
}

func TestServerThatIsDownIsRetried(t *testing.T) {
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
			if state := p.outbox(t); !strings.HasPrefix(state, want) || !strings.Contains(state, "connection refused") {
				t.Fatalf("the outbox: %s; want %s", state, want)
			}
			p.Clock.Advance(wait*time.Minute - time.Microsecond)
			p.deliver()
			if state := p.outbox(t); !strings.HasPrefix(state, fmt.Sprintf("waits after %d ", i+1)) {
				t.Fatalf("tried too early: %s", state)
			}
			p.Clock.Advance(time.Microsecond)
			if i == 6 {
				p.forget(t, p.Owner.Name)
			}
		}
		p.deliver()
		if state := p.outbox(t); !strings.HasPrefix(state, "failed after 10: ") || !strings.Contains(state, "; waits after ") {
			t.Errorf("the outbox: %s", state)
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

// killed is the outbox of a node that dies between sending and recording it.
type killed struct{ mail.Outbox }

func (killed) MessageSent(context.Context, event.MessageID) error { return errors.New("killed") }

func TestAnotherNodeSendsTheMailOfAKilledOne(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		c := testkit.NewCatcher(t, "127.0.0.1:0", nil)
		p := newPost(t, kit, "smtp://"+c.Address, func(config *mail.Config) { config.Outbox = killed{config.Outbox} })
		another := newPost(t, kit.Another(t), "smtp://"+c.Address)
		p.forget(t, p.Member.Name)
		p.deliver()
		another.deliver() // during the lease of the first
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
		for _, got := range mails { // the person may use the link of either
			if _, err := p.Accounts.LinkHolder(p.As(p.Visitor), tokenInLink.FindStringSubmatch(got.Text)[1], account.ResetPassword); err != nil {
				t.Error(err)
			}
		}
		if state := p.outbox(t); state != "sent after 2" {
			t.Errorf("the outbox: %s", state)
		}
	})
}

func TestServerThatDisconnectsHasTheMail(t *testing.T) {
	kit := testkit.New(t)
	c := testkit.NewCatcher(t, "127.0.0.1:0", nil, func(c *testkit.Catcher) { c.HangsUp = true })
	p := newPost(t, kit, "smtp://"+c.Address)
	p.forget(t, p.Member.Name)
	p.deliver()
	if state := p.outbox(t); state != "sent after 1" {
		t.Errorf("the outbox: %s", state)
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

func TestSlowServerIsRetried(t *testing.T) {
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
	if state := impatient.outbox(t); !strings.HasPrefix(state, "waits after 1 for 1m0s") || !strings.Contains(state, "timeout") {
		t.Errorf("the outbox: %s", state)
	}
	close(answer)
	kit.Clock.Advance(time.Minute)
	patient.deliver()
	if state := patient.outbox(t); state != "sent after 2" {
		t.Errorf("the outbox: %s", state)
	}
}
