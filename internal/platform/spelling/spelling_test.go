package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"listen", "gateway_listen", "lease", "data_dir"}
	for written, want := range map[string]string{
		"lissten": "listen", "LISTEN": "listen", "leese": "lease", "datadir": "data_dir", "gateway_lsiten": "gateway_listen",
		"": "", "x": "", "something else": "", strings.Repeat("listen", 100): "",
	} {
		got, found := Nearest(written, known)
		if got != want || found != (want != "") {
			t.Errorf("Nearest(%.20q) = %q, %v; want %q", written, got, found, want)
		}
	}
}

func TestListSeparatesNamesWithCommas(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a, b": {"a", "b"}, "Free, small; b": {"Free, small", "b"}} {
		if got := List(names); got != want {
			t.Errorf("List(%q) = %q, want %q", names, got, want)
		}
	}
}
