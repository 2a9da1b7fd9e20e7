package gateway

import (
	"net/http"
	"testing"
	"time"
)

func TestUnknownKeysAreRememberedAndBounded(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("key", at)
	for range 10 {
		p.wantStatus(p.get("/weather/v1", "unknown"), 401)
	}
	if p.loads != 1 {
		t.Errorf("%d loads of one unknown key", p.loads)
	}
	for i := range unknownKeys - 1 {
		p.wantStatus(p.get("/weather/v1", benchKey(i)), 401)
	}
	loads := p.loads
	refused := p.get("/weather/v1", "one more")
	p.wantStatus(refused, http.StatusTooManyRequests)
	if p.loads != loads || refused.Header().Get("Retry-After") == "" {
		t.Error("it was looked for all the same")
	}
	p.wantStatus(p.get("/weather/v1", "unknown"), 401) // cached as unknown
	p.clock.Advance(time.Second)
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	for i := range unknownKeys * 2 { // keys that exist are not guesses
		p.issue(benchKey(i)+"!", at)
		p.wantStatus(p.get("/weather/v1", benchKey(i)+"!"), 200)
	}
}

// TestGuessesAtOnceAreBounded sends guesses from one address while none has been answered.
func TestGuessesAtOnceAreBounded(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/weather/v1", "builtin:echo"))
	answering := make(chan struct{})
	p.loading = func() { <-answering }
	answers := make(chan int, unknownKeys+10)
	for i := range cap(answers) {
		go func() { answers <- p.get("/weather/v1", benchKey(i)).Code }()
	}
	for range 10 { // refused guesses need no load
		if code := <-answers; code != http.StatusTooManyRequests {
			t.Errorf("a guess beyond the limit is answered %d", code)
		}
	}
	close(answering)
	for range unknownKeys {
		if code := <-answers; code != http.StatusUnauthorized {
			t.Errorf("a guess within the limit is answered %d", code)
		}
	}
}

// TestOurFailuresAreNoGuesses sends keys that cannot be looked up.
func TestOurFailuresAreNoGuesses(t *testing.T) {
	p := newPortal(t).start()
	p.publish("/weather/v1", "builtin:echo")
	p.wantStatus(p.get("/weather/v1", "first"), 401)
	p.down = true
	for i := range unknownKeys * 2 {
		p.wantStatus(p.get("/weather/v1", benchKey(i)), 503)
	}
	p.down = false
	p.wantStatus(p.get("/weather/v1", "second"), 401)
}
