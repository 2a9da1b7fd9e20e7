package site

// WayIn says how visitors without an account get one.
type WayIn string

// The ways in. With SignUpApproval, staff approve each sign-up.
const (
	WayInSignUp   WayIn = "sign_up"
	WayInApproval WayIn = "approval"
	WayInContact  WayIn = "contact"
	WayInStaff    WayIn = "staff"
)

// WayIn returns how visitors get an account: they sign up, or write to the support contact, or ask staff if the portal
// names no contact.
func (s Settings) WayIn() WayIn {
	switch {
	case s.SignUp == SignUpOpen:
		return WayInSignUp
	case s.SignUp == SignUpApproval:
		return WayInApproval
	case s.Support != "":
		return WayInContact
	}
	return WayInStaff
}
