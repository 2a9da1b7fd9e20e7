package account

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// Limits of the answers to sign-up questions.
const (
	mostAnswers     = 30
	longestQuestion = 64
	longestAnswer   = 1000
)

// SignUp is the input of Service.SignUp. The person chooses a password after confirming the address.
type SignUp struct {
	Email   string
	Name    string
	Answers Answers
	// Front is the origin of the pages that the mail's link leads to; empty means the portal's own.
	Front string
}

func (in SignUp) normalised(settings site.Settings) (SignUp, error) {
	var refused []fault.Field
	email, valid := normaliseEmail(in.Email)
	in.Email, in.Name = email, strings.TrimSpace(in.Name)
	if _, domain, _ := strings.Cut(email, "@"); !valid {
		refused = append(refused, refusedEmail())
	} else if !maySignUpFrom(settings, domain) {
		refused = append(refused, fault.Field{Name: "email", Reason: "must be an address of " + strings.Join(settings.AllowedDomains, " or ")})
	}
	refused = append(refused, refusedName("name", in.Name)...)
	return in, fault.InvalidFields(append(refused, in.Answers.refused()...))
}

// maySignUpFrom reports whether addresses of the domain may sign up. It converts the allowed domains to ASCII, as
// addresses are stored.
func maySignUpFrom(settings site.Settings, domain string) bool {
	return len(settings.AllowedDomains) == 0 || slices.ContainsFunc(settings.AllowedDomains, func(allowed string) bool {
		wire, err := idna.Lookup.ToASCII(allowed)
		return err == nil && wire == domain
	})
}

func (a Answers) refused() []fault.Field {
	if len(a) > mostAnswers {
		return []fault.Field{{Name: "answers", Reason: "must have at most 30 entries"}}
	}
	var refused []fault.Field
	for question, answer := range a {
		if n := utf8.RuneCountInString(question); n < 1 || n > longestQuestion || !isPlain(question) {
			refused = append(refused, fault.Field{Name: "answers", Reason: "must have names of 1 to 64 characters"})
			continue
		}
		switch said := answer.(type) {
		case bool:
			continue
		case float64:
			if !math.IsNaN(said) && !math.IsInf(said, 0) {
				continue
			}
		case string:
			if utf8.RuneCountInString(said) <= longestAnswer && isPlain(said) {
				continue
			}
		}
		refused = append(refused, fault.Field{Name: question, Reason: "must be text of at most 1,000 characters, a number, true or false"})
	}
	return refused
}

func isPlain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

// SignUp creates an account without a password, or sends a mail to the account that has the address. Both cases return
// the same answer after the same reads and writes; the mail's content is decided when it is sent.
func (s *Service) SignUp(ctx context.Context, in SignUp) error {
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return err
	}
	if err := MaySignUp(settings); err != nil {
		return err
	}
	if in, err = in.normalised(settings); err != nil {
		return err
	}
	if err := s.countMailRequest(ctx, in.Email); err != nil {
		return err
	}
	state := Invited
	if settings.SignUp == site.SignUpApproval {
		state = Pending
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error { return s.saveSignUp(ctx, in, state) })
	if fault.Is(err, fault.Conflict) { // staff added the same person concurrently
		return nil
	}
	return err
}

// MaySignUp returns an error if sign-up is off.
func MaySignUp(settings site.Settings) error {
	if settings.SignUp == site.SignUpOpen || settings.SignUp == site.SignUpApproval {
		return nil
	}
	whom := "the portal's staff"
	if settings.Support != "" {
		whom = settings.Support
	}
	return fault.Newf(fault.Forbidden, "sign_up_off", "Sign-up is off on this portal. Ask %s for an account.", whom)
}

func (s *Service) saveSignUp(ctx context.Context, in SignUp, state State) error {
	if err := s.lockAddress(ctx, in.Email); err != nil {
		return err
	}
	// An unknown address causes the same reads as a known one, so that timing does not reveal whether an account exists.
	known, err := s.store.AccountByEmail(ctx, in.Email)
	made := fault.Is(err, fault.NotFound)
	if made {
		known.ID = id.New[identity.AccountID](s.now())
	} else if err != nil {
		return err
	}
	asking, err := s.locked(ctx, known.ID)
	if err != nil && !made {
		return err
	}
	answers, err := s.store.Answers(ctx, known.ID)
	if err != nil && !made {
		return err
	}
	before, action := asking, "account.signed_up_again"
	if made {
		asking, action = Account{ID: known.ID, Email: in.Email, State: state, Unproven: true, CreatedAt: s.now()}, "account.signed_up"
		before = asking
	} else if asking.Unproven {
		action = "account.sign_up_replaced"
	}
	if asking.Unproven { // the latest sign-up counts: an earlier one may be a stranger's
		asking.Name, asking.Front, answers = in.Name, in.Front, in.Answers
	}
	if err := s.store.SaveAccount(ctx, asking); err != nil {
		return err
	}
	if err := s.store.SaveAnswers(ctx, asking.ID, answers); err != nil {
		return err
	}
	if err := s.events.Send(ctx, event.Message{To: in.Email, Template: MessageVerifyEmail, Params: map[string]string{"front": in.Front}}); err != nil {
		return err
	}
	return s.events.Audit(ctx, event.Audit{Action: action, Object: tagOf(asking.ID), Details: differences(before, asking)})
}

// ownTeam gives an account without a team a team of its own.
func (s *Service) ownTeam(ctx context.Context, account *Account) error {
	memberships, err := s.store.Memberships(ctx, account.ID)
	if err != nil || len(memberships) > 0 {
		return err
	}
	team, err := s.saveNewTeam(ctx, account.Name)
	if err != nil {
		return err
	}
	account.HomeTeam = team.ID
	return s.store.SaveMember(ctx, Member{Account: account.ID, Team: team.ID, Role: identity.Owner, JoinedAt: s.now()})
}
