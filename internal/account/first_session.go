package account

import (
	"context"
	"net/netip"
)

// Browser is what a session records of the browser that starts it.
type Browser struct {
	Address   netip.Addr
	UserAgent string
	// Replaces is the token of the browser's previous session, which ends.
	Replaces string
}

// SetUpAndSignIn is SetUp and then SignIn. If the account cannot sign in yet, its password is set and the SignedIn has
// no token.
func (s *Service) SetUpAndSignIn(ctx context.Context, in SetUp, browser Browser) (SignedIn, error) {
	holder, _, err := s.invitedBy(ctx, in.Token)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.SetUp(ctx, in); err != nil {
		return SignedIn{}, err
	}
	return s.signInAs(ctx, holder, in.Password, browser), nil
}

// ResetPasswordAndSignIn is ResetPassword and then SignIn. If the account cannot sign in yet, its password is set and
// the SignedIn has no token.
func (s *Service) ResetPasswordAndSignIn(ctx context.Context, in NewPassword, browser Browser) (SignedIn, error) {
	if err := in.Validate(); err != nil {
		return SignedIn{}, err
	}
	holder, _, err := s.holderOf(ctx, in.Token, ResetPassword)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.ResetPassword(ctx, in); err != nil {
		return SignedIn{}, err
	}
	return s.signInAs(ctx, holder, in.Password, browser), nil
}

// signInAs drops the error of SignIn: the password is set all the same, and the sign-in page says what is wrong.
func (s *Service) signInAs(ctx context.Context, holder Account, password string, browser Browser) SignedIn {
	signedIn, err := s.SignIn(ctx, SignIn{
		Email: holder.Email, Password: password, Address: browser.Address, UserAgent: browser.UserAgent, Replaces: browser.Replaces,
	})
	if err != nil {
		return SignedIn{}
	}
	return signedIn
}
