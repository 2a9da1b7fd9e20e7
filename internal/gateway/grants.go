package gateway

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// Limits for unknown keys: attempts per address, concurrent loads, and the time for one load.
const (
	unknownKeys   = 100
	unknownWithin = time.Minute
	maxLoads      = 32
	loadTimeout   = 5 * time.Second
	maxReloads    = 8
)

// grant is a cached access.Grant with its state.
type grant struct {
	access.Grant

	key     [32]byte
	lookups [][]byte
	// gone means that the grant has left the cache. open counts the calls that hold it. They keep a gone grant in
	// the index of tags.
	gone atomic.Bool
	open atomic.Int64

	// tags are the index entries of the grant; reviewing means that it is being loaded again. The mu of grants
	// guards both.
	tags      []event.Tag
	reviewing bool

	mu      sync.Mutex // held while a charge is created
	charges atomic.Pointer[map[chargeKey]*charge]
	latest  *access.Grant // decides about the open calls of a dropped grant; nil while that is the grant itself
}

// proves reports whether the proof is complete: a Basic proof needs its password.
func (g *grant) proves(hasher *sealed.Hasher, proof keyauth.Proof) bool {
	if proof.Kind == plan.Basic {
		return g.Proves(hasher, []byte(proof.Secret), []byte(proof.Password))
	}
	return g.Kind == plan.Key
}

// grants is the cache: grants by lookup value, an index of them by tag, and unknown lookup values.
type grants struct {
	port    Grants
	hasher  *sealed.Hasher
	limiter *limit.Limiter
	metrics *metrics
	now     clock.Func
	lease   time.Duration

	known   *otter.Cache[[32]byte, *grant]
	unknown *otter.Cache[[32]byte, struct{}]
	loads   chan struct{}

	// mu makes dropping, and storing a loaded grant, atomic.
	mu    sync.Mutex
	index map[event.Tag]map[*grant]struct{}
	fills map[[32]byte]*fill
	// doubted are the dropped grants that must be loaded again, with the deadline of their open calls.
	doubted map[*grant]time.Time
}

// fill is one load in progress. All calls with the same key wait for it.
type fill struct {
	done    chan struct{}
	grant   *grant
	refused *Refusal
	guess   *limit.Limit // the attempt is given back unless the key is unknown; nil for a key that was known
	// dropped are the tags that were dropped since the load began: the loaded grant may be older than that.
	dropped []event.Tag
	all     bool
}

func newGrants(g *Gateway) *grants {
	created := &grants{
		port: g.config.Grants, hasher: g.config.Hasher, limiter: g.limiter, metrics: g.metrics,
		now: g.now, lease: g.config.Lease, loads: make(chan struct{}, maxLoads),
		index: map[event.Tag]map[*grant]struct{}{}, fills: map[[32]byte]*fill{}, doubted: map[*grant]time.Time{},
	}
	created.known = otter.Must(&otter.Options[[32]byte, *grant]{MaximumSize: g.config.CachedGrants, OnDeletion: created.deleted})
	created.unknown = otter.Must(&otter.Options[[32]byte, struct{}]{MaximumSize: g.config.CachedGrants})
	return created
}

// find returns the grant of a proof and holds it until release.
func (g *grants) find(r *http.Request, proof keyauth.Proof) (*grant, *Refusal) {
	var room [256]byte
	secret := append(room[:0], proof.Secret...)
	key := access.LookupOf(g.hasher, g.hasher.Current(), proof.Kind, secret)
	if found, ok := g.known.GetIfPresent(key); ok && g.hold(found) {
		g.metrics.hits.Inc()
		return found, nil
	}
	if _, unknown := g.unknown.GetIfPresent(key); unknown {
		g.metrics.unknown.Inc()
		return nil, &Refusal{Reason: BadKey}
	}
	g.metrics.misses.Inc()
	return g.miss(r, key, proof)
}

// hold keeps the grant in the index until release. It returns false if the grant has left the cache.
func (g *grants) hold(found *grant) bool {
	found.open.Add(1)
	if !found.gone.Load() {
		return true
	}
	g.release(found) // the code that removed it may have seen it held
	return false
}

func (g *grants) release(held *grant) {
	if held.open.Add(-1) == 0 && held.gone.Load() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.unlist(held)
	}
}

// miss loads a grant that is not cached, once for all calls with the same key, and limits unknown keys per address.
func (g *grants) miss(r *http.Request, key [32]byte, proof keyauth.Proof) (*grant, *Refusal) {
	guess := g.limiter.Limit("address:"+networkOf(r), plan.Limit{
		Meter: "unknown keys", Amount: unknownKeys, Window: plan.Window{Kind: plan.Rate, Length: unknownWithin},
	})
	lookups := g.lookups(key, proof)
	for range maxReloads {
		found, refused := g.join(r.Context(), key, lookups, guess)
		if refused != nil || g.hold(found) {
			return found, refused
		}
	}
	return nil, &Refusal{Reason: NotReady, Retry: time.Second}
}

// join waits for the load of the key. The first caller starts it, if its address has an attempt left. The load
// continues if a caller gives up.
func (g *grants) join(ctx context.Context, key [32]byte, lookups [][]byte, guess *limit.Limit) (*grant, *Refusal) {
	g.mu.Lock()
	loading := g.fills[key]
	if loading == nil {
		if found, ok := g.known.GetIfPresent(key); ok { // loaded since the caller looked
			g.mu.Unlock()
			return found, nil
		}
		if _, unknown := g.unknown.GetIfPresent(key); unknown {
			g.mu.Unlock()
			return nil, &Refusal{Reason: BadKey}
		}
		if guess != nil {
			if decision, _ := guess.Take(ctx, g.now()); !decision.OK { // a rate never fails
				g.mu.Unlock()
				return nil, &Refusal{Reason: TooManyGuesses, Retry: decision.Retry}
			}
		}
		loading = &fill{done: make(chan struct{}), guess: guess}
		g.fills[key] = loading
		go g.load(context.WithoutCancel(ctx), loading, key, lookups)
	}
	g.mu.Unlock()
	select {
	case <-loading.done:
		return loading.grant, loading.refused
	case <-ctx.Done():
		return nil, &Refusal{Reason: NotReady, Retry: time.Second}
	}
}

// lookups returns the lookup values under every version of the key ring, the current one first.
func (g *grants) lookups(current [32]byte, proof keyauth.Proof) [][]byte {
	values := [][]byte{current[:]}
	for _, version := range g.hasher.Versions()[1:] {
		value := access.LookupOf(g.hasher, version, proof.Kind, []byte(proof.Secret))
		values = append(values, value[:])
	}
	return values
}

// load loads a grant, and repeats the load if it was affected by a change meanwhile.
func (g *grants) load(ctx context.Context, loading *fill, key [32]byte, lookups [][]byte) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	defer loading.end()
	select {
	case g.loads <- struct{}{}:
		defer func() { <-g.loads }()
	case <-ctx.Done():
	}
	for range maxReloads {
		loaded, err := g.port.Grant(ctx, access.Proof{Lookups: lookups})
		if g.keep(loading, key, lookups, loaded, err) {
			return
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.fills, key)
	loading.refused = &Refusal{Reason: NotReady, Retry: time.Second}
}

// end wakes the waiting callers. Only an unknown key uses up an attempt.
func (f *fill) end() {
	if f.guess != nil && (f.refused == nil || f.refused.Reason != BadKey) {
		f.guess.GiveBack(limit.Decision{})
	}
	close(f.done)
}

// keep stores the result of a load in the cache. If one of its tags was dropped since the load began, it stores
// nothing and returns false, and the grant must be loaded again.
func (g *grants) keep(loading *fill, key [32]byte, lookups [][]byte, loaded access.Grant, err error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	unknown := fault.Is(err, fault.NotFound)
	if loading.all || err == nil && overlap(loading.dropped, loaded.Tags) || unknown && slices.ContainsFunc(loading.dropped, mayBringKeys) {
		loading.dropped, loading.all = nil, false
		return false
	}
	delete(g.fills, key)
	switch {
	case unknown:
		g.unknown.Set(key, struct{}{})
		loading.refused = &Refusal{Reason: BadKey}
	case err != nil:
		loading.refused = &Refusal{Reason: NotReady, Retry: time.Second, Err: err}
	default:
		created := &grant{Grant: loaded, key: key, lookups: lookups, tags: loaded.Tags}
		g.enlist(created)
		g.known.Set(key, created)
		loading.grant = created
	}
	return true
}

func overlap(dropped, tags []event.Tag) bool {
	return slices.ContainsFunc(dropped, func(tag event.Tag) bool { return slices.Contains(tags, tag) })
}

// mayBringKeys reports whether a change of the tag may make an unknown key known.
func mayBringKeys(tag event.Tag) bool {
	return tag == event.NewKeys || strings.HasPrefix(string(tag), event.TagCredential+":")
}

// enlist adds a grant to the index. The caller holds mu.
func (g *grants) enlist(created *grant) {
	for _, tag := range created.tags {
		under := g.index[tag]
		if under == nil {
			under = map[*grant]struct{}{}
			g.index[tag] = under
		}
		under[created] = struct{}{}
	}
}

// unlist removes a grant from the index. The caller holds mu.
func (g *grants) unlist(gone *grant) {
	delete(g.doubted, gone)
	for _, tag := range gone.tags {
		under := g.index[tag]
		delete(under, gone)
		if len(under) == 0 {
			delete(g.index, tag)
		}
	}
}

// deleted is called for every grant that leaves the cache. The grant stays in the index while calls hold it.
func (g *grants) deleted(event otter.DeletionEvent[[32]byte, *grant]) {
	event.Value.gone.Store(true)
	if event.Value.open.Load() > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unlist(event.Value)
}

// drop drops every grant with one of the tags and notifies loads in progress.
func (g *grants) drop(tags []event.Tag) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, loading := range g.fills {
		loading.dropped = append(loading.dropped, tags...)
	}
	for _, tag := range tags {
		for stale := range g.index[tag] {
			g.remove(stale)
		}
	}
	if slices.ContainsFunc(tags, mayBringKeys) {
		g.unknown.InvalidateAll()
	}
}

// dropAll drops everything, if it is unknown what has changed.
func (g *grants) dropAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, loading := range g.fills {
		loading.all = true
	}
	for _, under := range g.index {
		for stale := range under {
			g.remove(stale)
		}
	}
	g.unknown.InvalidateAll()
}

// remove removes a grant from the cache, and from the index if no call holds it. The caller holds mu.
func (g *grants) remove(stale *grant) {
	stale.gone.Store(true)
	if cached, ok := g.known.GetIfPresent(stale.key); ok && cached == stale {
		g.known.Invalidate(stale.key)
	}
	if stale.open.Load() > 0 {
		g.doubt(stale)
	} else {
		g.unlist(stale)
	}
}

func (g *grants) close() {
	g.known.StopAllGoroutines()
	g.unknown.StopAllGoroutines()
}
