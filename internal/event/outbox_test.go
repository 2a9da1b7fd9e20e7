package event_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// post puts one message in each state into the outbox and returns them.
func post(t *testing.T, kit *testkit.Kit) map[event.MessageState]event.Delivery {
	t.Helper()
	ctx := kit.As(kit.Staff)
	added, err := kit.Accounts.AddAccount(ctx, account.NewAccount{Email: "new@acme.example", Team: kit.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range []event.Message{
		{To: added.Account.Email, Template: "invitation", Params: map[string]string{"team": "Acme"}},
		{To: "failed@acme.example", Template: "key_leaked"},
		{To: "sent@acme.example", Template: "key_leaked"},
	} {
		kit.Clock.Advance(time.Second)
		if err := kit.DB.Send(ctx, message); err != nil {
			t.Fatal(err)
		}
	}
	kit.Exec(t, "UPDATE outbox SET attempts = 9, next_at = 0, failure = 'mailbox full' WHERE recipient = 'failed@acme.example'")
	kit.Exec(t, "UPDATE outbox SET attempts = 1, next_at = 0, sent_at = 1 WHERE recipient = 'sent@acme.example'")
	found, err := kit.Outbox.Messages(ctx, event.OutboxFilter{}, page.Request{})
	if err != nil || found.Total != 3 {
		t.Fatal(found.Total, err)
	}
	posted := map[event.MessageState]event.Delivery{}
	for _, message := range found.Items {
		posted[message.State()] = message
	}
	return posted
}

func TestTheOutboxIsListed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		posted := post(t, kit)
		if waiting := posted[event.MessageWaiting]; !waiting.Invited || waiting.Params["team"] != "Acme" || !waiting.NextAt.Equal(waiting.At) {
			t.Errorf("the waiting message is %+v", waiting)
		}
		if failed := posted[event.MessageFailed]; failed.Invited || failed.Failure != "mailbox full" || failed.Attempts != 9 {
			t.Errorf("the failed message is %+v", failed)
		}
		for _, test := range []struct {
			filter event.OutboxFilter
			want   []string
		}{
			{event.OutboxFilter{}, []string{"sent@acme.example", "failed@acme.example", "new@acme.example"}},
			{event.OutboxFilter{State: event.MessageSent}, []string{"sent@acme.example"}},
			{event.OutboxFilter{State: event.MessageFailed}, []string{"failed@acme.example"}},
			{event.OutboxFilter{State: event.MessageWaiting}, []string{"new@acme.example"}},
			{event.OutboxFilter{Search: "LEAKED"}, []string{"sent@acme.example", "failed@acme.example"}},
			{event.OutboxFilter{Search: "SENT@acme.example"}, []string{"sent@acme.example"}},
			{event.OutboxFilter{Search: "failed@", State: event.MessageSent}, []string{}},
		} {
			found, err := kit.Outbox.Messages(kit.As(kit.Staff), test.filter, page.Request{})
			to := []string{}
			for _, message := range found.Items {
				to = append(to, message.To)
			}
			if err != nil || fmt.Sprint(to) != fmt.Sprint(test.want) || found.Total != len(test.want) {
				t.Errorf("%+v: %v of %d (%v), want %v", test.filter, to, found.Total, err, test.want)
			}
			if found.Failed != 1 {
				t.Errorf("%d have failed", found.Failed)
			}
		}
		if _, err := kit.Outbox.Messages(kit.As(kit.Staff), event.OutboxFilter{State: "lost"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown state: %v", err)
		}
	})
}

func TestMessagesAreTriedAgainAndDropped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		posted, ctx := post(t, kit), kit.As(kit.Staff)
		failed, sent, waiting := posted[event.MessageFailed].ID, posted[event.MessageSent].ID, posted[event.MessageWaiting].ID
		var gone event.MessageID
		kit.Clock.Advance(time.Hour)
		for _, test := range []struct {
			name string
			do   func() error
			want fault.Kind
		}{
			{"try a failed one", func() error { return kit.Outbox.Retry(ctx, failed) }, fine},
			{"try it again, which is one and the same", func() error { return kit.Outbox.Retry(ctx, failed) }, fine},
			{"retry a sent message", func() error { return kit.Outbox.Retry(ctx, sent) }, fault.Precondition},
			{"retry an unknown message", func() error { return kit.Outbox.Retry(ctx, gone) }, fault.NotFound},
			{"discard a sent message", func() error { return kit.Outbox.Discard(ctx, sent) }, fault.Precondition},
			{"discard a message", func() error { return kit.Outbox.Discard(ctx, waiting) }, fine},
			{"discard it again", func() error { return kit.Outbox.Discard(ctx, waiting) }, fine},
		} {
			if err := test.do(); kindOf(err) != test.want {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		retried, err := kit.Outbox.Message(ctx, failed)
		if err != nil || retried.State() != event.MessageWaiting || !retried.NextAt.Equal(kit.Clock.Now()) || retried.Attempts != 0 || retried.Failure != "mailbox full" {
			t.Errorf("after the retry the message is %+v (%v)", retried, err)
		}
		if _, err := kit.Outbox.Message(ctx, waiting); !fault.Is(err, fault.NotFound) {
			t.Errorf("the discarded message: %v", err)
		}
		for _, want := range []int{1, 0} {
			if want > 0 {
				kit.Exec(t, "UPDATE outbox SET next_at = 0 WHERE recipient = 'failed@acme.example'")
			}
			if n, err := kit.Outbox.RetryFailed(ctx); n != want || err != nil {
				t.Errorf("%d retried (%v), want %d", n, err, want)
			}
		}
		found, err := kit.Trail.Records(ctx, event.TrailFilter{Action: "outbox."}, page.Request{})
		if err != nil || actionsOf(found.Items) != "[outbox.all_retried outbox.discarded outbox.retried]" {
			t.Errorf("the trail has %s (%v)", actionsOf(found.Items), err)
		}
	})
}

func TestAWaitingMessagesLinkIsOpened(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		posted, ctx := post(t, kit), kit.As(kit.Staff)
		opened, err := kit.Accounts.OpenMessageLink(ctx, posted[event.MessageWaiting].ID)
		if err != nil {
			t.Fatal(err)
		}
		if target, err := kit.Accounts.LinkTarget(ctx, opened.Token); err != nil || target.Email != "new@acme.example" {
			t.Errorf("the link leads to %q (%v)", target.Email, err)
		}
		records, err := kit.Trail.Records(ctx, event.TrailFilter{}, page.Request{Size: 2})
		if err != nil || actionsOf(records.Items) != "[outbox.link_opened account.link_renewed]" || records.Items[0].ObjectName != "new@acme.example" {
			t.Errorf("the trail has %s (%v)", actionsOf(records.Items), err)
		}
		for state, want := range map[event.MessageState]fault.Kind{event.MessageSent: fault.Precondition, event.MessageFailed: fault.Precondition} {
			if _, err := kit.Accounts.OpenMessageLink(ctx, posted[state].ID); kindOf(err) != want {
				t.Errorf("the link of a message that is %s: %v", state, err)
			}
		}
		if after, err := kit.Trail.Records(ctx, event.TrailFilter{}, page.Request{}); err != nil || after.Total != records.Total {
			t.Errorf("the refused attempts left %d records (%v)", after.Total-records.Total, err)
		}
	})
}

// TestLinksThatProveAnAddressStayClosed tries to open the link of every kind of message.
func TestLinksThatProveAnAddressStayClosed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		if _, err := kit.Accounts.AddAccount(ctx, account.NewAccount{Email: "new@acme.example", Team: kit.Acme.ID}); err != nil {
			t.Fatal(err)
		}
		want := map[string]fault.Kind{
			account.MessageSetUp: fine, account.MessageInvitation: fine, account.MessageVerifyEmail: fault.Precondition,
			account.MessageResetPassword: fault.Precondition, account.MessageApproved: fault.Precondition, account.MessageRejected: fault.Precondition,
			account.MessageAccountExists: fault.Precondition, "key_leaked": fault.Precondition,
		}
		for template, want := range want {
			if err := kit.DB.Send(ctx, event.Message{To: "new@acme.example", Template: template}); err != nil {
				t.Fatal(err)
			}
			found, err := kit.Outbox.Messages(ctx, event.OutboxFilter{Search: template}, page.Request{})
			if err != nil || found.Total != 1 {
				t.Fatal(found.Total, err)
			}
			if _, err := kit.Accounts.OpenMessageLink(ctx, found.Items[0].ID); kindOf(err) != want || account.LinkIsStaffs(template) != (want == fine) {
				t.Errorf("%s: %v", template, err)
			}
		}
		if err := kit.DB.Send(ctx, event.Message{To: kit.Member.Name, Template: account.MessageSetUp}); err != nil {
			t.Fatal(err)
		}
		found, err := kit.Outbox.Messages(ctx, event.OutboxFilter{}, page.Request{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kit.Accounts.OpenMessageLink(ctx, found.Items[0].ID); !fault.Is(err, fault.Precondition) || found.Items[0].To != kit.Member.Name {
			t.Errorf("the link to an account with a password, %s: %v", found.Items[0].To, err)
		}
	})
}

// TestAMessageBeingSentCannotBeChanged claims a message as the worker does.
func TestAMessageBeingSentCannotBeChanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		message, ctx := post(t, kit)[event.MessageWaiting].ID, kit.As(kit.Staff)
		attempts := map[string]func() error{
			"retry":   func() error { return kit.Outbox.Retry(ctx, message) },
			"link":    func() error { _, err := kit.Accounts.OpenMessageLink(ctx, message); return err },
			"discard": func() error { return kit.Outbox.Discard(ctx, message) },
		}
		take := func() {
			claimed, found, err := kit.DB.ClaimMessage(ctx, time.Minute)
			if err != nil || !found || claimed.ID != message {
				t.Fatal(claimed.ID, found, err)
			}
		}
		take()
		for name, do := range attempts {
			if err := do(); kindOf(err) != fault.Precondition {
				t.Errorf("%s while it is being sent: %v", name, err)
			}
		}
		kit.Clock.Advance(time.Minute) // the sending node has stopped
		if err := attempts["link"](); err != nil {
			t.Error(err)
		}
		take()
		if err := kit.DB.MessageFailed(ctx, message, "no answer", kit.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"link", "retry", "discard"} {
			if err := attempts[name](); err != nil {
				t.Errorf("%s after one failure: %v", name, err)
			}
		}
	})
}

// TestARetryWakesTheSender counts the store's notifications.
func TestARetryWakesTheSender(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		failed, ctx, woken := post(t, kit)[event.MessageFailed].ID, kit.As(kit.Staff), 0
		kit.DB.OnMessage(func() { woken++ })
		for range 2 {
			if err := kit.Outbox.Retry(ctx, failed); err != nil {
				t.Fatal(err)
			}
		}
		if woken != 1 {
			t.Errorf("%d notifications", woken)
		}
	})
}

func TestOnlyAdminsUseTheOutbox(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		message := post(t, kit)[event.MessageWaiting].ID
		for who, want := range map[*identity.Principal]fault.Kind{
			&kit.Visitor: fault.Unauthenticated, &kit.Owner: fault.Forbidden, &kit.Support: fault.Forbidden, &kit.Approver: fault.Forbidden,
		} {
			ctx := kit.As(*who)
			for name, do := range map[string]func(context.Context) error{
				"list": func(ctx context.Context) error {
					_, err := kit.Outbox.Messages(ctx, event.OutboxFilter{}, page.Request{})
					return err
				},
				"read":           func(ctx context.Context) error { _, err := kit.Outbox.Message(ctx, message); return err },
				"retry":          func(ctx context.Context) error { return kit.Outbox.Retry(ctx, message) },
				"all":            func(ctx context.Context) error { _, err := kit.Outbox.RetryFailed(ctx); return err },
				"ask to discard": func(ctx context.Context) error { _, err := kit.Outbox.MessageToDiscard(ctx, message); return err },
				"discard":        func(ctx context.Context) error { return kit.Outbox.Discard(ctx, message) },
				"link":           func(ctx context.Context) error { _, err := kit.Accounts.OpenMessageLink(ctx, message); return err },
			} {
				if err := do(ctx); kindOf(err) != want {
					t.Errorf("%s may %s: %v", who.Name, name, err)
				}
			}
		}
	})
}

func TestSentMessagesAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		post(t, kit)
		kit.Exec(t, fmt.Sprintf("UPDATE outbox SET sent_at = %d WHERE sent_at > 0", kit.Clock.Now().UnixMicro()))
		for _, step := range []struct {
			after time.Duration
			left  int
		}{{event.SentKept, 3}, {time.Second, 2}} {
			kit.Clock.Advance(step.after)
			if err := kit.Outbox.Forget(kit.As(identity.SystemPrincipal("test"))); err != nil {
				t.Fatal(err)
			}
			if left := kit.Rows(t, "outbox"); left != step.left {
				t.Errorf("%d messages are left, want %d", left, step.left)
			}
		}
		if err := kit.Outbox.Forget(kit.As(kit.Support)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("support may forget messages: %v", err)
		}
	})
}
