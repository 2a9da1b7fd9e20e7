package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/testkit"
)

func TestMailQueueCountsUnsentMessages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		want := func(what string, queue event.Queue) {
			t.Helper()
			got, err := kit.DB.MailQueue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(queue, got); diff != "" {
				t.Error(what, diff)
			}
		}
		send := func() {
			t.Helper()
			if err := kit.DB.Send(t.Context(), event.Message{To: "ada@example.com", Template: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		claim := func() event.Claimed {
			t.Helper()
			claimed, found, err := kit.DB.ClaimMessage(t.Context(), time.Minute)
			if err != nil || !found {
				t.Fatal(found, err)
			}
			return claimed
		}
		want("an empty outbox", event.Queue{})
		first := kit.Clock.Now()
		send()
		kit.Clock.Advance(time.Hour)
		second := kit.Clock.Now()
		send()
		want("two messages", event.Queue{Waiting: 2, Oldest: first})
		if err := kit.DB.MessageFailed(t.Context(), claim().ID, "no such recipient", time.Time{}); err != nil {
			t.Fatal(err)
		}
		want("the first failed", event.Queue{Waiting: 1, Failed: 1, Oldest: second})
		sent := claim()
		want("the second is being sent", event.Queue{Waiting: 1, Failed: 1, Oldest: second})
		if err := kit.DB.MessageSent(t.Context(), sent.ID); err != nil {
			t.Fatal(err)
		}
		want("the second was sent", event.Queue{Failed: 1})
	})
}
