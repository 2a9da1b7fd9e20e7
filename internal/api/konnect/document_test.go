package konnect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// theDocument is the protocol's OpenAPI description, which the client library contains.
var theDocument = sync.OnceValues(func() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromFile(root + "node_modules/@kong/sdk-portal-js/openapi.yaml")
	if err != nil {
		return nil, errors.Join(errors.New("the protocol's document is missing: `npm ci` installs it"), err)
	}
	return document, nil
})

// recorder checks every response of the portal against the document.
type recorder struct {
	*testing.T

	document *openapi3.T
}

// passed holds the operations and exceptions that the recorders of all tests have seen.
var passed = struct {
	sync.Mutex
	operations map[string]bool
	exceptions map[exception]bool
}{operations: map[string]bool{}, exceptions: map[exception]bool{}}

// TestMain fails if all tests ran and one of the operations or exceptions was not used.
func TestMain(m *testing.M) {
	code := m.Run()
	if chosen := flag.Lookup("test.run").Value.String() + flag.Lookup("test.skip").Value.String(); code == 0 && chosen == "" {
		code = unpassed()
	}
	os.Exit(code)
}

func unpassed() (code int) {
	document, err := theDocument()
	if err != nil {
		panic(err)
	}
	for operation, route := range operations(document) {
		if _, others := elsewhere[operation]; !others && !passed.operations[operation] {
			fmt.Printf("no test calls %s (%s)\n", operation, route)
			code = 1
		}
	}
	for _, one := range exceptions {
		if !passed.exceptions[one] {
			fmt.Printf("no test needs the exception %+v\n", one)
			code = 1
		}
	}
	return code
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	return &recorder{T: t, document: document}
}

// around wraps a portal's handler and checks its responses.
func (r *recorder) around(portal http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		answered := httptest.NewRecorder()
		portal.ServeHTTP(answered, request)
		if strings.HasPrefix(request.URL.Path, "/api/v2/") {
			r.check(request, answered)
		}
		for name, values := range answered.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answered.Code)
		_, _ = w.Write(answered.Body.Bytes())
	})
}

func (r *recorder) check(request *http.Request, answered *httptest.ResponseRecorder) {
	media, _, _ := mime.ParseMediaType(answered.Header().Get("Content-Type"))
	path, operation := operationOf(r.document, request.Method, request.URL.Path)
	name := request.Method + " " + request.URL.Path
	if operation != nil {
		name = operation.OperationID
	}
	passed.Lock()
	defer passed.Unlock()
	passed.operations[name] = true
	switch {
	case media == problemMedia && !r.isProblem(answered):
		r.Errorf("%s: %d is not a problem document: %s", name, answered.Code, answered.Body)
	case declares(operation, answered.Code, media):
		if err := r.validate(request, path, operation, answered); err != nil {
			r.Errorf("%s: %d %s: %v\n%.2000s", name, answered.Code, media, err, answered.Body)
		}
	case !isExcepted(name, answered.Code, media):
		r.Errorf("%s: %d %s is neither in the document nor an exception", name, answered.Code, media)
	}
}

// declares reports whether the document declares such a response to the operation, which may be nil.
func declares(operation *openapi3.Operation, status int, media string) bool {
	if operation == nil || operation.Responses.Status(status) == nil {
		return false
	}
	content := operation.Responses.Status(status).Value.Content
	return content[media] != nil || len(content) == 0 && media == ""
}

const problemMedia = "application/problem+json"

// isProblem reports whether a response has the document's format of errors, even if the operation declares none.
func (r *recorder) isProblem(answered *httptest.ResponseRecorder) bool {
	var body any
	if err := json.Unmarshal(answered.Body.Bytes(), &body); err != nil {
		return false
	}
	schema := "BaseError"
	if answered.Code == http.StatusBadRequest {
		schema = "BadRequestError"
	}
	return r.document.Components.Schemas[schema].Value.VisitJSON(body) == nil
}

func (r *recorder) validate(request *http.Request, path string, operation *openapi3.Operation, answered *httptest.ResponseRecorder) error {
	item := r.document.Paths.Value(path)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: &routers.Route{
			Spec: r.document, Path: path, PathItem: item, Method: request.Method, Operation: operation,
		}},
		Status: answered.Code, Header: answered.Header(), Body: io.NopCloser(bytes.NewReader(answered.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	declared := operation.Responses.Status(answered.Code)
	if declared != nil && len(declared.Value.Content) == 0 {
		input.Options.ExcludeResponseBody = true
		if answered.Body.Len() > 0 {
			return errors.New("a body where the document has none")
		}
	}
	return openapi3filter.ValidateResponse(context.Background(), input)
}

// operationOf finds an operation by its path. Literal segments match before parameters.
func operationOf(document *openapi3.T, method, path string) (string, *openapi3.Operation) {
	parts := strings.Split(path, "/")
	var best string
	for pattern := range document.Paths.Map() {
		if matches(strings.Split(pattern, "/"), parts) && (best == "" || strings.Count(pattern, "{") < strings.Count(best, "{")) {
			best = pattern
		}
	}
	if best == "" {
		return "", nil
	}
	return best, document.Paths.Value(best).GetOperation(method)
}

func matches(pattern, parts []string) bool {
	return slices.EqualFunc(pattern, parts, func(want, part string) bool {
		return want == part || strings.HasPrefix(want, "{") && part != ""
	})
}

// operations returns the method and path of each operation in the document by its ID.
func operations(document *openapi3.T) map[string]string {
	all := map[string]string{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			all[operation.OperationID] = method + " " + path
		}
	}
	return all
}
