package demo_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// servedConfig is the environment variable by which this test program becomes a portal that can be killed.
const servedConfig = "PORTICO_TEST_CONFIG"

func TestMain(m *testing.M) {
	if settings := os.Getenv(servedConfig); settings != "" {
		serve(settings)
	}
	os.Exit(m.Run())
}

// serve runs a portal until it is killed. It prints the gateway's address when it lets calls through.
func serve(encoded string) {
	var settings config.Config
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fail(json.Unmarshal([]byte(encoded), &settings))
	services, err := app.Open(context.Background(), settings)
	fail(err)
	served, err := app.New(settings, services, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	fail(err)
	fail(served.Run(context.Background(), func() { fmt.Println(served.GatewayURL) }))
	os.Exit(0)
}

// victim is a portal in a separate process.
type victim struct {
	process *exec.Cmd
	gateway string
	log     lockedBuffer
}

func startVictim(t *testing.T, settings config.Config) *victim {
	t.Helper()
	encoded, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	started := &victim{process: exec.Command(os.Args[0])}
	started.process.Env = append(os.Environ(), servedConfig+"="+string(encoded))
	started.process.Stderr = &started.log
	output, err := started.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := started.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the portal did not start: %v\n%s", err, started.log.String())
	}
	started.gateway = strings.TrimSpace(line)
	return started
}

func (v *victim) kill() {
	_ = v.process.Process.Kill()
	_ = v.process.Wait()
}

// caller makes one call at a time with one key, which no other caller uses.
type caller struct {
	credential access.Credential
	key        string
	whole      atomic.Int64 // calls whose whole response arrived
	unfinished int64
}

// call sends calls until one fails.
func (c *caller) call(ctx context.Context, gateway string) {
	client := http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, gateway+productionStatus, nil)
		if err != nil {
			panic(err)
		}
		request.Header.Set("X-Api-Key", c.key)
		response, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		if err != nil {
			c.unfinished++
			return
		}
		if response.StatusCode != http.StatusServiceUnavailable { // not counted: the gateway was not ready
			c.whole.Add(1)
		}
	}
}

// TestKilledProcessesCountEachCallOnce kills a portal under load, again and again, and compares what it counted with
// what its callers saw.
func TestKilledProcessesCountEachCallOnce(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		callers := newCallers(t, installed)
		for range 5 {
			running := startVictim(t, installed.config)
			load(t, callers, running.gateway, func() {
				wanted := made(callers) + rand.Int64N(5000)
				eventually(t, "calls", func() bool { return made(callers) > wanted })
				running.kill()
			})
		}
		compare(t, installed, callers)
	})
}

// TestLostAnswersCountEachCallOnce drops the answers to half of the COMMITs, and kills the portal in the middle of
// others.
func TestLostAnswersCountEachCallOnce(t *testing.T) {
	installed := install(t, testkit.EmptyPostgres)
	callers := newCallers(t, installed)
	relay := startRelay(t, installed.config.DatabaseURL)
	settings := installed.config
	settings.DatabaseURL = relay.address
	settings.Lease = time.Minute
	for range 3 {
		relay.dropping.Store(false) // the start needs its answers
		running := startVictim(t, settings)
		relay.dropping.Store(true)
		load(t, callers, running.gateway, func() {
			wanted := relay.dropped.Load() + 3
			eventually(t, "answers are dropped", func() bool { return relay.dropped.Load() >= wanted })
			relay.onCommit(running.kill)
			_ = running.process.Wait()
		})
	}
	if relay.dropped.Load() == 0 {
		t.Error("no answer was dropped")
	}
	compare(t, installed, callers)
}

// newCallers creates 20 applications of the developer with two keys each.
func newCallers(t *testing.T, installed installation) []*caller {
	t.Helper()
	node := installed.start(t)
	defer node.stop()
	under := node.plan(t, "acme-production").ID
	var callers []*caller
	for number := range 20 {
		made, err := node.services.Access.CreateApplication(node.asDeveloper(t), access.NewApplication{Name: fmt.Sprint("Caller ", number)})
		if err != nil {
			t.Fatal(err)
		}
		granted, err := node.services.Access.GrantAccess(node.asStaff(t), access.NewAccess{Application: made.Application.ID, Plan: under})
		if err != nil {
			t.Fatal(err)
		}
		for _, issued := range granted.Issued {
			key, err := node.services.Access.RevealCredential(node.asDeveloper(t), issued.Credential.ID)
			if err != nil {
				t.Fatal(err)
			}
			callers = append(callers, &caller{credential: issued.Credential, key: key})
		}
	}
	return callers
}

// load lets all callers call while during runs, and until their calls fail.
func load(t *testing.T, callers []*caller, gateway string, during func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var calling sync.WaitGroup
	for _, one := range callers {
		calling.Go(func() { one.call(ctx, gateway) })
	}
	during()
	calling.Wait()
	stop()
}

// made returns how many whole calls the callers have made.
func made(callers []*caller) (sum int64) {
	for _, one := range callers {
		sum += one.whole.Load()
	}
	return sum
}

// compare stores what the killed processes left, and compares the counts of each key.
func compare(t *testing.T, installed installation, callers []*caller) {
	t.Helper()
	node := installed.start(t)
	node.stop()
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	now := clock.Now()
	span := usage.Span{Since: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	counts, err := services.DB.Usage().Counts(t.Context(), callers[0].credential.Team, span)
	if err != nil {
		t.Fatal(err)
	}
	requests := map[access.CredentialID]int64{}
	for _, count := range counts {
		requests[count.Credential] += count.Requests
	}
	for _, one := range callers {
		counted := requests[one.credential.ID]
		if counted < one.whole.Load() || counted > one.whole.Load()+one.unfinished {
			t.Errorf("a key has %d whole calls and %d unfinished ones; %d are counted", one.whole.Load(), one.unfinished, counted)
		}
	}
	whole := made(callers)
	if whole < int64(len(callers)) {
		t.Errorf("only %d calls were made", whole)
	}
	t.Logf("%d calls with %d keys", whole, len(callers))
}

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
