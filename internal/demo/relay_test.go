package demo_test

import (
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// relay stands between a portal and its database and drops answers to COMMIT.
type relay struct {
	address  string
	dropping atomic.Bool
	dropped  atomic.Int64

	mu   sync.Mutex
	then func() // called instead of passing on the answer to the next COMMIT
}

func startRelay(t *testing.T, database string) *relay {
	t.Helper()
	parsed, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := &relay{}
	query := parsed.Query()
	network, target := "tcp", parsed.Host
	if folder := query.Get("host"); folder != "" {
		network, target = "unix", folder+"/.s.PGSQL."+portOf(query)
	}
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	parsed.Host, parsed.RawQuery = listener.Addr().String(), query.Encode()
	started.address = parsed.String()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go started.pass(client, network, target)
		}
	}()
	return started
}

func portOf(query url.Values) string {
	if port := query.Get("port"); port != "" {
		return port
	}
	return "5432"
}

func (r *relay) onCommit(then func()) {
	done := make(chan struct{})
	r.mu.Lock()
	r.then = sync.OnceFunc(func() { then(); close(done) })
	r.mu.Unlock()
	<-done
}

// pass carries one connection.
func (r *relay) pass(client net.Conn, network, target string) {
	defer client.Close() //nolint:errcheck // ends the connection
	server, err := net.Dial(network, target)
	if err != nil {
		return
	}
	defer server.Close() //nolint:errcheck // ends the connection
	var mute atomic.Bool
	go func() {
		defer client.Close() //nolint:errcheck // ends the connection
		answer := make([]byte, 32<<10)
		for {
			n, err := server.Read(answer)
			if err != nil || mute.Load() {
				return
			}
			if _, err := client.Write(answer[:n]); err != nil {
				return
			}
		}
	}()
	request := make([]byte, 32<<10)
	for {
		n, err := client.Read(request)
		if err != nil {
			return
		}
		if strings.Contains(strings.ToLower(string(request[:n])), "commit\x00") && r.drops() {
			mute.Store(true)
		}
		if _, err := server.Write(request[:n]); err != nil {
			return
		}
	}
}

// drops decides whether the answer to a COMMIT is dropped.
func (r *relay) drops() bool {
	r.mu.Lock()
	then := r.then
	r.then = nil
	r.mu.Unlock()
	if then != nil {
		go then()
		r.dropped.Add(1)
		return true
	}
	if r.dropping.Load() && rand.IntN(2) == 0 {
		r.dropped.Add(1)
		return true
	}
	return false
}
