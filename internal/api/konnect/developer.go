package konnect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
)

// register creates an account. Members beside address and name are answers to the operator's own questions.
func register(c *call) error {
	sent, err := rest.Decode[map[string]json.RawMessage](c.writer, c.request)
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
	answers := account.Answers{}
	for member, value := range sent {
		if said := answer(value); said != nil && member != "email" && member != "full_name" && !password.MatchString(member) {
			answers[member] = said
		}
	}
	err = c.config.Accounts.SignUp(c.request.Context(), account.SignUp{
		Email: email, Name: name, Answers: answers, Front: c.origins.Trusted(c.request),
	})
	if err != nil {
		return renamed(err, map[string]string{"name": "full_name"})
	}
	return c.empty(http.StatusCreated)
}

// password matches members that hold a password. Passwords are set with the mailed link; one that is sent here is
// dropped.
var password = regexp.MustCompile(`(?i)pass[ _-]?(word|wd|phrase)|pwd`)

// answer parses a text, a boolean, null, or a number that survives conversion. Anything else stays JSON.
func answer(sent json.RawMessage) any {
	var said any
	if err := json.Unmarshal(sent, &said); err == nil { // numbers can be too large
		switch value := said.(type) {
		case nil, string, bool:
			return value
		case float64:
			if again, err := json.Marshal(value); err == nil && bytes.Equal(again, sent) {
				return value
			}
		}
	}
	var whole bytes.Buffer
	_ = json.Compact(&whole, sent)
	return whole.String()
}

// text returns a required member that must be a text.
func text(sent map[string]json.RawMessage, name string) (string, error) {
	value, there := sent[name]
	if !there || string(value) == "null" {
		return "", required(member{name: name})
	}
	var said string
	if err := json.Unmarshal(value, &said); err != nil {
		return "", fault.InvalidFields([]fault.Field{{Name: name, Reason: "must be a string"}})
	}
	return said, nil
}

// member is a text in a body, nil if it is missing.
type member struct {
	name string
	text *string
}

// required rejects a body in which any of the members is missing.
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
		Email: *sent.Username, Password: *sent.Password, Address: c.Principal.Address, UserAgent: c.request.UserAgent(),
	}, dialect)
	if err != nil {
		return err
	}
	c.startSession(tokens)
	return c.empty(http.StatusNoContent)
}

// refresh exchanges the refresh token for new tokens.
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

// logout ends every session that the developer has in this API. A token that has expired or was replaced ends only its
// own session: clients come here after a refused refresh, too.
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

// checkToken rejects a malformed token in the protocol's words.
func checkToken(token string) error {
	if !uuid.MatchString(token) {
		return fault.InvalidFields([]fault.Field{{Name: "token", Reason: "invalid ID format"}})
	}
	return nil
}

// verified is a verified address with the token to set a password.
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
