package account

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"time"
)

// How many failures within the window lock a subject, and for how long. That the lock lasts as long as the window makes
// the failures that led to it stop counting at the moment it ends.
const (
	failureWindow       = 15 * time.Minute
	failuresOfAccount   = 5
	failuresOfAddress   = 20
	unknownMachine      = "unknown"
	networkOfOneMachine = 64 // bits: an IPv6 network is what one customer is given
)

// Failures are the sign-ins of one subject that failed, or whose outcome is not known yet, within the window.
type Failures struct {
	// Subject is the hash of a person's or a machine's address.
	Subject string
	// At are when they happened, the oldest first.
	At []time.Time
	// LockedUntil is exclusive, and zero where nothing is locked.
	LockedUntil time.Time
}

// Locked reports whether the subject must wait.
func (f Failures) Locked(now time.Time) bool { return now.Before(f.LockedUntil) }

// recent is how many of them still count.
func (f Failures) recent(now time.Time) int {
	count := 0
	for _, at := range f.At {
		if now.Before(at.Add(failureWindow)) {
			count++
		}
	}
	return count
}

// add counts an attempt and locks the subject when it is the last one that the limit allows.
func (f Failures) add(now time.Time, limit int) Failures {
	f.At = slices.DeleteFunc(slices.Clone(f.At), func(at time.Time) bool { return !now.Before(at.Add(failureWindow)) })
	f.At = append(f.At, now)
	f.LockedUntil = time.Time{}
	if len(f.At) >= limit {
		f.LockedUntil = now.Add(failureWindow)
	}
	return f
}

// forgive takes back an attempt that turned out not to be a failure, and the lock that it led to.
func (f Failures) forgive(attempt time.Time, limit int) Failures {
	if i := slices.IndexFunc(f.At, attempt.Equal); i >= 0 {
		f.At = slices.Delete(slices.Clone(f.At), i, i+1)
	}
	if len(f.At) < limit {
		f.LockedUntil = time.Time{}
	}
	return f
}

// ForgetAt is when nothing of the failures matters any more.
func (f Failures) ForgetAt() time.Time {
	forget := f.LockedUntil
	if n := len(f.At); n > 0 && f.At[n-1].Add(failureWindow).After(forget) {
		forget = f.At[n-1].Add(failureWindow)
	}
	return forget
}

// subjectOfEmail counts for an address of a person whether or not it is known.
func subjectOfEmail(email string) string { return hashSubject("account:" + email) }

func subjectOfAddress(address netip.Addr) string { return hashSubject("address:" + machineOf(address)) }

func machineOf(address netip.Addr) string {
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	if network, err := address.Prefix(networkOfOneMachine); err == nil {
		return network.String()
	}
	return unknownMachine
}

func hashSubject(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
