package account

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"time"
)

// How many failures within the window lock a subject. The lock lasts as long as the window, so that the failures that
// caused it no longer count when it ends.
const (
	failureWindow     = 15 * time.Minute
	failuresOfAccount = 5
	failuresOfAddress = 20
	unknownMachine    = "unknown"
)

// IPv6 prefix lengths in bits. A machine may use every address of its network, and a customer every network of a site.
const (
	networkOfOneMachine = 64
	networkOfOneSite    = 48
	machinesOfOneSite   = 10
)

// Failures are the attempts of one subject within the window: failed or unfinished sign-ins, requested mails, sent
// invitations.
type Failures struct {
	// Subject is a hash of the subject, such as an e-mail or network address.
	Subject string
	// Window is how long the last attempt counts. It is not stored.
	Window time.Duration
	// At are the times of the attempts, oldest first.
	At []time.Time
	// LockedUntil is exclusive; zero means not locked.
	LockedUntil time.Time
}

// Locked reports whether the subject must wait.
func (f Failures) Locked(now time.Time) bool { return now.Before(f.LockedUntil) }

// recent returns how many failures still count.
func (f Failures) recent(now time.Time) int {
	count := 0
	for _, at := range f.At {
		if now.Before(at.Add(failureWindow)) {
			count++
		}
	}
	return count
}

// add counts an attempt and locks the subject when the limit is reached.
func (f Failures) add(now time.Time, limit int, window time.Duration) Failures {
	f.At = slices.DeleteFunc(slices.Clone(f.At), func(at time.Time) bool { return !now.Before(at.Add(window)) })
	f.At = append(f.At, now)
	f.LockedUntil, f.Window = time.Time{}, window
	if len(f.At) >= limit {
		f.LockedUntil = now.Add(window)
	}
	return f
}

// forgive takes back an attempt that was no failure, and the lock that it caused.
func (f Failures) forgive(attempt time.Time, limit int, window time.Duration) Failures {
	f.Window = window
	if i := slices.IndexFunc(f.At, attempt.Equal); i >= 0 {
		f.At = slices.Delete(slices.Clone(f.At), i, i+1)
	}
	if len(f.At) < limit {
		f.LockedUntil = time.Time{}
	}
	return f
}

// ForgetAt returns when the failures can be deleted.
func (f Failures) ForgetAt() time.Time {
	forget := f.LockedUntil
	if n := len(f.At); n > 0 && f.At[n-1].Add(f.Window).After(forget) {
		forget = f.At[n-1].Add(f.Window)
	}
	return forget
}

// subjectOfEmail returns the subject for an e-mail address, whether or not it has an account.
func subjectOfEmail(email string) string { return hashSubject("account:" + email) }

// machines returns counters for the machine at an address and, with IPv6, for its site.
func machines(what string, address netip.Addr, limit int) []counter {
	address = address.Unmap().WithZone("")
	count := func(subject string, limit int) counter {
		return counter{subject: hashSubject(what + subject), limit: limit, window: failureWindow}
	}
	switch {
	case !address.IsValid():
		return []counter{count(unknownMachine, limit)}
	case address.Is4():
		return []counter{count(address.String(), limit)}
	}
	network, _ := address.Prefix(networkOfOneMachine)
	site, _ := address.Prefix(networkOfOneSite)
	return []counter{count(network.String(), limit), count(site.String(), machinesOfOneSite*limit)}
}

func hashSubject(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
