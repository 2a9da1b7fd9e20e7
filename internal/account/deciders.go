package account

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
)

// MessageSignUpWaits is the template of the message to staff about a new sign-up. Its parameter is email.
const MessageSignUpWaits = "sign_up_waits"

// quiet is the minimum time between two messages of one template to the same person.
const quiet = time.Hour

// Deciders are the staff who decide on sign-ups and requests for access.
type Deciders struct {
	Accounts Lists
	Site     *site.Service
	Events   event.Recorder
	Now      clock.Func
}

// Tell queues a message for each decider except the caller, unless the settings turn these mails off. A decider with an
// unsent message of the same template, or one from the last hour, gets no other.
func (d Deciders) Tell(ctx context.Context, template string, params map[string]string) error {
	settings, err := d.Site.Settings(ctx)
	if err != nil || settings.StaffMailOff {
		return err
	}
	roles := slices.DeleteFunc(identity.StaffRoles(), func(role identity.StaffRole) bool {
		return !identity.Principal{Staff: role}.MayAnywhere(identity.DecideRequests)
	})
	deciders, err := page.All(func(request page.Request) (page.Page[Account], error) {
		return d.Accounts.Accounts(ctx, AccountFilter{State: Active, Staff: roles}, request)
	})
	if err != nil {
		return err
	}
	for _, decider := range deciders {
		if decider.ID == identity.From(ctx).Account {
			continue
		}
		message := event.Message{To: decider.Email, Template: template, Params: params}
		if err := d.Events.SendOnce(ctx, message, d.Now().Add(-quiet)); err != nil {
			return err
		}
	}
	return nil
}

// waits reports whether staff can decide on the sign-up: it is pending and its address is confirmed.
func (a Account) waits() bool { return a.State == Pending && !a.Unproven }

// WaitingSignUps returns how many sign-ups wait for staff.
func (s *Service) WaitingSignUps(ctx context.Context) (int, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return 0, err
	}
	return s.store.WaitingSignUps(ctx)
}
