package app

import (
	"context"
	"net/http"
	"time"
)

// readyTimeout is how long the database may take to answer a ping.
const readyTimeout = 2 * time.Second

// withHealth answers /healthz, /readyz and /metrics under any host, because probes use addresses. The answers say no
// more than whether calls are served and counted; the log has the reasons.
func (a *App) withHealth(next http.Handler) http.Handler {
	metrics := a.metrics.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			plain(w, http.StatusOK, "ok")
		case "/readyz":
			if err := a.ready(r.Context()); err != nil {
				a.logger.Warn("not ready", "error", err)
				plain(w, http.StatusServiceUnavailable, "not ready")
				return
			}
			if err := a.gateway.Uncounted(); err != nil {
				plain(w, http.StatusOK, "ready; calls are not counted")
				return
			}
			plain(w, http.StatusOK, "ready")
		case "/metrics":
			metrics.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (a *App) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := a.Services.DB.Ping(ctx); err != nil {
		return err
	}
	return a.gateway.Ready()
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the prober may have gone
}
