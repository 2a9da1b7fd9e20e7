// Package rest has the parts that dialects share: handlers that return errors, reading and writing JSON, and one log
// line for each refused request.
//
// It also identifies callers by their session tokens (Callers), and decides which other sites' pages may call
// (Origins). It knows no dialect: how an error reads on the wire, how lists are paged and where a token travels are
// each dialect's own. The packages beside it call it; it calls the portal's settings and accounts, and no other
// service.
package rest

import (
	"context"
	"hash/fnv"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/text"
)

// Handler answers a request or returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Kit turns the handlers of one dialect into HTTP handlers.
type Kit struct {
	// Dialect is the dialect's name in the log.
	Dialect string
	// Fail writes an error in the dialect's form and returns the status that it chose.
	Fail   func(w http.ResponseWriter, r *http.Request, wrong *fault.Error) int
	Logger *slog.Logger
}

// Handle returns an http.Handler. It rejects addresses that are not UTF-8 or hold a NUL, logs each error once, and
// answers it with Fail.
func (k Kit) Handle(answer Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := text.CheckAddress(r.URL)
		if err == nil {
			err = answer(w, r)
		}
		if err == nil {
			return
		}
		wrong := fault.From(err)
		status := k.Fail(w, r, wrong)
		level := slog.LevelInfo
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		k.Logger.Log(r.Context(), level, "call refused", "dialect", k.Dialect, "method", r.Method,
			"route", chi.RouteContext(r.Context()).RoutePattern(), "status", status, "trace", Trace(r.Context()), "error", wrong.Error())
	}
}

// Trace returns the request's id as a number, for dialects whose errors carry one. The log line has both.
func Trace(ctx context.Context) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(logging.RequestID(ctx)))
	return sum.Sum64() >> 1 // clients keep it in a signed number
}

// Address returns the client's address. The edge has already replaced RemoteAddr by what trusted proxies forwarded.
func Address(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap()
}
