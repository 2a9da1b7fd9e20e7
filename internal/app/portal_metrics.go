package app

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/logging"
)

// unmatched is the label for requests whose path matches no route.
const unmatched = "unmatched"

// portalMetrics count the requests of the portal's pages and dialects by the pattern of their route.
type portalMetrics struct {
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
}

func newPortalMetrics() portalMetrics {
	return portalMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "portico", Subsystem: "portal", Name: "requests_total", Help: "Answered requests, by route, method and class of status.",
		}, []string{"route", "method", "class"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "portico", Subsystem: "portal", Name: "request_duration_seconds", Help: "Time from a request's arrival to the end of its response.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "method"}),
	}
}

// observe counts and traces the requests of a router.
func (m portalMetrics) observe(router http.Handler, traces tracing) http.Handler {
	routes, _ := router.(chi.Routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := clock.Now()
		// The router fills in a context that exists already. Afterwards it holds the pattern of the route.
		route := chi.NewRouteContext()
		route.Routes = routes
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		status := http.StatusInternalServerError // if the handler panics
		ctx, end := traces.begin(r, route)
		defer func() {
			end(status)
			pattern, method := routeLabel(route), logging.Method(r.Method)
			m.requests.WithLabelValues(pattern, method, strconv.Itoa(status/100)+"xx").Inc()
			m.durations.WithLabelValues(pattern, method).Observe(clock.Now().Sub(began).Seconds())
		}()
		router.ServeHTTP(answer, r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, route)))
		if status = answer.Status(); status == 0 {
			status = http.StatusOK
		}
	})
}

func routeLabel(route *chi.Context) string {
	if pattern := route.RoutePattern(); pattern != "" {
		return pattern
	}
	return unmatched
}
