package konnect

import (
	"encoding/json"
	"testing"
)

func TestSignUpAnswersAreStoredUnchanged(t *testing.T) {
	for sent, want := range map[string]any{
		`"Navy"`: "Navy", `true`: true, `40`: 40.0, `null`: nil, `0.1`: 0.1,
		`12345678901234567890`: "12345678901234567890", `1.50`: "1.50", `1e400`: "1e400",
		`[12345678901234567890, "a<b"]`: `[12345678901234567890,"a<b"]`, `{"a": {"b": null}}`: `{"a":{"b":null}}`,
	} {
		if got := answer(json.RawMessage(sent)); got != want {
			t.Errorf("%s is kept as %#v, want %#v", sent, got, want)
		}
	}
}

func TestPasswordFieldsAreRecognised(t *testing.T) {
	for name, secret := range map[string]bool{
		"password": true, "Password": true, "password_confirmation": true, "confirm-passwd": true, "passPhrase": true, "pwd": true,
		"passport": false, "company": false, "pass": false,
	} {
		if password.MatchString(name) != secret {
			t.Errorf("%s: a password should be %v", name, secret)
		}
	}
}
