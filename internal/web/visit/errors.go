package visit

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
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/text"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

var errForeignForm = fault.New(fault.Forbidden, "foreign_form",
	"This form was sent from another site, so nothing was done. Open the page here and send it again.")

// Statuses maps kinds of errors to HTTP statuses.
var Statuses = map[fault.Kind]int{
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

// Headlines are the titles of error pages.
var Headlines = map[fault.Kind]string{
	fault.Internal:        "Something went wrong",
	fault.Invalid:         "We can't accept that",
	fault.Unauthenticated: "Sign in first",
	fault.Forbidden:       "You don't have access",
	fault.NotFound:        "We can't find that page",
	fault.Conflict:        "That isn't possible now",
	fault.Precondition:    "This has changed since you opened it",
	fault.Payment:         "The plan's allowance is used up",
	fault.Limited:         "Too many attempts",
	fault.TooLarge:        "That's too large",
	fault.Unavailable:     "Not available right now",
}

// errTooSlow is the error for a form that took too long to arrive.
var errTooSlow = fault.New(fault.Invalid, "too_slow", "The upload timed out and nothing was saved. Try again.")

// Gone reports whether the request's context has ended, because the visitor has left or the time was up.
func (v *Visit) Gone() bool { return v.Request.Context().Err() != nil }

// fail sends the error page. If the visitor only has to sign in, it redirects to the sign-in page, which leads back.
func (v *Visit) fail(err error) {
	wrong := fault.From(err)
	status := Statuses[wrong.Kind]
	if v.Gone() {
		wrong, status = fault.Wrap(errTooSlow.Kind, errTooSlow.Code, errTooSlow.Public, err), http.StatusRequestTimeout
		v.Request = v.Request.WithContext(context.WithoutCancel(v.Request.Context()))
		v.Writer.Header().Set("Connection", "close") // the rest of the form would arrive on this connection
	}
	v.Log(wrong, status)
	v.RetryAfter(wrong)
	signIn := address.SignIn(v.WantedPath())
	if wrong.Kind == fault.Unauthenticated && v.Principal.Anonymous() {
		v.Frame = ""
		if v.Part() {
			v.Writer.Header().Set("HX-Redirect", signIn)
			v.Writer.WriteHeader(http.StatusUnauthorized)
			return
		}
		if reads(v.Request) {
			_ = v.Redirect(signIn)
			return
		}
	}
	shown := view.Failure{
		Method: v.Request.Method, Path: v.shownPath(), Status: status, Code: wrong.Code,
		Headline: Headlines[wrong.Kind], Text: wrong.Public, Fields: wrong.Fields, Wait: view.Wait(wrong.RetryAfter),
		RequestID: logging.RequestID(v.Request.Context()), Back: v.back(wrong), Support: v.Settings.Support,
	}
	if wrong.Kind == fault.NotFound && strings.HasPrefix(v.Request.URL.Path, "/apis/") {
		shown.Text = v.missingText(wrong)
	}
	if v.Principal.Anonymous() && (wrong.Kind == fault.Unauthenticated || wrong.Kind == fault.NotFound) {
		shown.SignIn = signIn
	}
	v.Frame = ""
	if v.Part() {
		v.Writer.Header().Set("HX-Retarget", "#notices")
		v.Writer.Header().Set("HX-Reswap", "innerHTML")
		err = v.RenderPart(status, view.FailureNotice(shown))
	} else {
		err = v.renderAs(status, shown.Headline, "", view.FailurePage(shown))
	}
	if err == nil {
		return
	}
	v.Config.Logger.ErrorContext(v.Request.Context(), "rendering an error page", "error", err)
	http.Error(v.Writer, "Something went wrong on our side. Please try again.", http.StatusInternalServerError)
}

// longestShownPath is how much of a path the error page shows, in bytes.
const longestShownPath = 200

// shownPath returns the path of the request in ASCII, shortened. Of a path with a token, it returns the pattern.
func (v *Visit) shownPath() string {
	path := v.Request.URL.EscapedPath()
	if address.HoldsToken(v.Request.URL.Path) {
		path = chi.RouteContext(v.Request.Context()).RoutePattern()
	}
	if len(path) > longestShownPath {
		return path[:longestShownPath] + "…"
	}
	return path
}

// missingText says what to do about a part of the catalogue that does not exist or that the visitor may not see. It is
// the same for both, so that it reveals nothing.
func (v *Visit) missingText(wrong *fault.Error) string {
	switch {
	case v.Principal.Anonymous():
		return "It doesn't exist, or you need to sign in to see it."
	case v.Settings.Support != "":
		return wrong.Public + " If you expected to see it, your team may need access: ask " + view.SupportText(v.Settings.Support) + "."
	}
	return wrong.Public + " If you expected to see it, your team may need access: ask the people who run this portal."
}

// Log logs an error once. It logs the pattern of the route, because paths can contain tokens.
func (v *Visit) Log(wrong *fault.Error, status int) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	ctx := v.Request.Context()
	v.Config.Logger.Log(ctx, level, "page refused", "method", v.Request.Method,
		"route", chi.RouteContext(ctx).RoutePattern(), "status", status, "error", wrong.Error())
}

// RetryAfter sets the Retry-After header if the error has a time to wait.
func (v *Visit) RetryAfter(wrong *fault.Error) {
	if wrong.RetryAfter > 0 {
		v.Writer.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wrong.RetryAfter.Seconds()))))
	}
}

// WantedPath returns the page to return to after signing in: the requested page, or the page of the sent form.
func (v *Visit) WantedPath() string {
	if reads(v.Request) && !v.Part() {
		return address.Return(v.Request.URL.RequestURI(), "/")
	}
	return cmp.Or(v.sender(), "/")
}

// sender returns the path of the referring page, or "" if it is unknown or on another site.
func (v *Visit) sender() string {
	sender, err := url.Parse(v.Request.Referer())
	if err != nil || sender.Host != v.Request.Host {
		return ""
	}
	return address.Return(sender.RequestURI(), "")
}

// back returns a link to the page of the rejected form or link, or to the list without the rejected filters.
func (v *Visit) back(wrong *fault.Error) view.Link {
	sender := v.sender()
	switch {
	case sender != "" && sender != "/" && (!reads(v.Request) || sender != v.Request.URL.RequestURI()):
		return view.Link{Text: "Back to where you were", Path: sender}
	case reads(v.Request) && wrong.Kind == fault.Invalid && v.Request.URL.RawQuery != "" && !address.HoldsToken(v.Request.URL.Path):
		return view.Link{Text: "Show it without filters", Path: address.Return(v.Request.URL.EscapedPath(), "/")}
	}
	return view.Link{}
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// NotFound handles requests whose path has no page.
func NotFound(*Visit) error {
	return fault.New(fault.NotFound, "no_page", "It may have moved, or the address has a typo.")
}

// WrongMethod handles requests whose path has no page for their method.
func WrongMethod(v *Visit) error {
	v.Writer.Header().Set("Cache-Control", "no-store")
	return v.renderAs(http.StatusMethodNotAllowed, "Not a page", "", view.FailurePage(view.Failure{
		Method: v.Request.Method, Path: v.shownPath(), Status: http.StatusMethodNotAllowed, Code: "wrong_method",
		Headline:  "Not a page",
		Text:      "You can't open this address by itself. Go back and use the form there.",
		RequestID: logging.RequestID(v.Request.Context()), Support: v.Settings.Support,
	}))
}

// Form parses the sent form. It rejects values that the database cannot store.
func (v *Visit) Form() (url.Values, error) {
	err := v.Request.ParseForm()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.Wrap(fault.TooLarge, "form_too_large",
			fmt.Sprintf("A form may have at most %d KiB. Shorten what you sent.", v.maxBody>>10), err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
	}
	sent := v.Request.PostForm //nolint:forbidigo // a form of this request, not a client
	return sent, text.CheckValues(sent)
}
