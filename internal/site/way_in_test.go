package site_test

import (
	"testing"

	"github.com/portico-api/portico/internal/site"
)

func TestTheWayIn(t *testing.T) {
	for _, row := range []struct {
		signUp  site.SignUp
		support string
		want    site.WayIn
	}{
		{site.SignUpOpen, "", site.WayInSignUp},
		{site.SignUpOpen, "help@demo.example", site.WayInSignUp},
		{site.SignUpApproval, "help@demo.example", site.WayInApproval},
		{site.SignUpOff, "help@demo.example", site.WayInContact},
		{site.SignUpOff, "", site.WayInStaff},
	} {
		if got := (site.Settings{SignUp: row.signUp, Support: row.support}).WayIn(); got != row.want {
			t.Errorf("with sign-up %s and contact %q the way in is %s, want %s", row.signUp, row.support, got, row.want)
		}
	}
}
