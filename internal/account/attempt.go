package account

import (
	"context"
	"net/netip"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// attempt is a rate-limited action, such as trying a password. It counts as failed from its start and is taken back if
// it succeeds, so that concurrent attempts cannot exceed the limit.
type attempt struct {
	at       time.Time
	counters []counter // locked in this order, which avoids deadlocks
	locked   *fault.Error
}

// counter is the subject that an attempt counts for, with the limit per window.
type counter struct {
	subject string
	limit   int
	window  time.Duration
	// person reports whether the subject is a person, whose success deletes the earlier failures.
	person bool
}

func (s *Service) beginAttempt(ctx context.Context, email string, address netip.Addr) (attempt, error) {
	return begin(ctx, s.store, attempt{
		at: s.now(),
		counters: append([]counter{{subject: subjectOfEmail(email), limit: failuresOfAccount, window: failureWindow, person: true}},
			machines("address:", address, failuresOfAddress)...),
		locked: fault.New(fault.Limited, "sign_in_locked",
			"Too many failed sign-ins. Wait 15 minutes and try again, or ask the portal's staff to unlock the account."),
	})
}

func begin(ctx context.Context, store Store, begun attempt) (attempt, error) {
	// Checking first means that attempts during a lock write nothing.
	if err := refuseLocked(ctx, store, begun); err != nil {
		return attempt{}, err
	}
	return begun, store.InTx(ctx, func(ctx context.Context) error {
		for _, counter := range begun.counters {
			if err := store.Lock(ctx, counter.subject); err != nil {
				return err
			}
		}
		if err := refuseLocked(ctx, store, begun); err != nil {
			return err
		}
		return recount(ctx, store, begun, func(failures Failures, counter counter) Failures {
			return failures.add(begun.at, counter.limit, counter.window)
		})
	})
}

func refuseLocked(ctx context.Context, store Store, attempt attempt) error {
	var wait time.Duration
	for _, counter := range attempt.counters {
		failures, err := store.Failures(ctx, counter.subject)
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

// recount applies a rule to every counter of the attempt.
func recount(ctx context.Context, store Store, attempt attempt, rule func(failures Failures, counter counter) Failures) error {
	for _, counter := range attempt.counters {
		failures, err := store.Failures(ctx, counter.subject)
		if err != nil {
			return err
		}
		if failures = rule(failures, counter); len(failures.At) == 0 {
			err = store.DeleteFailures(ctx, counter.subject)
		} else {
			err = store.SaveFailures(ctx, failures)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// succeeded takes the attempt back and deletes the account's earlier failures. The machine's failures still count:
// otherwise the owner of one account could try passwords of others without limit.
func (s *Service) succeeded(ctx context.Context, attempt attempt) error {
	return s.takeBack(ctx, attempt, func(failures Failures, counter counter) Failures {
		if counter.person {
			return Failures{Subject: failures.Subject}
		}
		return failures.forgive(attempt.at, counter.limit, counter.window)
	})
}

// forgive takes back an attempt that revealed nothing, even if its caller has gone away. If that fails, the attempt
// stays counted, which is the safe side.
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
		return recount(ctx, s.store, attempt, rule)
	})
}
