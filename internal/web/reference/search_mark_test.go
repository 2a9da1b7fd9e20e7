package reference

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFoundWordsAreMarked(t *testing.T) {
	for _, test := range []struct{ text, query, want string }{
		{"Download a label", "label", "Download a [label]"}, {"Print labels in bulk", "LABEL bu", "Print [label]s in [bu]lk"},
		{"label_url", "label", "[label]_url"}, {"unlabelled", "label", "unlabelled"}, {"Größe größer", "größe", "[Größe] [größe]r"},
		{"", "a", ""}, {"a", "", "a"}, {"a\xffb a", "a \xff", "[a]\xffb [a]"}, {"label", "lab label", "[label]"},
	} {
		got := ""
		for _, part := range markParts(test.text, test.query) {
			if part.Marked {
				got += "[" + part.Text + "]"
			} else {
				got += part.Text
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q in %q: %s", test.query, test.text, diff)
		}
	}
}
