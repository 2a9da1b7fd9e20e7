package konnect

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Codes of domain errors whose answer on the wire differs from that of their kind.
const (
	codeWrongMethod     = "wrong_method"
	codeSignInRefused   = "sign_in_refused"
	codeApprovalPending = "approval_pending"
	codeTokenExpired    = "token_expired"

	codeCredentialLimit    = "credential_limit"
	codeScopesUnavailable  = "scopes_unavailable"
	codeNoClientSecret     = "no_client_secret"
	codeKindNotIssued      = "kind_not_issued"
	codeStrategyGone       = "strategy_gone"
	codeDefaultApplication = "default_application"

	codeRegistrationClosed = "registration_closed"
	codeSearchTooLong      = "search_too_long"
)

// problem is an error on the wire. Clients show the title, so it is always set.
type problem struct {
	Status            int                `json:"status"`
	Title             string             `json:"title"`
	Type              string             `json:"type,omitempty"`
	Instance          string             `json:"instance"`
	Detail            string             `json:"detail"`
	InvalidParameters []invalidParameter `json:"invalid_parameters,omitempty"`
}

type invalidParameter struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// ofKind maps the domain's kinds of errors to statuses.
var ofKind = map[fault.Kind]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Precondition:    http.StatusConflict,
	fault.Payment:         http.StatusForbidden,
	fault.Limited:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusBadRequest,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// ofCode holds the errors whose status, title or text differs from that of their kind.
var ofCode = map[string]problem{
	codeWrongMethod:        {Status: http.StatusMethodNotAllowed},
	codeTokenExpired:       {Status: http.StatusGone},
	codeSignInRefused:      {Title: "Invalid Credentials"},
	codeCredentialLimit:    {Status: http.StatusForbidden, Detail: fmt.Sprintf("Maximum number of Credentials exceeded. Max Allowed: %d", access.MaxCredentials)},
	codeRegistrationClosed: {Status: http.StatusBadRequest},
	codeScopesUnavailable: {
		Status: http.StatusUnprocessableEntity, Title: "Unsupported IDP", Type: "https://kongapi.info/konnect/portal/granted-scopes-unavailable",
	},
	codeNoClientSecret:     {Status: http.StatusBadRequest},
	codeKindNotIssued:      {Status: http.StatusBadRequest},
	codeStrategyGone:       {Status: http.StatusBadRequest},
	codeDefaultApplication: {Status: http.StatusBadRequest},
	// The vendor's front end recognises accounts that wait for approval by the word "disabled" in the title.
	codeApprovalPending: {Title: "Approval Required: account disabled until approved"},
}

// fail sends an error as a problem document.
func fail(w http.ResponseWriter, r *http.Request, wrong *fault.Error) int {
	said := ofCode[wrong.Code]
	if said.Status == 0 {
		said.Status = ofKind[wrong.Kind]
	}
	if said.Title == "" {
		said.Title = http.StatusText(said.Status)
	}
	said.Instance = fmt.Sprintf("konnect:trace:%d", rest.Trace(r.Context()))
	if said.Detail == "" {
		said.Detail = wrong.Public
	}
	if said.Status == http.StatusBadRequest {
		said.InvalidParameters = invalidParameters(wrong)
	}
	if wrong.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatFloat(math.Ceil(wrong.RetryAfter.Seconds()), 'f', 0, 64))
	}
	_ = rest.Typed(w, said.Status, "application/problem+json", said) // a problem is always valid JSON
	return said.Status
}

// fieldOfCode names the refused field of errors for which the domain names none.
var fieldOfCode = map[string]string{
	codeRegistrationClosed: "product_version_id", codeSearchTooLong: "q",
	codeNoClientSecret: "applicationId", codeKindNotIssued: "applicationId", codeStrategyGone: "applicationId", codeDefaultApplication: "applicationId",
}

// invalidParameters returns the refused fields; the protocol requires at least one.
func invalidParameters(wrong *fault.Error) []invalidParameter {
	if len(wrong.Fields) == 0 {
		field := cmp.Or(fieldOfCode[wrong.Code], "body")
		return []invalidParameter{{Field: field, Reason: wrong.Public}}
	}
	refused := make([]invalidParameter, 0, len(wrong.Fields))
	seen := map[invalidParameter]bool{}
	for _, field := range wrong.Fields {
		one := invalidParameter{Field: field.Name, Reason: field.Reason}
		if !seen[one] {
			refused = append(refused, one)
		}
		seen[one] = true
	}
	return refused
}

// renamed returns the domain's error with the protocol's field names.
func renamed(err error, names map[string]string) error {
	told := *fault.From(err)
	told.Fields = make([]fault.Field, 0, len(told.Fields))
	for _, field := range fault.From(err).Fields {
		if name, known := names[field.Name]; known {
			field.Name = name
		}
		told.Fields = append(told.Fields, field)
	}
	return &told
}
