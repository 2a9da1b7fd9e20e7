package text

import (
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/platform/fault"
)

func TestCheckValuesNamesTheRejectedField(t *testing.T) {
	for sent, field := range map[string]string{
		"/":                                     "",
		"/a%20b?q=%C3%A4%0A&q=%2500&empty":      "",
		"/%C3%A4%F0%9F%98%80":                   "",
		"/?q=%EF%BF%BD":                         "",
		"/?q=%00":                               "q",
		"/?q=fine&q=%ff":                        "q",
		"/?a=1&b=%C3&c=%ff":                     "b",
		"/?%00=1":                               "a field's name",
		"/?" + strings.Repeat("n", 65) + "=%ff": "a field's name",
	} {
		address, err := url.Parse(sent)
		if err != nil {
			t.Fatal(err)
		}
		err = CheckAddress(address)
		if (err == nil) != (field == "") || err != nil && (!fault.Is(err, fault.Invalid) || fault.From(err).Fields[0].Name != field) {
			t.Errorf("%s: %v, want %q refused", sent, err, field)
		}
	}
}

func TestAPathThatCannotBeStoredIsNotFound(t *testing.T) {
	for _, sent := range []string{"/a%00b", "/%ff?q=%ff", "/%C3"} {
		address, err := url.Parse(sent)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckAddress(address); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", sent, err)
		}
	}
}
