package visit

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/id"
)

// PathPart returns a decoded parameter of the path. chi does not decode the parameters of paths with encoded
// characters.
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

// CredentialID parses the ID of a key. It returns the zero ID if text is malformed; no key has that ID.
func CredentialID(text string) access.CredentialID {
	parsed, err := id.Parse[access.CredentialID](text)
	if err != nil {
		return access.CredentialID{}
	}
	return parsed
}

// Credential returns the ID of the key in the path.
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

// SubscriptionID returns the ID of the subscription in the path, or the zero ID if it is malformed.
func (v *Visit) SubscriptionID() access.SubscriptionID {
	return ParseID[access.SubscriptionID](v.PathPart("subscription"))
}
