package demo

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// mostHooks is how many webhook subscriptions an environment keeps.
const mostHooks = 10

// eventTypes are the events that a webhook subscription can choose.
var eventTypes = []string{
	"parcel.booked", "parcel.collected", "parcel.in_transit", "parcel.delivered", "parcel.cancelled", "delivery.delayed",
}

// trackingEvent is one step of a parcel's journey.
type trackingEvent struct {
	ID     string    `json:"id"`
	Type   string    `json:"type"`
	Parcel string    `json:"parcel_id"`
	At     time.Time `json:"at"`
	// Place is nil until the carrier has the parcel.
	Place *string `json:"place"`
}

// state returns the state that the event led to.
func (e trackingEvent) state() string { return strings.TrimPrefix(e.Type, "parcel.") }

// stage is a state that parcels reach some time after they are booked.
type stage struct {
	state string
	after time.Duration
	place *string
}

// journey returns what has happened to the parcel, oldest first.
func (wanted parcel) journey() []trackingEvent {
	hub := "Oslo"
	stages := []stage{
		{"booked", 0, nil},
		{"collected", 6 * time.Hour, &wanted.From.City},
		{"in_transit", 12 * time.Hour, &hub},
		{"delivered", 18 * time.Hour, &wanted.To.City},
	}
	if wanted.State == "cancelled" {
		stages = []stage{stages[0], {"cancelled", 0, nil}}
	}
	var events []trackingEvent
	for i, one := range stages {
		events = append(events, trackingEvent{
			ID: fmt.Sprintf("E%s%02d", wanted.ID, i+1), Type: "parcel." + one.state, Parcel: wanted.ID,
			At: wanted.BookedAt.Add(one.after), Place: one.place,
		})
		if one.state == wanted.State {
			break
		}
	}
	return events
}

// hook is a webhook subscription.
type hook struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Active    bool      `json:"active"`
	CreatedAt time.Time `json:"created_at"`
	// Secret is set only in the response that creates the subscription.
	Secret string `json:"secret,omitempty"`
}

// tracking is the Tracking API of one environment. It knows the parcels that were booked there.
type tracking struct {
	parcels *parcels

	mu    sync.Mutex
	last  int
	hooks []hook
}

// newTracking returns the service with one sample subscription.
func newTracking(parcels *parcels) *tracking {
	service := &tracking{parcels: parcels}
	service.add("https://shop.example/hooks/parcels", []string{"parcel.delivered", "delivery.delayed"})
	return service
}

// handler serves the paths of the description.
func (t *tracking) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /parcels/{id}", t.track)
	mux.HandleFunc("GET /events", t.events)
	mux.HandleFunc("GET /subscriptions", t.list)
	mux.HandleFunc("POST /subscriptions", t.create)
	mux.HandleFunc("GET /subscriptions/{id}", t.get)
	mux.HandleFunc("PATCH /subscriptions/{id}", t.update)
	mux.HandleFunc("DELETE /subscriptions/{id}", t.delete)
	mux.HandleFunc("/", unknownPath)
	return mux
}

func (t *tracking) track(w http.ResponseWriter, r *http.Request) {
	t.parcels.mu.Lock()
	defer t.parcels.mu.Unlock()
	at := t.parcels.find(r.PathValue("id"))
	if at < 0 {
		parcelNotFound(w)
		return
	}
	found := t.parcels.booked[at]
	body := map[string]any{"parcel_id": found.ID, "state": found.State, "expected_on": nil, "events": found.journey()}
	if found.Reference != "" {
		body["reference"] = found.Reference
	}
	if found.State != "cancelled" {
		body["expected_on"] = found.BookedAt.AddDate(0, 0, 2).Format(time.DateOnly)
	}
	answer(w, http.StatusOK, body)
}

func (t *tracking) events(w http.ResponseWriter, r *http.Request) {
	limit, ok := limitOf(w, r, 50, 100)
	if !ok {
		return
	}
	wanted := r.FormValue("type")
	if wanted != "" && !slices.Contains(eventTypes, wanted) {
		refuseRequest(w, problemField{"type", "must be one of " + strings.Join(eventTypes, ", ")})
		return
	}
	all := t.latest()
	if cursor := r.FormValue("cursor"); cursor != "" {
		at := slices.IndexFunc(all, func(one trackingEvent) bool { return one.ID == cursor })
		if at < 0 {
			refuseRequest(w, problemField{"cursor", "must be the next_cursor of a response"})
			return
		}
		all = all[at+1:]
	}
	all = slices.DeleteFunc(all, func(one trackingEvent) bool { return wanted != "" && one.Type != wanted })
	var next *string
	if len(all) > limit {
		all, next = all[:limit], &all[limit-1].ID
	}
	answer(w, http.StatusOK, map[string]any{"events": all, "next_cursor": next})
}

// latest returns the events of all parcels, newest first.
func (t *tracking) latest() []trackingEvent {
	t.parcels.mu.Lock()
	defer t.parcels.mu.Unlock()
	all := []trackingEvent{}
	for _, one := range t.parcels.booked {
		all = append(all, one.journey()...)
	}
	slices.SortFunc(all, func(a, b trackingEvent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all
}

func (t *tracking) list(w http.ResponseWriter, _ *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	answer(w, http.StatusOK, append([]hook{}, t.hooks...))
}

func (t *tracking) create(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		URL    string   `json:"url"`
		Events []string `json:"events"`
	}
	if !read(w, r, &wanted) {
		return
	}
	refused := refusedEvents(wanted.Events)
	if target, err := url.Parse(wanted.URL); err != nil || target.Scheme != "https" || target.Host == "" {
		refused = append(refused, problemField{"url", "must be an https address"})
	}
	if len(refused) > 0 {
		refuse(w, http.StatusBadRequest, "The subscription cannot be created", "Correct the fields named in errors and send the request again.", refused...)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.hooks) >= mostHooks {
		refuse(w, http.StatusConflict, "Too many subscriptions", fmt.Sprintf("An account can have %d subscriptions. Delete one first.", mostHooks))
		return
	}
	created := t.add(wanted.URL, wanted.Events)
	created.Secret = "whsec_" + rand.Text()
	w.Header().Set("Location", "subscriptions/"+created.ID)
	answer(w, http.StatusCreated, created)
}

// refusedEvents says what is wrong with the chosen events.
func refusedEvents(chosen []string) []problemField {
	unknown := func(one string) bool { return !slices.Contains(eventTypes, one) }
	if len(chosen) == 0 || slices.ContainsFunc(chosen, unknown) {
		return []problemField{{"events", "must have one or more of " + strings.Join(eventTypes, ", ")}}
	}
	return nil
}

func (t *tracking) add(target string, events []string) hook {
	t.last++
	created := hook{ID: fmt.Sprintf("S%06d", t.last), URL: target, Events: events, Active: true, CreatedAt: t.parcels.now().UTC()}
	t.hooks = append(t.hooks, created)
	return created
}

func (t *tracking) get(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found := t.find(w, r); found >= 0 {
		answer(w, http.StatusOK, t.hooks[found])
	}
}

func (t *tracking) update(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Active *bool     `json:"active"`
		Events *[]string `json:"events"`
	}
	if !read(w, r, &change) {
		return
	}
	if change.Active == nil && change.Events == nil {
		refuseRequest(w, problemField{"active, events", "need at least one value"})
		return
	}
	if change.Events != nil {
		if refused := refusedEvents(*change.Events); len(refused) > 0 {
			refuseRequest(w, refused...)
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.find(w, r)
	if found < 0 {
		return
	}
	changed := &t.hooks[found]
	if change.Active != nil {
		changed.Active = *change.Active
	}
	if change.Events != nil {
		changed.Events = *change.Events
	}
	answer(w, http.StatusOK, *changed)
}

func (t *tracking) delete(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found := t.find(w, r); found >= 0 {
		t.hooks = slices.Delete(t.hooks, found, found+1)
		w.WriteHeader(http.StatusNoContent)
	}
}

// find returns the position of the subscription in the path. If there is none, it answers the request and returns -1.
func (t *tracking) find(w http.ResponseWriter, r *http.Request) int {
	found := slices.IndexFunc(t.hooks, func(one hook) bool { return one.ID == r.PathValue("id") })
	if found < 0 {
		refuse(w, http.StatusNotFound, "Subscription not found", "Your account has no subscription with this ID. List your subscriptions to find it.")
	}
	return found
}
