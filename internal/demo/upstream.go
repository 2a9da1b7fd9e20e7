package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
)

// maxParcels is how many bookings the demo keeps; a new one replaces the oldest.
const maxParcels = 1000

// maxSlow is the longest wait that /practice/slow accepts.
const maxSlow = 20 * time.Second

// parcels is the upstream that the demo's gateway forwards to. It keeps everything in memory.
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

type problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// newParcels returns the service of one environment with a few sample parcels.
func newParcels(environment string, now clock.Func) *parcels {
	service := &parcels{environment: environment, now: now, byAttempt: map[string]string{}}
	trondheim := address{Name: "Ada Quist", Street: "Havnegata 4", PostalCode: "7010", City: "Trondheim", Country: "NO"}
	bergen := address{Name: "Jo Berg", Street: "Torgallmenningen 1", PostalCode: "5014", City: "Bergen", Country: "NO"}
	for i, state := range []string{"delivered", "in_transit", "booked"} {
		service.book(parcel{Reference: fmt.Sprintf("order-%d", 1040+i), Weight: 800 + 450*i, From: trondheim, To: bergen})
		service.booked[len(service.booked)-1].State = state
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
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "There is no such path", "Compare it with the reference: "+r.Method+" was asked for.")
	})
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
		missing(w)
		return
	}
	answer(w, http.StatusOK, p.booked[at])
}

func (p *parcels) list(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(cmp.Or(r.FormValue("limit"), "20"))
	if err != nil || limit < 1 || limit > 100 {
		refuse(w, http.StatusBadRequest, "The list cannot be answered", "Correct the fields named in errors and ask again.",
			problemField{"limit", "must be between 1 and 100"})
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
		refuse(w, http.StatusBadRequest, "The parcel cannot be booked", "Correct the fields named in errors and send it again.", refused...)
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
		if one.Name == "" || one.Street == "" || one.City == "" || len(one.Country) != 2 {
			refused = append(refused, problemField{one.field, "needs name, street, city and a country of two letters"})
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
		missing(w)
	case p.booked[at].State != "booked":
		refuse(w, http.StatusConflict, "The parcel is on its way already", "Refuse it at the door, and it comes back to you.")
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
		missing(w)
		return
	}
	one := p.booked[at]
	events := []map[string]any{{"at": one.BookedAt, "what": "booked", "where": nil}}
	if one.State != "booked" {
		events = append(events, map[string]any{"at": one.BookedAt.Add(time.Minute), "what": one.State, "where": one.To.City})
	}
	answer(w, http.StatusOK, events)
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
		refuse(w, http.StatusBadRequest, "No price can be given", "Correct the fields named in errors and ask again.",
			problemField{"weight_grams, from_country, to_country", "need 1 to 30000 grams and two countries of two letters"})
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
		refuse(w, http.StatusBadRequest, "That wait is not on offer", "Ask for 0 to 20 seconds.", problemField{"seconds", "must be between 0 and 20"})
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
		refuse(w, http.StatusNotFound, "That error is not on offer", "Ask for 400, 403, 404, 409, 429, 500 or 503.")
		return
	}
	refuse(w, status, http.StatusText(status), "You asked for this error, and here it is.")
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(into)
	if err != nil {
		refuse(w, http.StatusBadRequest, "The body cannot be read", "Send JSON as the reference shows it: "+strings.TrimPrefix(err.Error(), "json: ")+".")
	}
	return err == nil
}

func missing(w http.ResponseWriter) {
	refuse(w, http.StatusNotFound, "There is no such parcel", "Check its number: P and eight digits.")
}

func refuse(w http.ResponseWriter, status int, title, detail string, fields ...problemField) {
	w.Header().Set("Content-Type", "application/problem+json")
	answer(w, status, problem{Title: title, Status: status, Detail: detail, Errors: fields})
}

func answer(w http.ResponseWriter, status int, body any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have disconnected
}
