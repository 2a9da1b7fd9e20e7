package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/text"
)

var errForeignForm = fault.New(fault.Forbidden, "foreign_form",
	"This form was sent from another site, so nothing was done. Open the page here and send it again.")

// statuses says how each kind of failure is answered.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Precondition:    http.StatusPreconditionFailed,
	fault.Payment:         http.StatusPaymentRequired,
	fault.Limited:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

var headlines = map[fault.Kind]string{
	fault.Internal:        "Something went wrong",
	fault.Invalid:         "This cannot be accepted",
	fault.Unauthenticated: "Please sign in",
	fault.Forbidden:       "Not permitted",
	fault.NotFound:        "Not found",
	fault.Conflict:        "This is not possible now",
	fault.Precondition:    "This has changed meanwhile",
	fault.Payment:         "The plan's allowance is used up",
	fault.Limited:         "Too many tries",
	fault.TooLarge:        "This is too large",
	fault.Unavailable:     "Not available right now",
}

// failure is what an error page tells.
type failure struct {
	Headline  string
	Text      string
	Fields    []fault.Field
	Wait      string
	RequestID string
	SignIn    string
	// Back leads to where the visitor was; nowhere where that is unknown.
	Back    link
	Support string
}

// errTooSlow is told to whoever sent a form so slowly that it was not waited for any longer.
var errTooSlow = fault.New(fault.Invalid, "too_slow", "What you sent took too long to arrive, so nothing was done. Send it again, over a faster line if you can.")

// gone reports whether the visitor has left or was not waited for, after which no service answers any more.
func (v *visit) gone() bool { return v.request.Context().Err() != nil }

// fail answers with what went wrong. Who merely has to sign in is led there and back.
func (v *visit) fail(err error) {
	wrong := fault.From(err)
	status := statuses[wrong.Kind]
	if v.gone() {
		wrong, status = fault.Wrap(errTooSlow.Kind, errTooSlow.Code, errTooSlow.Public, err), http.StatusRequestTimeout
		v.request = v.request.WithContext(context.WithoutCancel(v.request.Context()))
		v.writer.Header().Set("Connection", "close") // what follows on it is the rest of the form
	}
	v.log(wrong, status)
	v.retryAfter(wrong)
	signIn := signInPath(v.wantedPath())
	if wrong.Kind == fault.Unauthenticated && v.principal.Anonymous() {
		if v.part() {
			v.writer.Header().Set("HX-Redirect", signIn)
			v.writer.WriteHeader(http.StatusUnauthorized)
			return
		}
		if reads(v.request) {
			_ = v.redirect(signIn)
			return
		}
	}
	shown := failure{
		Headline: headlines[wrong.Kind], Text: wrong.Public, Fields: wrong.Fields, Wait: wait(wrong.RetryAfter),
		RequestID: logging.RequestID(v.request.Context()), Back: v.back(wrong), Support: v.settings.Support,
	}
	if v.principal.Anonymous() && (wrong.Kind == fault.Unauthenticated || wrong.Kind == fault.NotFound) {
		shown.SignIn = signIn
	}
	if v.part() {
		v.writer.Header().Set("HX-Retarget", "#notices")
		v.writer.Header().Set("HX-Reswap", "innerHTML")
		err = v.renderPart(status, failureNotice(shown))
	} else {
		err = v.render(status, shown.Headline, "", failurePage(shown))
	}
	if err == nil {
		return
	}
	v.config.Logger.ErrorContext(v.request.Context(), "rendering an error page", "error", err)
	http.Error(v.writer, "Something went wrong on our side. Please try again.", http.StatusInternalServerError)
}

// log writes down a failure once. Paths may hold tokens, so that the pattern of the route stands for them.
func (v *visit) log(wrong *fault.Error, status int) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	ctx := v.request.Context()
	v.config.Logger.Log(ctx, level, "page refused", "method", v.request.Method,
		"route", chi.RouteContext(ctx).RoutePattern(), "status", status, "error", wrong.Error())
}

func (v *visit) retryAfter(wrong *fault.Error) {
	if wrong.RetryAfter > 0 {
		v.writer.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wrong.RetryAfter.Seconds()))))
	}
}

// wantedPath is the page to return to after signing in: the one asked for, or the one that a form was sent from.
func (v *visit) wantedPath() string {
	if reads(v.request) && !v.part() {
		return returnPath(v.request.URL.RequestURI(), "/")
	}
	return cmp.Or(v.sender(), "/")
}

// sender is the page of ours that led here, empty where there is none.
func (v *visit) sender() string {
	sender, err := url.Parse(v.request.Referer())
	if err != nil || sender.Host != v.request.Host {
		return ""
	}
	return returnPath(sender.RequestURI(), "")
}

// back leads to the page whose form or link was refused, or to the list that is there without the refused filters.
func (v *visit) back(wrong *fault.Error) link {
	sender := v.sender()
	switch {
	case sender != "" && sender != "/" && (!reads(v.request) || sender != v.request.URL.RequestURI()):
		return link{Text: "Back to where you were", Path: sender}
	case reads(v.request) && wrong.Kind == fault.Invalid && v.request.URL.RawQuery != "":
		return link{Text: "Show it without filters", Path: returnPath(v.request.URL.EscapedPath(), "/")}
	}
	return link{}
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// wait says how long to wait before trying again, rounded up so that trying then works.
func wait(left time.Duration) string {
	switch {
	case left <= 0:
		return ""
	case left <= time.Minute:
		return count(int64(math.Ceil(left.Seconds())), "second")
	default:
		return count(int64(math.Ceil(left.Minutes())), "minute")
	}
}

func notFound(*visit) error {
	return fault.New(fault.NotFound, "no_page", "There is nothing at this address. It may have moved, or it was typed wrongly.")
}

func wrongMethod(v *visit) error {
	v.writer.Header().Set("Cache-Control", "no-store")
	return v.render(http.StatusMethodNotAllowed, "Not a page", "", failurePage(failure{
		Headline:  "Not a page",
		Text:      "This address takes a form from one of our pages, it cannot be opened by itself. Go back and use the form there.",
		RequestID: logging.RequestID(v.request.Context()), Support: v.settings.Support,
	}))
}

// form reads the form that was sent. What cannot be kept is refused here, for every form.
func (v *visit) form() (url.Values, error) {
	err := v.request.ParseForm()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.Wrap(fault.TooLarge, "form_too_large",
			fmt.Sprintf("A form may have at most %d KiB. Shorten what you sent.", bodyBound(v.request)>>10), err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
	}
	sent := v.request.PostForm //nolint:forbidigo // what was sent here, not a client
	return sent, text.CheckValues(sent)
}
