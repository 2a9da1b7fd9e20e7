package conformance

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/platform/page"
)

// staffApproval requests access and calls the API after staff have approved it.
func staffApproval(t *testing.T, s *scene) {
	client := s.signIn(t, demo.Developer)
	about, key := s.buildWaiting(t, client)
	s.decide(t, about, true)
	s.reads(t, client, about, access.Approved)
	s.lists(t, client, ListAccess, about, about.Access)
	if !s.works(t, key, s.waiting) {
		t.Error("the key does not work after the approval")
	}
	s.asksAgain(t, client, about)
	s.reads(t, client, about, access.Approved)

	s.twice(t, client, EndAccess, about)
	if s.works(t, key, s.waiting) {
		t.Error("the key works without access")
	}
	about.Access = s.once(t, client, AskForAccess, about).ID
	s.reads(t, client, about, access.Pending)
	if s.works(t, key, s.waiting) {
		t.Error("the key works before the second approval")
	}
	s.twice(t, client, EndAccess, about)
	if waiting := s.inbox(t, about); len(waiting) != 0 {
		t.Errorf("%d requests wait after their asker ended them", len(waiting))
	}
}

// staffRejection asks for access that staff reject, and asks again after removing it.
func staffRejection(t *testing.T, s *scene) {
	client := s.signIn(t, demo.Developer)
	about, key := s.buildWaiting(t, client)
	s.decide(t, about, false)
	s.reads(t, client, about, access.Rejected)
	s.asksAgain(t, client, about)
	s.reads(t, client, about, access.Rejected)
	if s.works(t, key, s.waiting) {
		t.Error("the key works after the rejection")
	}

	s.twice(t, client, EndAccess, about)
	about.Access = s.once(t, client, AskForAccess, about).ID
	s.decide(t, about, true)
	s.reads(t, client, about, access.Approved)
	if !s.works(t, key, s.waiting) {
		t.Error("the key does not work after the second decision")
	}
}

// buildWaiting creates an application with a key and asks, twice, for access that staff must approve.
func (s *scene) buildWaiting(t *testing.T, client Client) (about Subject, secret string) {
	t.Helper()
	about = Subject{Version: s.waiting.version, Name: "Waiting shop"}
	about.Application = s.once(t, client, CreateApplication, about).ID
	key := s.once(t, client, CreateKey, about)
	about.Key = key.ID
	asked, _ := s.twice(t, client, AskForAccess, about)
	about.Access = asked.ID
	s.lists(t, client, ListAccess, about, about.Access)
	s.reads(t, client, about, access.Pending)
	if s.works(t, key.Secret, s.waiting) {
		t.Error("the key works before staff decide")
	}
	return about, key.Secret
}

// reads checks the state of access, if the dialect can get it.
func (s *scene) reads(t *testing.T, client Client, about Subject, want access.SubscriptionState) {
	t.Helper()
	if _, known := s.driver.Promise(GetAccess); !known {
		return
	}
	if got := s.once(t, client, GetAccess, about); got.State != want {
		t.Errorf("the access is %q, want %q: %s", got.State, want, got.Body)
	}
}

// asksAgain repeats the request for access, which must be answered as the dialect promises.
func (s *scene) asksAgain(t *testing.T, client Client, about Subject) {
	t.Helper()
	promise, _ := s.driver.Promise(AskForAccess)
	expect(t, client, AskForAccess, about, promise.Again)
}

// inbox returns the application's pending requests.
func (s *scene) inbox(t *testing.T, about Subject) []access.Asked {
	t.Helper()
	found, err := s.Services.Access.Inbox(s.asStaff(t), access.RequestFilter{State: access.RequestPending}, page.Request{Size: page.MaxSize})
	must(t, err)
	var waiting []access.Asked
	for _, one := range found.Items {
		if one.Application.Name == about.Name {
			waiting = append(waiting, one)
		}
	}
	return waiting
}

// decide approves or rejects the application's only pending request as staff.
func (s *scene) decide(t *testing.T, about Subject, approve bool) {
	t.Helper()
	waiting := s.inbox(t, about)
	if len(waiting) != 1 || waiting[0].Request.Version != about.Version {
		t.Fatalf("the requests %v wait, want one for the version", waiting)
	}
	_, err := s.Services.Access.DecideRequest(s.asStaff(t), access.Decision{Request: waiting[0].Request.ID, Approve: approve})
	must(t, err)
}
