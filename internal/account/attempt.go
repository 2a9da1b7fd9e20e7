package account

import (
	"context"
	"net/netip"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// attempt is something of which only so much is allowed, such as a password that is being tried. It counts from its
// beginning and is forgiven where nothing came of it, so that many at once are not all made before the first is counted.
type attempt struct {
	at       time.Time
	counters []counter // everybody locks in this order
	locked   *fault.Error
}

// counter is what an attempt counts for, and how many are allowed within the window.
type counter struct {
	subject string
	limit   int
	window  time.Duration
	// person says that success forgets what failed before.
	person bool
}

func (s *Service) beginAttempt(ctx context.Context, email string, address netip.Addr) (attempt, error) {
	return s.begin(ctx, attempt{
		at: s.now(),
		counters: append([]counter{{subject: subjectOfEmail(email), limit: failuresOfAccount, window: failureWindow, person: true}},
			machines("address:", address, failuresOfAddress)...),
		locked: fault.New(fault.Limited, "sign_in_locked",
			"Too many attempts to sign in have failed. Please wait a quarter of an hour and try again, or ask the portal's staff to unlock the account."),
	})
}

func (s *Service) begin(ctx context.Context, begun attempt) (attempt, error) {
	// Looking first keeps those who hammer at a lock from writing anything.
	if err := s.refuseLocked(ctx, begun); err != nil {
		return attempt{}, err
	}
	return begun, s.store.InTx(ctx, func(ctx context.Context) error {
		for _, counter := range begun.counters {
			if err := s.store.Lock(ctx, counter.subject); err != nil {
				return err
			}
		}
		if err := s.refuseLocked(ctx, begun); err != nil {
			return err
		}
		return s.recount(ctx, begun, func(failures Failures, counter counter) Failures {
			return failures.add(begun.at, counter.limit, counter.window)
		})
	})
}

func (s *Service) refuseLocked(ctx context.Context, attempt attempt) error {
	var wait time.Duration
	for _, counter := range attempt.counters {
		failures, err := s.store.Failures(ctx, counter.subject)
		if err != nil {
			return err
		}
		if failures.Locked(attempt.at) {
			wait = max(wait, failures.LockedUntil.Sub(attempt.at))
		}
	}
	if wait == 0 {
		return nil
	}
	attempt.locked.RetryAfter = wait
	return attempt.locked
}

// recount applies a rule to every counter.
func (s *Service) recount(ctx context.Context, attempt attempt, rule func(failures Failures, counter counter) Failures) error {
	for _, counter := range attempt.counters {
		failures, err := s.store.Failures(ctx, counter.subject)
		if err != nil {
			return err
		}
		if failures = rule(failures, counter); len(failures.At) == 0 {
			err = s.store.DeleteFailures(ctx, counter.subject)
		} else {
			err = s.store.SaveFailures(ctx, failures)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// succeeded takes the attempt back and forgets what failed on the account before. What else failed from the same machine
// goes on counting, or whoever has one account could try on others for ever.
func (s *Service) succeeded(ctx context.Context, attempt attempt) error {
	return s.takeBack(ctx, attempt, func(failures Failures, counter counter) Failures {
		if counter.person {
			return Failures{Subject: failures.Subject}
		}
		return failures.forgive(attempt.at, counter.limit, counter.window)
	})
}

// forgive takes back an attempt of which nothing is known, even where its caller has gone away. Where that fails too, the
// attempt stays counted: the safe side.
func (s *Service) forgive(ctx context.Context, attempt attempt) {
	ctx = context.WithoutCancel(ctx)
	_ = s.takeBack(ctx, attempt, func(failures Failures, counter counter) Failures {
		return failures.forgive(attempt.at, counter.limit, counter.window)
	})
}

func (s *Service) takeBack(ctx context.Context, attempt attempt, rule func(failures Failures, counter counter) Failures) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		for _, counter := range attempt.counters {
			if err := s.store.Lock(ctx, counter.subject); err != nil {
				return err
			}
		}
		return s.recount(ctx, attempt, rule)
	})
}
