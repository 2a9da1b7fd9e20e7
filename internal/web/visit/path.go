package visit

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/id"
)

// PathPart is one decoded part of the address; chi leaves those as they were sent that may be spelled in several ways.
func (v *Visit) PathPart(name string) string {
	sent := chi.URLParam(v.Request, name)
	if v.Request.URL.RawPath == "" {
		return sent
	}
	if decoded, err := url.PathUnescape(sent); err == nil {
		return decoded
	}
	return sent
}

// CredentialID reads a key's identifier. What is none names no key: the zero one, which the services do not know.
func CredentialID(spelled string) access.CredentialID {
	parsed, err := id.Parse[access.CredentialID](spelled)
	if err != nil {
		return access.CredentialID{}
	}
	return parsed
}

// Credential is the key that the address names.
func (v *Visit) Credential() access.CredentialID { return CredentialID(v.PathPart("credential")) }

// ParseID returns the zero ID if text is malformed; no object has that ID.
func ParseID[I ~[12]byte](text string) I {
	parsed, err := id.Parse[I](text)
	if err != nil {
		return I{}
	}
	return parsed
}

// ParseNonZeroID returns an ID that no object has if text is malformed. It is for IDs whose zero value has a meaning.
func ParseNonZeroID[I ~[12]byte](text string) I {
	parsed := ParseID[I](text)
	if parsed == (I{}) {
		for i := range parsed {
			parsed[i] = 0xff
		}
	}
	return parsed
}

// SubscriptionID returns the subscription in the path; no subscription has the zero ID that a malformed one becomes.
func (v *Visit) SubscriptionID() access.SubscriptionID {
	return ParseID[access.SubscriptionID](v.PathPart("subscription"))
}
