package address

import (
	"testing"
)

func TestReturnPath(t *testing.T) {
	for sent, own := range map[string]bool{
		"/":                                   true,
		"/profile":                            true,
		"/apis/parcels/2":                     true,
		"/apis?q=track+me":                    true,
		"/apis/a%20b/1.0":                     true,
		"":                                    false,
		"profile":                             false,
		"https://evil.example/":               false,
		"HTTPS://evil.example":                false,
		"javascript:alert(1)":                 false,
		"//evil.example":                      false,
		"///evil.example":                     false,
		"/\\evil.example":                     false,
		"\\\\evil.example":                    false,
		"/\t/evil.example":                    false,
		"/\n/evil.example":                    false,
		"\t//evil.example":                    false,
		"\x20//evil.example":                  false,
		"/%2F/evil.example":                   false,
		"/%2fevil.example":                    false,
		"/%252Fevil.example":                  false,
		"/%5Cevil.example":                    false,
		"/%255cevil.example":                  false,
		"/%09/evil.example":                   false,
		"/%0d%0aLocation:%20//evil.example":   false,
		"/..//evil.example":                   false,
		"/./evil":                             false,
		"/profile/../..//evil.example":        false,
		"/%2e%2e/%2fevil.example":             false,
		"//evil.example/%2e%2e":               false,
		"/profile\x00":                        false,
		"/profile\x7f":                        false,
		"/%zz":                                false,
		"http:/profile":                       false,
		"//user@evil.example":                 false,
		"/@evil.example":                      true,
		"/apis?next=https://evil.example":     true,
		"/apis?next=%5C%5Cevil.example":       false,
		"/apis/\u2028":                        true,
		"/profile#keys":                       true,
		"/profile?" + string(make([]byte, 9)): false,
	} {
		want := "/fallback"
		if own {
			want = sent
		}
		if got := Return(sent, "/fallback"); got != want {
			t.Errorf("%q leads to %q, want %q", sent, got, want)
		}
	}
}
