package testkit

import (
	"context"
	"net/netip"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
)

// Password is the password of all accounts. passwordHash is its hash, created once because hashing is slow on purpose.
const (
	Password     = "correct horse battery"
	passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$cG9ydGljbyB0ZXN0IGtpdA$pEuByk1KDTAm1M+PCAPUsl6tbLpNaVJng3Etl+ocglM"
)

var addressOfPeople = netip.MustParseAddr("192.0.2.10")

// people are the principals that exist before a test begins; a Kit embeds them.
type people struct {
	// Staff is an admin. The three staff accounts are in no team.
	Staff, Approver, Support identity.Principal
	// Acme is a team of four people, Globex has a single owner.
	Acme, Globex                 account.Team
	Owner, Admin, Member, Viewer identity.Principal
	OtherOwner                   identity.Principal
	// Visitor has not signed in.
	Visitor identity.Principal
}

// As returns the test's context with the principal in it.
func (kit *Kit) As(principal identity.Principal) context.Context {
	return identity.With(context.Background(), principal)
}

func seed(t testing.TB, db *store.DB) people {
	t.Helper()
	var there people
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		sow := &sower{ctx: ctx, accounts: db.Accounts()}
		there.Acme, there.Globex = sow.team("Acme"), sow.team("Globex")
		there.Staff = sow.account("staff", "portal.example", identity.StaffAdmin, account.Team{}, "")
		there.Approver = sow.account("approver", "portal.example", identity.StaffApprover, account.Team{}, "")
		there.Support = sow.account("support", "portal.example", identity.StaffSupport, account.Team{}, "")
		there.Owner = sow.account("owner", "acme.example", identity.NotStaff, there.Acme, identity.Owner)
		there.Admin = sow.account("admin", "acme.example", identity.NotStaff, there.Acme, identity.Admin)
		there.Member = sow.account("member", "acme.example", identity.NotStaff, there.Acme, identity.Member)
		there.Viewer = sow.account("viewer", "acme.example", identity.NotStaff, there.Acme, identity.Viewer)
		there.OtherOwner = sow.account("owner", "globex.example", identity.NotStaff, there.Globex, identity.Owner)
		return sow.err
	})
	if err != nil {
		t.Fatal(err)
	}
	there.Visitor = identity.Principal{Address: addressOfPeople}
	return there
}

// sower saves people to the store and keeps the first error.
type sower struct {
	ctx      context.Context
	accounts *store.Accounts
	err      error
}

func (s *sower) team(name string) account.Team {
	created := account.Team{ID: id.New[identity.TeamID](Start), Name: name, CreatedAt: Start}
	s.note(s.accounts.SaveTeam(s.ctx, created))
	return created
}

func (s *sower) account(name, domain string, staff identity.StaffRole, team account.Team, role identity.Role) identity.Principal {
	email := name + "@" + domain
	created := account.Account{
		ID: id.New[identity.AccountID](Start), Email: email, Name: "The " + name, Staff: staff, State: account.Active,
		HomeTeam: team.ID, CreatedAt: Start, PasswordHash: passwordHash,
	}
	s.note(s.accounts.SaveAccount(s.ctx, created))
	if role != "" {
		s.note(s.accounts.SaveMember(s.ctx, account.Member{Account: created.ID, Team: team.ID, Role: role, JoinedAt: Start}))
	}
	return identity.Principal{Account: created.ID, Name: email, Team: team.ID, Role: role, Staff: staff, Address: addressOfPeople}
}

func (s *sower) note(err error) {
	if s.err == nil {
		s.err = err
	}
}
