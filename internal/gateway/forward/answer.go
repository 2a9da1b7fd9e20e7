package forward

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RefusalHeader tells the portal's pages why the gateway refused a call, in the same words for every dialect.
const RefusalHeader = "Portico-Refusal"

// ofGateway are the response headers that only the gateway sets.
var ofGateway = []string{"Ratelimit", "Ratelimit-Policy", "Clear-Site-Data", RefusalHeader}

// cors are the headers by which a server opens its responses to other origins.
var cors = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
	"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Private-Network",
}

// cleanAnswer removes response headers that only the gateway or the portal may set. Clear-Site-Data is one of them,
// because the portal may share the host.
func (t *Target) cleanAnswer(header http.Header, call *Call) {
	for _, name := range ofGateway {
		delete(header, name)
	}
	if cookies := header["Set-Cookie"]; len(cookies) > 0 {
		header["Set-Cookie"] = slices.DeleteFunc(cookies, t.touchesPortal)
		if len(header["Set-Cookie"]) == 0 {
			delete(header, "Set-Cookie")
		}
	}
	if t.forwarder.IsPortal(call.origin) {
		t.forwarder.OpenTo(header, call.origin)
	} else if !t.corsUpstream {
		closeToOthers(header)
	}
}

// touchesPortal reports whether a Set-Cookie names one of the portal's cookies or covers the portal's domain.
func (t *Target) touchesPortal(cookie string) bool {
	pair, attributes, _ := strings.Cut(cookie, ";")
	if t.isPortalCookie(pair) {
		return true
	}
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, domain, _ := strings.Cut(attribute, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "Domain") {
			continue
		}
		domain = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(domain), "."))
		if covers(domain, t.forwarder.config.PortalHost) || covers(domain, t.forwarder.partner().Hostname()) {
			return true
		}
	}
	return false
}

func covers(domain, host string) bool {
	host = strings.ToLower(host)
	return domain != "" && (host == domain || strings.HasSuffix(host, "."+domain))
}

// IsPortal reports whether the origin is the portal's own.
func (f *Forwarder) IsPortal(origin string) bool {
	return origin != "" && (slices.Contains(f.config.Origins, origin) || origin == f.partner().String())
}

// partner returns the URL of the portal's second host, or the zero URL if there is none.
func (f *Forwarder) partner() *url.URL {
	if f.config.PartnerHost == nil || len(f.config.Origins) == 0 {
		return &url.URL{}
	}
	host := f.config.PartnerHost()
	if host == "" {
		return &url.URL{}
	}
	scheme, _, _ := strings.Cut(f.config.Origins[0], ":")
	return &url.URL{Scheme: scheme, Host: host}
}

// OpenTo lets pages of the origin read the response and all its headers, and replaces earlier CORS headers.
func (f *Forwarder) OpenTo(header http.Header, origin string) {
	closeToOthers(header)
	header["Access-Control-Allow-Origin"] = []string{origin}
	header["Access-Control-Expose-Headers"] = []string{"*"}
	header.Add("Vary", "Origin")
}

func closeToOthers(header http.Header) {
	for _, name := range cors {
		delete(header, name)
	}
}

// insideWriter cleans the response of a built-in handler, as the proxy does for an upstream.
type insideWriter struct {
	http.ResponseWriter

	target  *Target
	call    *Call
	cleaned bool
}

func (w *insideWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *insideWriter) WriteHeader(status int) {
	w.clean(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *insideWriter) Write(body []byte) (int, error) {
	w.clean(http.StatusOK)
	return w.ResponseWriter.Write(body)
}

// Flush supports handlers that stream through http.Flusher.
func (w *insideWriter) Flush() {
	w.clean(http.StatusOK)
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a connection that cannot flush sends everything at the end
}

func (w *insideWriter) clean(status int) {
	if w.cleaned || status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		return
	}
	w.cleaned = true
	header := w.Header()
	kept := http.Header{}
	for _, name := range ofGateway[:2] {
		kept[name] = header[name]
	}
	w.target.cleanAnswer(header, w.call)
	for name, values := range kept {
		if values != nil {
			header[name] = values
		}
	}
}
