package access

import (
	"testing"
	"time"
)

func TestTheStatusOfACredentialDependsOnTheTime(t *testing.T) {
	const tick = time.Microsecond
	month := 30 * 24 * time.Hour
	for name, row := range map[string]struct {
		credential Credential
		want       Status
	}{
		"without expiry":             {Credential{}, StatusActive},
		"31 days left":               {Credential{ExpiresAt: noon.Add(month + tick)}, StatusActive},
		"30 days left":               {Credential{ExpiresAt: noon.Add(month)}, StatusExpiring},
		"a moment left":              {Credential{ExpiresAt: noon.Add(tick)}, StatusExpiring},
		"expiry is exclusive":        {Credential{ExpiresAt: noon}, StatusExpired},
		"in grace":                   {Credential{GraceUntil: noon.Add(tick)}, StatusGrace},
		"grace is exclusive":         {Credential{GraceUntil: noon}, StatusExpired},
		"grace hides expiring":       {Credential{GraceUntil: noon.Add(tick), ExpiresAt: noon.Add(2 * tick)}, StatusGrace},
		"expired within grace":       {Credential{GraceUntil: noon.Add(tick), ExpiresAt: noon}, StatusExpired},
		"revoked":                    {Credential{RevokedAt: noon}, StatusRevoked},
		"revoked outlives expiry":    {Credential{RevokedAt: noon, ExpiresAt: noon.Add(-tick)}, StatusRevoked},
		"revoked in grace":           {Credential{RevokedAt: noon, GraceUntil: noon.Add(tick)}, StatusRevoked},
		"long past grace and expiry": {Credential{GraceUntil: noon.Add(-month), ExpiresAt: noon.Add(-month)}, StatusExpired},
	} {
		if got := row.credential.Status(noon); got != row.want {
			t.Errorf("%s: got %s, want %s", name, got, row.want)
		}
	}
}

func TestExpiredAndRevokedKeysDoNotWork(t *testing.T) {
	for status, want := range map[Status][2]bool{
		StatusActive: {true, true}, StatusExpiring: {true, true}, StatusGrace: {true, false},
		StatusExpired: {false, false}, StatusRevoked: {false, false}, "": {false, false},
	} {
		if got := [2]bool{status.Works(), status.Lasting()}; got != want {
			t.Errorf("%s: got works and lasting %v, want %v", status, got, want)
		}
	}
}
