package konnect

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
)

// register makes an account. Whatever is sent beside address and name are answers to the operator's own questions.
func register(c *call) error {
	sent, err := rest.Decode[map[string]any](c.writer, c.request)
	if err != nil {
		return err
	}
	email, err := text(sent, "email")
	if err != nil {
		return err
	}
	name, err := text(sent, "full_name")
	if err != nil {
		return err
	}
	maps.DeleteFunc(sent, func(name string, answer any) bool { return answer == nil || slices.Contains(ownMembers, name) })
	if err := flatten(sent); err != nil {
		return err
	}
	err = c.config.Accounts.SignUp(c.request.Context(), account.SignUp{
		Email: email, Name: name, Answers: sent, Front: c.origins.Trusted(c.request),
	})
	if err != nil {
		return renamed(err, map[string]string{"name": "full_name"})
	}
	return c.empty(http.StatusCreated)
}

// ownMembers are no answers to the operator's questions. A password is chosen with the link of the mail; who sends one all the
// same has it kept nowhere.
var ownMembers = []string{"email", "full_name", "password"}

// flatten makes texts of answers that are lists or objects.
func flatten(answers map[string]any) error {
	for name, answer := range answers {
		switch answer.(type) {
		case []any, map[string]any:
			text, err := json.Marshal(answer)
			if err != nil {
				return err
			}
			answers[name] = string(text)
		}
	}
	return nil
}

// text reads a member that must be there and be a text.
func text(sent map[string]any, name string) (string, error) {
	switch value := sent[name].(type) {
	case string:
		return value, nil
	case nil:
		return "", required(member{name: name})
	}
	return "", fault.InvalidFields([]fault.Field{{Name: name, Reason: "must be a string"}})
}

// member is a text in a body, nil where it is missing.
type member struct {
	name string
	text *string
}

// required refuses a body without members that must be there.
func required(members ...member) error {
	var missing []fault.Field
	for _, member := range members {
		if member.text == nil {
			missing = append(missing, fault.Field{Name: member.name, Reason: "is required"})
		}
	}
	return fault.InvalidFields(missing)
}

func authenticate(c *call) error {
	sent, err := rest.Decode[struct {
		Username *string `json:"username"`
		Password *string `json:"password"`
	}](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"username", sent.Username}, member{"password", sent.Password}); err != nil {
		return err
	}
	tokens, err := c.config.Accounts.IssueTokens(c.request.Context(), account.SignIn{
		Email: *sent.Username, Password: *sent.Password, Address: c.principal.Address, UserAgent: c.request.UserAgent(),
	}, dialect)
	if err != nil {
		return err
	}
	c.startSession(tokens)
	return c.empty(http.StatusNoContent)
}

// refresh takes the refresh token for new ones.
func refresh(c *call) error {
	tokens, err := c.config.Accounts.RefreshTokens(c.request.Context(), dialect, c.cookie(refreshCookie))
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			c.clearSession()
		}
		return err
	}
	c.startSession(tokens)
	return c.empty(http.StatusNoContent)
}

// logout ends all sessions of who comes with a token that is good, and for good the one of a token that is not: clients that
// were refused come here.
func logout(c *call) error {
	if err := c.config.Accounts.RevokeTokens(c.request.Context(), dialect, c.cookie(accessCookie), c.cookie(refreshCookie)); err != nil {
		return err
	}
	c.clearSession()
	return c.empty(http.StatusNoContent)
}

func forgotPassword(c *call) error {
	sent, err := rest.Decode[struct {
		Email *string `json:"email"`
	}](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"email", sent.Email}); err != nil {
		return err
	}
	err = c.config.Accounts.ForgotPassword(c.request.Context(), account.ForgotPassword{Email: *sent.Email, Front: c.origins.Trusted(c.request)})
	if err != nil {
		return err
	}
	return c.empty(http.StatusOK)
}

// uuid is how tokens of mails are spelled.
var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// checkToken refuses what cannot be a token, in the protocol's words.
func checkToken(token string) error {
	if !uuid.MatchString(token) {
		return fault.InvalidFields([]fault.Field{{Name: "token", Reason: "invalid ID format"}})
	}
	return nil
}

// verified is an address that was proved, with the token that a password is chosen with.
type verified struct {
	Email string `json:"email"`
	Token string `json:"token"`
}

func verifyEmail(c *call) error {
	sent, err := rest.Decode[struct {
		Token *string `json:"token"`
	}](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"token", sent.Token}); err != nil {
		return err
	}
	if err := checkToken(*sent.Token); err != nil {
		return err
	}
	proved, err := c.config.Accounts.VerifyEmail(c.request.Context(), *sent.Token)
	if err != nil {
		return err
	}
	return c.json(http.StatusAccepted, verified{Email: proved.Email, Token: proved.Token})
}

func resetPassword(c *call) error {
	sent, err := rest.Decode[struct {
		Password *string `json:"password"`
		Token    *string `json:"token"`
	}](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"password", sent.Password}, member{"token", sent.Token}); err != nil {
		return err
	}
	if err := checkToken(*sent.Token); err != nil {
		return err
	}
	if err := c.config.Accounts.ResetPassword(c.request.Context(), account.NewPassword{Token: *sent.Token, Password: *sent.Password}); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// developer is an account on the wire.
type developer struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	FullName  string    `json:"full_name"`
	CreatedAt timestamp `json:"created_at"`
	UpdatedAt timestamp `json:"updated_at"`
}

func getMe(c *call) error {
	me, err := c.config.Accounts.Me(c.request.Context())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, developer{
		ID: me.Account.ID.UUID(), Email: me.Account.Email, FullName: me.Account.Name,
		CreatedAt: timestamp(me.Account.CreatedAt), UpdatedAt: timestamp(me.Account.UpdatedAt),
	})
}
