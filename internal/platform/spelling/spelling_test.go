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
