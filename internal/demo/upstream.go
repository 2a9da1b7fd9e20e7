package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
)

// Upstream is the carrier's APIs, listening on loopback.
type Upstream struct {
	server   *http.Server
	listener net.Listener
}

// StartUpstream listens on a free loopback port. Serve answers the requests.
func StartUpstream() (*Upstream, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the demo's upstream: %w", err)
	}
	mux := http.NewServeMux()
	for _, environment := range []string{"production", "sandbox"} {
		parcels := newParcels(environment, clock.Now)
		for path, service := range map[string]http.Handler{
			"/v1": parcels.handler("1"), "/v2": parcels.handler("2"),
			"/tracking/v1": newTracking(parcels).handler(), "/prices/v1": pricesHandler(clock.Now),
		} {
			base := "/" + environment + path
			mux.Handle(base+"/", http.StripPrefix(base, service))
		}
	}
	return &Upstream{&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}, listener}, nil
}

// URL returns the address of the service.
func (u *Upstream) URL() string { return "http://" + u.listener.Addr().String() }

// Serve answers requests until the context ends.
func (u *Upstream) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = u.server.Close() })
	defer stop()
	if err := u.server.Serve(u.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
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

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(into)
	if err != nil {
		refuse(w, http.StatusBadRequest, "The body cannot be read", "Send JSON as in the reference. "+strings.TrimPrefix(err.Error(), "json: ")+".")
	}
	return err == nil
}

func parcelNotFound(w http.ResponseWriter) {
	refuse(w, http.StatusNotFound, "Parcel not found", "Your account has no parcel with this ID. Check the ID.")
}

// refuseRequest answers a request with fields that are not accepted.
func refuseRequest(w http.ResponseWriter, fields ...problemField) {
	refuse(w, http.StatusBadRequest, "The request is not valid", "Correct the fields named in errors and send the request again.", fields...)
}

// unknownPath answers requests to paths that the API does not have.
func unknownPath(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, "Path not found", "This API has no "+r.Method+" operation at this path. Check the reference.")
}

// limitOf returns the page size that the request asks for, or false if it answered the request with an error.
func limitOf(w http.ResponseWriter, r *http.Request, usual, most int) (int, bool) {
	limit, err := strconv.Atoi(cmp.Or(r.FormValue("limit"), strconv.Itoa(usual)))
	if err != nil || limit < 1 || limit > most {
		refuseRequest(w, problemField{"limit", fmt.Sprintf("must be between 1 and %d", most)})
		return 0, false
	}
	return limit, true
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
