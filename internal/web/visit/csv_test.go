package visit

import "testing"

func TestFormulasAreEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "\na": "'\na", "a=1": "a=1", "'=1": "'=1",
	} {
		if got := Harmless(text); got != want {
			t.Errorf("%q is exported as %q, want %q", text, got, want)
		}
	}
}
