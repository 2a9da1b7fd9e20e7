package rest_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/api/rest"
)

type described struct {
	Type    string `json:"type,omitempty"`
	Content string `json:"content"`
}

func sendText(t interface{ Fatal(...any) }, value any, text string) described {
	answer := httptest.NewRecorder()
	if err := rest.WithText(answer, value, "content", []byte(text)); err != nil {
		t.Fatal(err)
	}
	var read described
	if err := json.Unmarshal(answer.Body.Bytes(), &read); err != nil {
		t.Fatal(err, answer.Body.String())
	}
	return read
}

func TestALongTextIsSpelledInParts(t *testing.T) {
	head := struct {
		Type string `json:"type"`
	}{"openapi"}
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.String().Draw(t, "odd")
		// The parts end within characters of every length.
		text := strings.Repeat("x", 32<<10-rapid.IntRange(0, 8).Draw(t, "before the end")) + odd + "\"\\\n<&>é€😀\u2028" + strings.Repeat("😀", 20<<10)
		if read := sendText(t, head, text); read != (described{"openapi", text}) {
			t.Fatalf("%d bytes came back as %d", len(text), len(read.Content))
		}
	})
	if read := sendText(t, struct{}{}, ""); read != (described{}) {
		t.Errorf("nothing came back as %+v", read)
	}
	broken := strings.Repeat("\x80", 70<<10)
	if read := sendText(t, head, broken); !strings.HasPrefix(read.Content, "\uFFFD") {
		t.Errorf("what is no UTF-8 came back as %q", read.Content[:8])
	}
}

// reader is a client that only records the largest write.
type reader struct {
	*httptest.ResponseRecorder
	most int
}

func (r *reader) Write(text []byte) (int, error) {
	r.most = max(r.most, len(text))
	return len(text), nil
}

func TestALongTextIsNeverThereTwice(t *testing.T) {
	client := &reader{ResponseRecorder: httptest.NewRecorder()}
	if err := rest.WithText(client, struct{}{}, "content", []byte(strings.Repeat("\x01", 1<<20))); err != nil {
		t.Fatal(err)
	}
	if client.most > 6*32<<10 { // JSON needs six bytes for each of these characters
		t.Errorf("%d bytes were sent at once", client.most)
	}
}
