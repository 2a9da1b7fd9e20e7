package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/usage"
)

// served puts the gateway behind a real listener.
func (p *portal) served() *httptest.Server {
	server := httptest.NewServer(p.gateway)
	p.t.Cleanup(server.Close)
	return server
}

// raw sends raw bytes and returns the connection and the response.
func raw(t testing.TB, server *httptest.Server, request string) (net.Conn, *http.Response) {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(clock.Now().Add(5 * time.Minute))
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	return connection, answer
}

// totals sums up what was stored.
type totals struct {
	series                                              usage.Series // of the last count
	Calls, Limited, ClientErrors, ServerErrors, Spreads int64
	BytesIn, BytesOut                                   int64
}

// counts lists what was stored.
func (p *portal) counts() (counts []usage.Count) {
	for _, batch := range p.batches {
		counts = append(counts, batch.Counts...)
	}
	return counts
}

// totals stores counts and sums them up.
func (p *portal) totals() (sum totals) {
	p.t.Helper()
	p.flush()
	for _, count := range p.counts() {
		sum.series = count.Series
		sum.Calls += count.Requests
		sum.BytesIn += count.BytesIn
		sum.BytesOut += count.BytesOut
		switch {
		case count.Status >= 500:
			sum.ServerErrors += count.Requests
		case count.Status >= 400:
			sum.ClientErrors += count.Requests
		}
		sum.Limited += count.Requests - count.Forwarded
	}
	for _, batch := range p.batches {
		sum.Spreads += int64(len(batch.Spreads))
	}
	return sum
}

func TestWhatTheUpstreamReceives(t *testing.T) {
	var received *http.Request
	var body []byte
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		received = r
		body, _ = io.ReadAll(r.Body)
	})+"/base/", func(r *plan.Route) { r.Query = []string{"subscription-key"} })
	p.issue("key", at)
	answer := p.call(http.MethodPost, "/weather/v1/cities?a=1&subscription-key=key&b=%7e", strings.NewReader("body"),
		"X-Api-Key: key", "Ocp-Apim-Subscription-Key: key", "Authorization: Bearer a.b.c", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil.example",
		"X-Forwarded-Proto: https", "Forwarded: for=203.0.113.9", "X-Real-Ip: 203.0.113.9", "X-Forwarded-Prefix: /evil",
		"Connection: close, X-Secret-Hop, X-Forwarded-For", "X-Secret-Hop: 1", "Keep-Alive: timeout=5", "Proxy-Authorization: Basic x", "Te: gzip",
		"Cookie: a=1; portico_session=secret; __Host-portico_session=secret", "Cookie: PORTALACCESSTOKEN=secret;b=2; portalrefreshtoken=x; c=d=e",
		"User-Agent: curl", "Accept: text/plain")
	p.wantStatus(answer, 200)
	want := http.Header{
		"Authorization": {"Bearer a.b.c"}, "X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Host": {"example.com"}, "X-Forwarded-Proto": {"http"},
		"Cookie": {"a=1; b=2; c=d=e"}, "User-Agent": {"curl"}, "Accept": {"text/plain"}, "Content-Length": {"4"},
	}
	if diff := cmp.Diff(want, received.Header); diff != "" {
		t.Error(diff)
	}
	if got := received.Method + " " + received.RequestURI + " " + string(body); got != "POST /base/cities?a=1&b=%7e body" {
		t.Error(got)
	}
	if received.Host == "example.com" {
		t.Error("the upstream is called by the gateway's name")
	}
}

func TestUpstreamFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	speaks := func(answer string) string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = http.ReadRequest(bufio.NewReader(connection))
				_, _ = io.WriteString(connection, answer)
				_ = connection.Close()
			}
		}()
		return "http://" + listener.Addr().String()
	}
	for name, failing := range map[string]struct {
		upstream string
		timeout  time.Duration
		want     int
	}{
		"down":           {closed.URL, 0, 502},
		"garbage":        {speaks("this is not HTTP\r\n\r\n"), 0, 502},
		"hung up":        {speaks(""), 0, 502},
		"status of 000":  {speaks("HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n"), 0, 502},
		"half a header":  {speaks("HTTP/1.1 200 OK\r\nContent-"), 0, 502},
		"endless header": {speaks("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"), 0, 502},
		"slow":           {upstream(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 20 * time.Millisecond, 504},
	} {
		p := newPortal(t).start()
		p.issue("key", p.publish("/x", failing.upstream, func(r *plan.Route) { r.Endpoint.Timeout = failing.timeout }))
		answer := p.get("/x", "key")
		if answer.Code != failing.want || !strings.HasPrefix(answer.Body.String(), `{"statusCode":50`) {
			t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
		}
		if counted := p.totals(); counted.Calls != 1 || counted.ServerErrors != 1 || counted.Spreads == 0 {
			t.Errorf("%s: counted as %+v", name, counted)
		}
	}
}

func TestAnswerThatIsCutOff(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "the beginning")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.served().URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "key")
	answer, err := new(http.Transport).RoundTrip(r)
	if err == nil {
		_, err = io.ReadAll(answer.Body)
	}
	if err == nil {
		t.Error("the client read half an answer as if it were whole")
	}
	p.gateway.meterIdle(p)
	if counted := p.totals(); counted.Calls != 1 || counted.ServerErrors != 1 || counted.BytesOut != int64(len("the beginning")) {
		t.Errorf("counted as %+v", counted)
	}
}

func TestStreaming(t *testing.T) {
	for _, contentType := range []string{"text/event-stream", "application/octet-stream"} {
		next := make(chan string)
		p := newPortal(t).start()
		p.issue("key", p.publish("/x", upstream(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_ = http.NewResponseController(w).Flush()
			for event := range next {
				_, _ = io.WriteString(w, event)
				_ = http.NewResponseController(w).Flush()
			}
		})))
		_, answer := raw(t, p.served(), "GET /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\n\r\n"+"")
		for i := range 3 {
			event := fmt.Sprintf("data: %d\n\n", i)
			next <- event
			got := make([]byte, len(event))
			if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != event {
				t.Fatalf("%s: event %d arrived as %q, %v, before the next was sent", contentType, i, got, err)
			}
			if i == 0 {
				p.flush()
			}
		}
		close(next)
		if rest, err := io.ReadAll(answer.Body); err != nil || len(rest) != 0 {
			t.Errorf("%s: %q %v", contentType, rest, err)
		}
	}
}

func TestStreamsEndWithTheirGrant(t *testing.T) {
	over := make(chan error, 1)
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		over <- r.Context().Err()
	}))
	granted := p.issue("key", at)
	bystander := p.issue("bystander", at)
	_, answer := raw(t, p.served(), "GET /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\n\r\n")
	p.changeHere(p.revoked("bystander"), credentialTag(bystander))
	select {
	case err := <-over:
		t.Fatalf("ended by a change that does not concern it: %v", err)
	default:
	}
	p.changeHere(p.revoked("key"), credentialTag(granted))
	if _, err := io.ReadAll(answer.Body); err == nil {
		t.Error("the stream ended as if it were whole")
	}
	if err := <-over; err == nil {
		t.Error("the upstream's request goes on")
	}
}

func TestWaitingCallEndsWithItsGrant(t *testing.T) {
	reached := make(chan struct{})
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(_ http.ResponseWriter, r *http.Request) { close(reached); <-r.Context().Done() }))
	granted := p.issue("key", at)
	answered := make(chan *httptest.ResponseRecorder)
	go func() { answered <- p.get("/x", "key") }()
	<-reached
	p.changeHere(p.revoked("key"), credentialTag(granted))
	p.wantStatus(<-answered, 401)
}

func TestWebSocket(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("X-Api-Key") != "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: portico_session=x\r\n\r\n")
		_, _ = io.Copy(connection, buffered)
	}))
	granted := p.issue("key", at)
	connection, answer := raw(t, p.served(), "GET /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if answer.StatusCode != 101 || answer.Header.Get("Set-Cookie") != "" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	if counted := p.totals(); counted.Calls != 1 || counted.ClientErrors != 0 {
		t.Errorf("counted as %+v while it is open", counted)
	}
	for _, message := range []string{"first", "second"} {
		_, _ = io.WriteString(connection, message)
		got := make([]byte, len(message))
		if _, err := io.ReadFull(connection, got); err != nil || string(got) != message {
			t.Fatalf("%q came back as %q, %v", message, got, err)
		}
	}
	p.changeHere(p.revoked("key"), credentialTag(granted))
	if n, err := connection.Read(make([]byte, 1)); err == nil {
		t.Errorf("read %d bytes after the key was revoked", n)
	}
	p.gateway.meterIdle(p)
	if counted := p.totals(); counted.Calls != 1 {
		t.Errorf("counted again at its end: %+v", counted)
	}
}

func TestBodies(t *testing.T) {
	var read int64
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(w http.ResponseWriter, r *http.Request) {
		read, _ = io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, read)
	}), func(r *plan.Route) { r.Endpoint.MaxBody = 1000 })
	p.issue("key", at)
	p.issue("spent", at, limits(quota(plan.Month, 1, 0)))
	server := p.served()
	chunked := func(size int) string {
		return fmt.Sprintf("POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, strings.Repeat("x", size))
	}
	sized := func(size int) string {
		return fmt.Sprintf("POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	}
	for name, call := range map[string]struct {
		request string
		want    int
		bytes   int64
	}{
		"sized, full":          {sized(1000), 200, 1000},
		"sized, too large":     {sized(1001), 413, 0},
		"chunked, full":        {chunked(1000), 200, 1000},
		"chunked, too large":   {chunked(1001), 413, 1000},
		"chunked, malformed":   {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, 0},
		"two lengths":          {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400, -1},
		"unknown transfer":     {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501, -1},
		"length and chunks":    {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, 3},
		"space before a colon": {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key : key\r\n\r\n", 400, -1},
		"folded header":        {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Other: a\r\n X-Api-Key: key\r\n\r\n", 401, -1},
		"NUL in a header":      {"POST /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\x00\r\n\r\n", 400, -1},
	} {
		p.batches = nil
		_, answer := raw(t, server, call.request)
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != call.want {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
		p.gateway.meterIdle(p)
		p.flush()
		if call.bytes < 0 {
			if counted := p.totals(); counted.Calls != 0 {
				t.Errorf("%s: counted %+v", name, counted)
			}
			continue
		}
		if counted := p.totals(); counted.Calls != 1 || counted.BytesIn != call.bytes {
			t.Errorf("%s: counted %+v", name, counted)
		}
	}
	// A body that is too large uses no quota.
	p.wantStatus(p.call(http.MethodPost, "/x", bytes.NewReader(make([]byte, 1001)), "X-Api-Key: spent"), 413)
	p.wantStatus(p.call(http.MethodPost, "/x", bytes.NewReader(make([]byte, 1)), "X-Api-Key: spent"), 200)
	p.wantStatus(p.call(http.MethodPost, "/x", bytes.NewReader(make([]byte, 1)), "X-Api-Key: spent"), 429)
}

func TestClientThatIsGone(t *testing.T) {
	reached := make(chan struct{})
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", upstream(t, func(_ http.ResponseWriter, r *http.Request) { close(reached); <-r.Context().Done() })))
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-reached; leave() }()
	r := httptest.NewRequest(http.MethodGet, "/x", nil).WithContext(ctx)
	r.Header.Set("X-Api-Key", "key")
	p.gateway.ServeHTTP(httptest.NewRecorder(), r)
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Fatal("answered although the upstream did not")
	}
	if counted := p.totals(); counted.Calls != 1 || counted.ClientErrors != 1 || counted.ServerErrors != 0 {
		t.Errorf("counted as %+v", counted)
	}
}

// TestClientThatDisconnectsBeforeAdmission disconnects while the gateway waits for the database.
func TestClientThatDisconnectsBeforeAdmission(t *testing.T) {
	for name, tag := range map[string]event.Tag{"for the routes": event.Routes, "for the key": event.NewKeys} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			p := newPortal(t, func(config *Config) { config.Logger = slog.New(slog.NewTextHandler(&logged, nil)) }).start()
			at := p.publish("/x", "builtin:echo")
			p.issue("known", at)
			p.issue("key", at)
			p.wantStatus(p.get("/x", "known"), 200)
			p.changeHere(func() {}, tag)
			ctx, leave := context.WithCancel(t.Context())
			leave()
			r := httptest.NewRequest(http.MethodGet, "/x", nil).WithContext(ctx)
			r.Header.Set("X-Api-Key", "key")
			answer := httptest.NewRecorder()
			p.mu.Lock() // the database does not answer yet
			p.gateway.ServeHTTP(answer, r)
			p.mu.Unlock()
			if answer.Body.Len() > 0 || logged.Len() > 0 {
				t.Errorf("answered %q, logged %q", answer.Body, logged.String())
			}
			if classes := p.answeredByClass(); classes["4xx"] != 1 || classes["5xx"] != 0 {
				t.Errorf("counted as %v", classes)
			}
		})
	}
}

// answeredByClass returns the number of answered calls by class of status.
func (p *portal) answeredByClass() map[string]float64 {
	p.t.Helper()
	classes := map[string]float64{}
	for series, value := range p.counted() {
		if labels, is := strings.CutPrefix(series, "calls_total class="); is {
			class, _, _ := strings.Cut(labels, " ")
			classes[class] += value
		}
	}
	return classes
}
