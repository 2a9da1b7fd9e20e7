package demo_test

import (
	"bufio"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
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
	"github.com/portico-api/portico/internal/platform/id"
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

// How often the tests kill a process, and with how many keys. make bench runs them with larger numbers.
var (
	kills = flag.Int("kills", 5, "how many processes are killed under load")
	stops = flag.Int("stops", 3, "how many processes are killed in the middle of a COMMIT")
	keys  = flag.Int("keys", 40, "with how many keys the calls are made, at least 40")
)

// caller makes one call at a time, with each of its keys in turn. No other caller uses them.
type caller struct {
	keys []*calledKey
	next int
}

type calledKey struct {
	credential access.CredentialID
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
		one := c.keys[c.next%len(c.keys)]
		c.next++
		request.Header.Set("X-Api-Key", one.key)
		response, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		if err != nil {
			one.unfinished++
			return
		}
		if response.StatusCode != http.StatusServiceUnavailable { // not counted: the gateway was not ready
			one.whole.Add(1)
		}
	}
}

// TestKilledProcessesCountEachCallOnce kills a portal under load, again and again, and compares what it counted with
// what its callers saw.
func TestKilledProcessesCountEachCallOnce(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		callers := newCallers(t, installed)
		for range *kills {
			running := startVictim(t, installed.config)
			load(t, callers, running.gateway, func() {
				wanted := made(callers) + rand.Int64N(max(5000, int64(*keys)/5))
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
	for range *stops {
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

// newCallers creates 20 applications of the developer with two keys each, and copies of these keys.
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
			callers = append(callers, &caller{keys: append(copies(t, node.services, issued.Credential), &calledKey{credential: issued.Credential.ID, key: key})})
		}
	}
	return callers
}

// copies stores copies of a credential with other keys.
func copies(t *testing.T, services *app.Services, of access.Credential) (made []*calledKey) {
	t.Helper()
	hasher := access.Hasher(services.Ring)
	err := services.DB.InTx(t.Context(), func(ctx context.Context) error {
		for range *keys/40 - 1 {
			of.ID = id.New[access.CredentialID](clock.Now())
			one := &calledKey{credential: of.ID, key: crand.Text()}
			lookup := access.LookupOf(hasher, hasher.Current(), of.Kind, []byte(one.key))
			of.Lookup = lookup[:]
			if err := services.DB.Access().SaveCredential(ctx, of); err != nil {
				return err
			}
			made = append(made, one)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
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
		for _, key := range one.keys {
			sum += key.whole.Load()
		}
	}
	return sum
}

// compare stores what the killed processes left, and compares the counts of each key.
func compare(t *testing.T, installed installation, callers []*caller) {
	t.Helper()
	node := installed.start(t)
	eventually(t, "all calls are stored", func() bool {
		return strings.Contains(node.read(t, "/metrics"), "portico_gateway_ledger_unstored_bytes 0\n")
	})
	node.stop()
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	now := clock.Now()
	span := usage.Span{Since: now.Add(-24 * time.Hour), Until: now.Add(time.Hour)}
	first, err := services.DB.Access().Credential(t.Context(), callers[0].keys[0].credential)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := services.DB.Usage().Counts(t.Context(), first.Team, span)
	if err != nil {
		t.Fatal(err)
	}
	requests := map[access.CredentialID]int64{}
	for _, count := range counts {
		requests[count.Credential] += count.Requests
	}
	lost, doubled, used := 0, 0, 0
	for _, one := range callers {
		for _, key := range one.keys {
			counted, whole := requests[key.credential], key.whole.Load()
			if counted < whole {
				lost++
			}
			if counted > whole+key.unfinished {
				doubled++
			}
			if whole > 0 {
				used++
			}
		}
	}
	if lost > 0 || doubled > 0 {
		t.Errorf("of %d keys, %d have lost calls, and calls of %d are counted more than once", used, lost, doubled)
	}
	whole := made(callers)
	if whole < int64(len(callers)) {
		t.Errorf("only %d calls were made", whole)
	}
	t.Logf("%d calls with %d keys", whole, used)
}
