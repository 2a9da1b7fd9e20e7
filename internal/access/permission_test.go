package access_test

import (
	"reflect"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// target is a new application of Acme with one object of each sort.
type target struct {
	application access.Application
	granted     access.Granted
	request     access.Request
	suspended   access.Subscription
	revoked     access.Subscription
}

func (w *world) target(owner identity.AccountID) target {
	w.t.Helper()
	system := w.As(identity.SystemPrincipal("test"))
	var made target
	target, err := w.Access.CreateApplication(system, access.NewApplication{Team: w.Acme.ID, Account: owner, Name: w.uniqueName("Target")})
	w.must(err)
	made.application = target.Application
	grant := func(in access.NewAccess) access.Granted {
		in.Application = made.application.ID
		granted, err := w.Access.GrantAccess(system, in)
		w.must(err)
		return granted
	}
	made.granted = grant(access.NewAccess{Plan: w.production.ID})
	made.suspended, err = w.Access.SuspendSubscription(system, grant(access.NewAccess{Plan: w.production.ID, Version: w.first}).Subscription.ID, "")
	w.must(err)
	made.revoked, err = w.Access.RevokeSubscription(system, grant(access.NewAccess{Plan: w.production.ID, Version: w.second}).Subscription.ID, "")
	w.must(err)
	in := askFor(w.single)
	in.Application = made.application.ID
	asked, err := w.Access.RequestAccess(system, in)
	w.must(err)
	made.request = asked.Request
	return made
}

// answers are the answers to each role, in the order of columns.
type answers [11]string

var columns = [11]string{"owner", "admin", "member", "peer", "viewer", "other", "support", "approver", "staff", "system", "visitor"}

func (w *world) people() [11]identity.Principal {
	peer := w.Member
	peer.Account = id.New[identity.AccountID](testkit.Start)
	return [11]identity.Principal{
		w.Owner, w.Admin, w.Member, peer, w.Viewer, w.OtherOwner, w.Support, w.Approver, w.Staff,
		identity.SystemPrincipal("test"), w.Visitor,
	}
}

const (
	ok = "ok"
	no = "forbidden"
	nf = "not_found"
	un = "unauthenticated"
)

func TestEveryMethodHasARow(t *testing.T) {
	service := reflect.TypeFor[*access.Service]()
	for method := range service.Methods() {
		if _, listed := methods[method.Name]; !listed {
			t.Errorf("%s: got no row, want one that says who may call it", method.Name)
		}
	}
	for name := range methods {
		if _, exists := service.MethodByName(name); !exists {
			t.Errorf("%s: got a row, want none: the method does not exist", name)
		}
	}
}

func answerOf(err error) string {
	if err == nil {
		return ok
	}
	return fault.From(err).Kind.String()
}

func TestEveryRoleMayCallOnlyItsMethods(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	on := w.target(identity.AccountID{})
	for name, row := range methods {
		for i, principal := range w.people() {
			got := answerOf(row.call(w, w.As(principal), on))
			if got == ok && row.hides { // the call may have changed the target
				on = w.target(identity.AccountID{})
			}
			if got != row.want[i] {
				t.Errorf("%s by %s: got %s, want %s", name, columns[i], got, row.want[i])
			}
		}
	}
}

// Only owners and admins see an application that belongs to another member of their team.
func TestAMembersApplicationIsHiddenFromOtherMembers(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	on := w.target(w.Member.Account)
	for name, row := range methods {
		if !row.hides {
			continue
		}
		want := row.want
		for i, column := range columns {
			if column == "peer" || column == "viewer" {
				want[i] = nf
			}
		}
		for i, principal := range w.people() {
			got := answerOf(row.call(w, w.As(principal), on))
			if got == ok && row.hides { // the call may have changed the target
				on = w.target(w.Member.Account)
			}
			if got != want[i] {
				t.Errorf("%s by %s: got %s, want %s", name, columns[i], got, want[i])
			}
		}
	}
}

// An unknown ID gets the same error as an ID of another team, so that the answer reveals nothing.
func TestUnknownAndForeignIDsGetTheSameError(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	unknown := target{
		application: access.Application{ID: access.ApplicationID{1}}, request: access.Request{ID: access.RequestID{1}},
		suspended: access.Subscription{ID: access.SubscriptionID{1}}, revoked: access.Subscription{ID: access.SubscriptionID{1}},
		granted: access.Granted{
			Subscription: access.Subscription{ID: access.SubscriptionID{1}},
			Issued:       []access.IssuedCredential{{Credential: access.Credential{ID: access.CredentialID{1}}}},
		},
	}
	foreign := w.target(identity.AccountID{})
	for name, row := range methods {
		if !row.hides || name == "CreateApplication" || name == "DefaultApplication" {
			continue
		}
		err, other := row.call(w, w.As(w.OtherOwner), unknown), row.call(w, w.As(w.OtherOwner), foreign)
		if err == nil || other == nil || err.Error() != other.Error() {
			t.Errorf("%s: got %v for an unknown ID and %v for a foreign one, want the same error", name, err, other)
		}
		if got := answerOf(row.call(w, w.As(w.Visitor), unknown)); got != un {
			t.Errorf("%s by a visitor: got %s, want %s", name, got, un)
		}
	}
}

func TestForeignIDsInTheInputAreNotFound(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		on := w.target(identity.AccountID{})
		ctx := w.As(w.OtherOwner)
		_, err := w.Access.IssueCredential(ctx, access.NewCredential{Subscription: on.granted.Subscription.ID})
		w.wantError(err, fault.NotFound, "not_found")
		in := askFor(w.gold)
		in.Credential = on.granted.Issued[0].Credential.ID
		_, err = w.Access.RequestAccess(ctx, in)
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.CreateApplication(ctx, access.NewApplication{Account: w.Member.Account, Name: "Theirs"})
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Team: w.Globex.ID, Account: w.Member.Account, Plan: w.gold.ID})
		w.wantError(err, fault.NotFound, "not_found")
		for name, total := range map[string]func() (int, error){
			"applications": func() (int, error) {
				found, err := w.Access.Applications(ctx, access.ApplicationFilter{Defaults: true}, all)
				return found.Total, err
			},
			"requests": func() (int, error) {
				found, err := w.Access.Requests(ctx, access.RequestFilter{Application: on.application.ID}, all)
				return found.Total, err
			},
			"subscriptions": func() (int, error) {
				found, err := w.Access.Subscriptions(ctx, access.SubscriptionFilter{Application: on.application.ID}, all)
				return found.Total, err
			},
			"credentials": func() (int, error) {
				found, err := w.Access.Credentials(ctx, access.CredentialFilter{Application: on.application.ID}, all)
				return found.Total, err
			},
		} {
			if found, err := total(); err != nil || found > 1 || found == 1 && name != "applications" { // 1 is the team's own default application
				t.Errorf("another team: got %d %s, %v, want none of Acme's", found, name, err)
			}
		}
	})
}

func TestListsOmitApplicationsOfOtherMembers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.target(w.Member.Account)
		peer := w.people()[3]
		for _, row := range []struct {
			as   identity.Principal
			want int
		}{{w.Owner, 1}, {w.Admin, 1}, {w.Member, 1}, {peer, 0}, {w.Viewer, 0}, {w.Support, 1}} {
			applications, err := w.Access.Applications(w.As(row.as), access.ApplicationFilter{}, all)
			w.must(err)
			requests, err := w.Access.Requests(w.As(row.as), access.RequestFilter{}, all)
			w.must(err)
			subscriptions, err := w.Access.Subscriptions(w.As(row.as), access.SubscriptionFilter{}, all)
			w.must(err)
			credentials, err := w.Access.Credentials(w.As(row.as), access.CredentialFilter{Unrevoked: true}, all)
			w.must(err)
			got := [4]int{applications.Total, requests.Total, subscriptions.Total, credentials.Total}
			if want := [4]int{row.want, row.want, row.want * 4, row.want * 4}; got != want {
				t.Errorf("%s: got %v, want %v", row.as.Name, got, want)
			}
		}
	})
}
