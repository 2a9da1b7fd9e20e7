package konnect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/site"
)

const (
	someone     = "grace@hopper.example"
	goodEnough  = "a password of some length"
	otherEnough = "another one of some length"
)

// fullName has the maximum length that the protocol allows in a response.
var fullName = "Grace Hopper" + strings.Repeat(" Ü", 119)

func TestSignUp(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.change(t, func(s *site.Settings) { s.SignUp, s.StaffMailOff = site.SignUpApproval, true })
		c := p.client()
		c.headers["Origin"] = front

		signUp := object{"requestBody": object{"email": someone, "full_name": fullName, "company": "Navy", "size": 40, "tells": true, "phone": nil,
			"password": goodEnough, "Password_Confirmation": goodEnough, "languages": []any{"COBOL", "FLOW-MATIC"},
		}}
		if got := c.want(t, http.StatusCreated, "DeveloperApi.register", signUp); got.Body != "" {
			t.Errorf("signing up returned %v", got.Body)
		}
		long := object{"requestBody": object{"email": "long@hopper.example", "full_name": strings.Repeat("ü", 251)}}
		if got := c.want(t, http.StatusBadRequest, "DeveloperApi.register", long); got.text("invalid_parameters", 0, "field") != "full_name" {
			t.Errorf("a name that is too long returned %v", got.Body)
		}
		c.want(t, http.StatusCreated, "DeveloperApi.register", signUp) // the answer does not reveal that the address is known

		letter, message := p.nextMail(t)
		if letter.Purpose != account.VerifyEmail || message.Params["front"] != front {
			t.Fatalf("the mail is %+v to %v", letter, message.Params)
		}
		proved := c.want(t, http.StatusAccepted, "DeveloperApi.verifyEmail", object{"verifyEmailRequest": object{"token": letter.Token}})
		if proved.text("email") != someone {
			t.Errorf("verifying the address returned %v", proved.Body)
		}
		c.want(t, http.StatusNotFound, "DeveloperApi.verifyEmail", object{"verifyEmailRequest": object{"token": letter.Token}}) // a token works once
		reset := func(token, password string) object {
			return object{"resetPasswordRequest": object{"token": token, "password": password}}
		}
		c.want(t, http.StatusBadRequest, "DeveloperApi.resetPassword", reset(proved.text("token"), "short"))
		c.want(t, http.StatusNoContent, "DeveloperApi.resetPassword", reset(proved.text("token"), goodEnough))
		c.want(t, http.StatusNotFound, "DeveloperApi.resetPassword", reset(proved.text("token"), goodEnough))

		credentials := object{"authenticateRequest": object{"username": someone, "password": goodEnough}}
		if got := c.want(t, http.StatusUnauthorized, "DeveloperApi.authenticate", credentials); !strings.Contains(got.text("title"), "disabled") {
			t.Errorf("signing in before approval returned %v", got.Body)
		}
		people, err := p.Services.Accounts.Accounts(system(), account.AccountFilter{Search: someone}, everything)
		if err != nil || len(people.Items) != 1 {
			t.Fatalf("%+v, %v", people, err)
		}
		person, err := p.Services.Accounts.Person(system(), people.Items[0].ID)
		answers := person.Answers
		if err != nil || answers["company"] != "Navy" || answers["size"] != 40.0 || answers["tells"] != true ||
			answers["languages"] != `["COBOL","FLOW-MATIC"]` || len(answers) != 4 { // without the password
			t.Errorf("the answers are %v, %v", answers, err)
		}
		if err := p.Services.Accounts.Approve(system(), people.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		c.signIn(t, someone, goodEnough)
		me := c.want(t, http.StatusOK, "DeveloperApi.getDeveloperMe", nil)
		if me.text("email") != someone || me.text("full_name") != fullName || me.text("id") == "" {
			t.Errorf("me is %v", me.Body)
		}

		for range 2 { // the mail about the known address, and the mail about the approval
			p.nextMail(t)
		}
		c.want(t, http.StatusOK, "DeveloperApi.forgotPassword", object{"resetPasswordPayload": object{"email": someone}})
		c.want(t, http.StatusOK, "DeveloperApi.forgotPassword", object{"resetPasswordPayload": object{"email": "nobody@hopper.example"}})
		letter, _ = p.nextMail(t)
		c.want(t, http.StatusNoContent, "DeveloperApi.resetPassword", reset(letter.Token, otherEnough))
		c.want(t, http.StatusUnauthorized, "DeveloperApi.getDeveloperMe", nil) // the reset ended all sessions
		c.signIn(t, someone, otherEnough)
	})
}

func TestEndedSessionsStayEnded(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		alive := func(t *testing.T, c *client) bool {
			t.Helper()
			return c.call(t, "DeveloperApi.getDeveloperMe", nil).Status == http.StatusOK
		}
		for name, end := range map[string]func(t *testing.T, c *client){
			"signing out": func(t *testing.T, c *client) { c.want(t, http.StatusNoContent, "DeveloperApi.logout", nil) },
			"signing out elsewhere": func(t *testing.T, _ *client) {
				p.signedIn(t, demo.Developer).want(t, http.StatusNoContent, "DeveloperApi.logout", nil)
			},
			"a refresh token that was used": func(t *testing.T, c *client) {
				used := *c.cookies["portalrefreshtoken"]
				c.want(t, http.StatusNoContent, "DeveloperApi.refresh", nil)
				thief := p.client()
				thief.cookies["portalrefreshtoken"] = &used
				thief.want(t, http.StatusUnauthorized, "DeveloperApi.refresh", nil)
			},
			"staff": func(t *testing.T, _ *client) {
				people, err := p.Services.Accounts.Accounts(system(), account.AccountFilter{Search: demo.Developer}, everything)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Services.Accounts.Block(system(), people.Items[0].ID); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = p.Services.Accounts.Unblock(system(), people.Items[0].ID) })
			},
		} {
			t.Run(name, func(t *testing.T) {
				c := p.signedIn(t, demo.Developer)
				first := copied(c)
				c.want(t, http.StatusNoContent, "DeveloperApi.refresh", nil)
				if alive(t, first) || !alive(t, c) {
					t.Fatal("a refresh did not replace the earlier tokens")
				}
				saved := copied(c)
				end(t, c)
				if alive(t, c) || alive(t, saved) {
					t.Error("a saved cookie still works")
				}
				saved.want(t, http.StatusUnauthorized, "DeveloperApi.refresh", nil)
				c.want(t, http.StatusNoContent, "DeveloperApi.logout", nil) // succeeds without a session, too
			})
		}
	})
}

// copied returns a front end with the same cookies.
func copied(c *client) *client {
	another := newClient(c.base)
	for name, cookie := range c.cookies {
		another.cookies[name] = cookie
	}
	return another
}
