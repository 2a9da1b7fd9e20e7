package view

import (
	"net/http"
	"strconv"

	"github.com/portico-api/portico/internal/catalog/samples"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
)

// FirstCall is a call with its request in the reader's language, and the response that its description promises.
type FirstCall struct {
	overview.FirstCall
	Language samples.Language
	Request  samples.Request
}

// NewFirstCall returns a call to the gateway at this address.
func NewFirstCall(call overview.FirstCall, gateway string, language samples.Language) FirstCall {
	header := call.Scheme.Header
	if call.Scheme.Kind == plan.Basic {
		header = "Authorization"
	}
	shown := FirstCall{FirstCall: call, Language: language}
	shown.Request = NewSample(call.Operation, gateway+call.Endpoint.BasePath, header)
	if call.Sample.Body != "" {
		shown.Request.Body = SampleBody(call.Sample.Media, call.Sample.Body)
	}
	return shown
}

// OperationPath returns the address of the operation in the reference.
func (c FirstCall) OperationPath() string {
	return address.Operation(c.Product.Slug, c.Version.Name, c.Operation.Slug)
}

// OperationName returns the operation's summary, or else its method and path.
func (c FirstCall) OperationName() string {
	if c.Operation.Summary != "" {
		return c.Operation.Summary
	}
	return c.Operation.Method + " " + c.Operation.Path
}

// statusText adds the name of a status: "201 Created".
func statusText(status string) string {
	code, err := strconv.Atoi(status)
	if name := http.StatusText(code); err == nil && name != "" {
		return status + " " + name
	}
	return status
}
