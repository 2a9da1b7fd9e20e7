package demo

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
)

// maxParcels is how many bookings the demo keeps; a new one replaces the oldest.
const maxParcels = 1000

// maxSlow is the longest wait that /practice/slow accepts.
const maxSlow = 20 * time.Second

// parcels is the Parcels API of one environment. It keeps everything in memory.
type parcels struct {
	environment string
	now         clock.Func

	mu     sync.Mutex
	last   int
	booked []parcel
	// byAttempt maps an Idempotency-Key to the parcel that it booked.
	byAttempt map[string]string
}

type address struct {
	Name       string `json:"name"`
	Street     string `json:"street"`
	PostalCode string `json:"postal_code"`
	City       string `json:"city"`
	Country    string `json:"country"`
}

type parcel struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`
	BookedAt  time.Time `json:"booked_at"`
	Reference string    `json:"reference,omitempty"`
	Weight    int       `json:"weight_grams"`
	From      address   `json:"from"`
	To        address   `json:"to"`
	Services  []string  `json:"services,omitempty"`

	attempt string
}

// newParcels returns the service of one environment with a few sample parcels.
func newParcels(environment string, now clock.Func) *parcels {
	service := &parcels{environment: environment, now: now, byAttempt: map[string]string{}}
	trondheim := address{Name: "Ada Quist", Street: "Havnegata 4", PostalCode: "7010", City: "Trondheim", Country: "NO"}
	bergen := address{Name: "Jo Berg", Street: "Torgallmenningen 1", PostalCode: "5014", City: "Bergen", Country: "NO"}
	states := []string{"delivered", "in_transit", "booked", "delivered", "collected", "in_transit", "booked", "booked"}
	for i, state := range states {
		service.book(parcel{Reference: fmt.Sprintf("order-%d", 1040+i), Weight: 800 + 450*i, From: trondheim, To: bergen})
		sample := &service.booked[i]
		sample.State, sample.BookedAt = state, now().Add(-time.Duration(len(states)-i)*9*time.Hour).Truncate(time.Second)
		trondheim, bergen = bergen, trondheim
	}
	return service
}

// handler serves one version of the service at the paths of its description.
func (p *parcels) handler(version string) http.Handler {
	mux := http.NewServeMux()
	status := map[string]string{"status": "up", "version": version, "environment": p.environment}
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, status) })
	mux.HandleFunc("GET /parcels/{id}", p.get)
	if version != "1" {
		mux.HandleFunc("GET /parcels", p.list)
		mux.HandleFunc("POST /parcels", p.post)
		mux.HandleFunc("DELETE /parcels/{id}", p.cancel)
		mux.HandleFunc("GET /parcels/{id}/events", p.events)
		mux.HandleFunc("POST /quotes", p.quote)
		mux.HandleFunc("GET /practice/slow", func(w http.ResponseWriter, r *http.Request) { slow(w, r, status) })
		mux.HandleFunc("GET /practice/errors/{status}", practise)
	}
	mux.HandleFunc("/", unknownPath)
	return mux
}

func (p *parcels) book(wanted parcel) parcel {
	p.last++
	wanted.ID, wanted.State, wanted.BookedAt = fmt.Sprintf("P%08d", p.last), "booked", p.now()
	if len(p.booked) == maxParcels {
		delete(p.byAttempt, p.booked[0].attempt)
		p.booked = slices.Delete(p.booked, 0, 1)
	}
	p.booked = append(p.booked, wanted)
	if wanted.attempt != "" {
		p.byAttempt[wanted.attempt] = wanted.ID
	}
	return wanted
}

func (p *parcels) find(id string) int {
	return slices.IndexFunc(p.booked, func(one parcel) bool { return one.ID == id })
}

func (p *parcels) get(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.find(r.PathValue("id"))
	if at < 0 {
		parcelNotFound(w)
		return
	}
	answer(w, http.StatusOK, p.booked[at])
}

func (p *parcels) list(w http.ResponseWriter, r *http.Request) {
	limit, ok := limitOf(w, r, 20, 100)
	if !ok {
		return
	}
	state, cursor := r.FormValue("state"), r.FormValue("cursor")

	p.mu.Lock()
	defer p.mu.Unlock()
	found := []parcel{}
	var next *string
	for _, one := range slices.Backward(p.booked) {
		if state != "" && one.State != state || cursor != "" && one.ID >= cursor {
			continue
		}
		if len(found) == limit {
			next = &found[limit-1].ID
			break
		}
		found = append(found, one)
	}
	answer(w, http.StatusOK, map[string]any{"parcels": found, "next_cursor": next})
}

func (p *parcels) post(w http.ResponseWriter, r *http.Request) {
	var wanted parcel
	if !read(w, r, &wanted) {
		return
	}
	if refused := wanted.check(); len(refused) > 0 {
		refuse(w, http.StatusBadRequest, "The parcel cannot be booked", "Correct the fields named in errors and send the request again.", refused...)
		return
	}
	if wanted.attempt = r.Header.Get("Idempotency-Key"); len(wanted.attempt) > 100 {
		wanted.attempt = wanted.attempt[:100]
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	if booked := p.find(p.byAttempt[wanted.attempt]); wanted.attempt != "" && booked >= 0 {
		wanted = p.booked[booked]
	} else {
		wanted = p.book(wanted)
	}
	w.Header().Set("Location", "parcels/"+wanted.ID)
	answer(w, http.StatusCreated, wanted)
}

func (wanted parcel) check() []problemField {
	var refused []problemField
	if wanted.Weight < 1 || wanted.Weight > 30_000 {
		refused = append(refused, problemField{"weight_grams", "must be between 1 and 30000"})
	}
	for _, one := range []struct {
		field string
		address
	}{{"from", wanted.From}, {"to", wanted.To}} {
		if one.Name == "" || one.Street == "" || one.PostalCode == "" || one.City == "" || len(one.Country) != 2 {
			refused = append(refused, problemField{one.field, "needs name, street, postal_code, city and a country of two letters"})
		}
	}
	return refused
}

func (p *parcels) cancel(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.find(r.PathValue("id"))
	switch {
	case at < 0:
		parcelNotFound(w)
	case p.booked[at].State != "booked":
		refuse(w, http.StatusConflict, "The parcel is already on its way", "Ask the recipient to refuse it at the door. It then comes back to you.")
	default:
		p.booked[at].State = "cancelled"
		w.WriteHeader(http.StatusNoContent)
	}
}

func (p *parcels) events(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.find(r.PathValue("id"))
	if at < 0 {
		parcelNotFound(w)
		return
	}
	type step struct {
		At    time.Time `json:"at"`
		What  string    `json:"what"`
		Where *string   `json:"where"`
	}
	var steps []step
	for _, event := range p.booked[at].journey() {
		steps = append(steps, step{event.At, event.state(), event.Place})
	}
	answer(w, http.StatusOK, steps)
}

func (p *parcels) quote(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Weight int    `json:"weight_grams"`
		From   string `json:"from_country"`
		To     string `json:"to_country"`
	}
	if !read(w, r, &asked) {
		return
	}
	if asked.Weight < 1 || asked.Weight > 30_000 || len(asked.From) != 2 || len(asked.To) != 2 {
		refuseRequest(w, problemField{"weight_grams, from_country, to_country", "need 1 to 30000 grams and two country codes"})
		return
	}
	amount := 590 + asked.Weight/10
	if asked.From != asked.To {
		amount *= 2
	}
	answer(w, http.StatusOK, map[string]any{"amount_minor": amount, "currency": "EUR", "valid_until": p.now().Add(time.Hour)})
}

func slow(w http.ResponseWriter, r *http.Request, status any) {
	seconds, err := strconv.Atoi(cmp.Or(r.FormValue("seconds"), "3"))
	wait := time.Duration(seconds) * time.Second
	if err != nil || wait < 0 || wait > maxSlow {
		refuseRequest(w, problemField{"seconds", "must be between 0 and 20"})
		return
	}
	select {
	case <-time.After(wait):
		answer(w, http.StatusOK, status)
	case <-r.Context().Done():
	}
}

func practise(w http.ResponseWriter, r *http.Request) {
	status, err := strconv.Atoi(r.PathValue("status"))
	if err != nil || !slices.Contains([]int{400, 403, 404, 409, 429, 500, 503}, status) {
		refuse(w, http.StatusNotFound, "Error not found", "Ask for 400, 403, 404, 409, 429, 500 or 503.")
		return
	}
	refuse(w, status, http.StatusText(status), "This is the error that you asked for.")
}
