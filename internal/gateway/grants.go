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

// How unknown keys are bounded: how many an address may try, how many grants are loaded at once and for how long.
const (
	unknownKeys   = 100
	unknownWithin = time.Minute
	maxLoads      = 32
	loadTimeout   = 5 * time.Second
	maxReloads    = 8
)

// grant is a cached access.Grant with what hangs on it.
type grant struct {
	access.Grant

	key     [32]byte
	lookups [][]byte
	// gone says that it is in the cache no more; open counts the calls that hold it, for which a grant that is gone stays
	// in the index of tags.
	gone atomic.Bool
	open atomic.Int64

	// tags are what it is in the index under; reviewing says that it is being loaded again. The mu of grants guards both.
	tags      []event.Tag
	reviewing bool

	mu      sync.Mutex // held while a charge is made
	charges atomic.Pointer[map[chargeKey]*charge]
	latest  *access.Grant // what decides about the open calls of a grant that was dropped; nil while that is itself
}

// proves reports whether a proof that found the grant is whole: a Basic one needs its password.
func (g *grant) proves(hasher *sealed.Hasher, proof keyauth.Proof) bool {
	if proof.Kind == plan.Basic {
		return g.Proves(hasher, []byte(proof.Secret), []byte(proof.Password))
	}
	return g.Kind == plan.Key
}

// grants is the cache: lookup value to grant, an index of them by tag, and the lookup values that nobody has.
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

	// mu makes dropping, and putting a fill into the cache, one step each.
	mu    sync.Mutex
	index map[event.Tag]map[*grant]struct{}
	fills map[[32]byte]*fill
	// doubted are the dropped grants that still have to be loaded again, and until when their calls may wait for that.
	doubted map[*grant]time.Time
}

// fill is one load that is going on, which every call with the same key waits for.
type fill struct {
	done    chan struct{}
	grant   *grant
	refused *Refusal
	guess   *limit.Limit // what it was taken from, and goes back to unless the key is unknown; nil for a key that was known
	// dropped are the tags that were dropped since the load began: what was loaded may be older than that.
	dropped []event.Tag
	all     bool
}

func newGrants(g *Gateway) *grants {
	made := &grants{
		port: g.config.Grants, hasher: g.config.Hasher, limiter: g.limiter, metrics: g.metrics,
		now: g.now, lease: g.config.Lease, loads: make(chan struct{}, maxLoads),
		index: map[event.Tag]map[*grant]struct{}{}, fills: map[[32]byte]*fill{}, doubted: map[*grant]time.Time{},
	}
	made.known = otter.Must(&otter.Options[[32]byte, *grant]{MaximumSize: g.config.CachedGrants, OnDeletion: made.deleted})
	made.unknown = otter.Must(&otter.Options[[32]byte, struct{}]{MaximumSize: g.config.CachedGrants})
	return made
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

// hold keeps the grant in the index until release. It answers false where the grant is in the cache no more.
func (g *grants) hold(found *grant) bool {
	found.open.Add(1)
	if !found.gone.Load() {
		return true
	}
	g.release(found) // whoever took it out of the cache may have seen it held
	return false
}

func (g *grants) release(held *grant) {
	if held.open.Add(-1) == 0 && held.gone.Load() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.unlist(held)
	}
}

// miss loads what is not cached, once for all calls with the same key, and at most so many unknown keys per address.
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

// join waits for the load of the key, which the first to ask for it begins, if it has a guess left. It goes on when a
// caller gives up.
func (g *grants) join(ctx context.Context, key [32]byte, lookups [][]byte, guess *limit.Limit) (*grant, *Refusal) {
	g.mu.Lock()
	loading := g.fills[key]
	if loading == nil {
		if found, ok := g.known.GetIfPresent(key); ok { // loaded since it was looked for
			g.mu.Unlock()
			return found, nil
		}
		if _, unknown := g.unknown.GetIfPresent(key); unknown {
			g.mu.Unlock()
			return nil, &Refusal{Reason: BadKey}
		}
		if guess != nil {
			if decision, _ := guess.Take(ctx, g.now()); !decision.OK { // a rate, which never fails
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

// lookups are the lookup values under every version of the key ring, the one that is known first.
func (g *grants) lookups(current [32]byte, proof keyauth.Proof) [][]byte {
	values := [][]byte{current[:]}
	for _, version := range g.hasher.Versions()[1:] {
		value := access.LookupOf(g.hasher, version, proof.Kind, []byte(proof.Secret))
		values = append(values, value[:])
	}
	return values
}

// load loads a grant until nothing that it hangs on has changed meanwhile.
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

// end tells those who wait. Only what nobody has was a guess.
func (f *fill) end() {
	if f.guess != nil && (f.refused == nil || f.refused.Reason != BadKey) {
		f.guess.GiveBack()
	}
	close(f.done)
}

// keep ends a load by putting what it found into the cache. It answers false, and keeps nothing, where a tag of it was
// dropped since the load began: then it must be loaded again.
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
		made := &grant{Grant: loaded, key: key, lookups: lookups, tags: loaded.Tags}
		g.enlist(made)
		g.known.Set(key, made)
		loading.grant = made
	}
	return true
}

func overlap(dropped, tags []event.Tag) bool {
	return slices.ContainsFunc(dropped, func(tag event.Tag) bool { return slices.Contains(tags, tag) })
}

// mayBringKeys reports whether a key that was unknown may be known after a change of the tag.
func mayBringKeys(tag event.Tag) bool {
	return tag == event.NewKeys || strings.HasPrefix(string(tag), event.TagCredential+":")
}

// enlist puts a grant into the index. The caller holds mu.
func (g *grants) enlist(made *grant) {
	for _, tag := range made.tags {
		under := g.index[tag]
		if under == nil {
			under = map[*grant]struct{}{}
			g.index[tag] = under
		}
		under[made] = struct{}{}
	}
}

// unlist takes a grant off the index. The caller holds mu.
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

// deleted hears of every grant that leaves the cache. It stays in the index while calls hold it.
func (g *grants) deleted(event otter.DeletionEvent[[32]byte, *grant]) {
	event.Value.gone.Store(true)
	if event.Value.open.Load() > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unlist(event.Value)
}

// drop drops everything that hangs on the tags; loads that are going on hear of it.
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

// dropAll drops everything, where it is not known what has changed.
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

// remove takes a grant out of the cache, and out of the index where no call holds it. The caller holds mu.
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
