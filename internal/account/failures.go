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
	failureWindow     = 15 * time.Minute
	failuresOfAccount = 5
	failuresOfAddress = 20
	unknownMachine    = "unknown"
)

// IPv6 networks, in bits: one machine may have all of its network's addresses, and one customer all networks of a site.
const (
	networkOfOneMachine = 64
	networkOfOneSite    = 48
	machinesOfOneSite   = 10
)

// Failures are the attempts of one subject that count within the window: the sign-ins that failed, or whose outcome is not
// known yet, the mails that were asked for, the invitations that were sent.
type Failures struct {
	// Subject is the hash of what they count for, such as a person's or a machine's address.
	Subject string
	// Window is how long the last one counts; it is not kept.
	Window time.Duration
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
func (f Failures) add(now time.Time, limit int, window time.Duration) Failures {
	f.At = slices.DeleteFunc(slices.Clone(f.At), func(at time.Time) bool { return !now.Before(at.Add(window)) })
	f.At = append(f.At, now)
	f.LockedUntil, f.Window = time.Time{}, window
	if len(f.At) >= limit {
		f.LockedUntil = now.Add(window)
	}
	return f
}

// forgive takes back an attempt that turned out not to be a failure, and the lock that it led to.
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

// ForgetAt is when nothing of the failures matters any more.
func (f Failures) ForgetAt() time.Time {
	forget := f.LockedUntil
	if n := len(f.At); n > 0 && f.At[n-1].Add(f.Window).After(forget) {
		forget = f.At[n-1].Add(f.Window)
	}
	return forget
}

// subjectOfEmail counts for an address of a person whether or not it is known.
func subjectOfEmail(email string) string { return hashSubject("account:" + email) }

// machines count for the machine that something comes from, and for the site where it may be one of many.
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
