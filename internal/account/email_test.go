package account

import (
	"strings"
	"testing"
)

func TestAnAddressHasOneSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"dev@demo.example":                     "dev@demo.example",
		"  Dev@Demo.EXAMPLE\t":                 "dev@demo.example",
		"a.b+c_d'e@x.example":                  "a.b+c_d'e@x.example",
		"dev@bücher.example":                   "dev@xn--bcher-kva.example",
		"dev@BÜCHER.example":                   "dev@xn--bcher-kva.example",
		"dev@xn--bcher-kva.example":            "dev@xn--bcher-kva.example",
		"dev@intranet":                         "dev@intranet",
		strings.Repeat("a", 64) + "@x.example": strings.Repeat("a", 64) + "@x.example",
	} {
		if got, valid := normaliseEmail(text); got != want || !valid {
			t.Errorf("%q reads %q, %v; want %q", text, got, valid, want)
		}
	}
	for _, text := range []string{
		"", "@", "dev", "dev@", "@demo.example", "dev@demo@demo.example ,", "a b@demo.example", "dev@demo..example", "dev@.example", "dev@demo.example.",
		".dev@demo.example", "dev.@demo.example", "d..v@demo.example", `"dev"@demo.example`, "dev@demo.example\r\nBcc: all@demo.example",
		"dev\r\n@demo.example", "dev\x00@demo.example", "dév@demo.example", "dev@[127.0.0.1]", "dev@demo example", "dev@-demo.example",
		"Dev <dev@demo.example>", strings.Repeat("a", 65) + "@x.example", "a@" + strings.Repeat("a.", 130) + "example",
		strings.Repeat("a", 60) + "@" + strings.Repeat("ü.", 60) + "example", "dev@de\u202emo.example", "dev@\xff.example",
	} {
		if got, valid := normaliseEmail(text); valid {
			t.Errorf("%.60q reads %q, want it refused", text, got)
		}
	}
}

func TestNamesHoldNoControlCharacters(t *testing.T) {
	for name, accepted := range map[string]bool{
		"Ada Lovelace": true, "李明": true, "x": true, strings.Repeat("ä", 250): true,
		"": false, strings.Repeat("ä", 251): false, "Ada\r\nBcc: all@demo.example": false, "Ada\x00": false, "Ada\x1b[31m": false, "\xff": false,
		"Ada\u202eecalevoL": false, "Your bank https://evil.example": false, "Smith & Sons: https": true,
	} {
		if refused := refusedName("name", name); (len(refused) == 0) != accepted {
			t.Errorf("%.30q: got %v, want accepted %v", name, refused, accepted)
		}
	}
	if got := clip("Browser\r\n\x001.0" + strings.Repeat("ä", 300)); got != "Browser1.0"+strings.Repeat("ä", 190) {
		t.Errorf("a browser's description is kept as %q", got)
	}
}
