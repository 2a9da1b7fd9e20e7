package rest_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
)

type pet struct {
	Name string   `json:"name"`
	Age  int      `json:"age"`
	Tags []string `json:"tags"`
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for name, row := range map[string]struct {
		body, mediaType string
		kind            fault.Kind
		code, told      string
	}{
		"nothing":            {"", "application/json", fault.Invalid, "no_body", ""},
		"blank":              {" \n", "application/json", fault.Invalid, "no_body", ""},
		"no JSON":            {`{"name":`, "application/json", fault.Invalid, "not_json", ""},
		"two values":         {`{} {}`, "application/json", fault.Invalid, "not_json", ""},
		"something behind":   {`{}x`, "application/json", fault.Invalid, "not_json", ""},
		"a wrong type":       {`{"age":"old"}`, "application/json", fault.Invalid, "invalid_input", "age must be a whole number"},
		"a number for text":  {`{"name":7}`, "application/json", fault.Invalid, "invalid_input", "name must be a string"},
		"text for a list":    {`{"tags":"a"}`, "application/json", fault.Invalid, "invalid_input", "tags must be a list"},
		"an inner wrong one": {`{"tags":[1]}`, "application/json", fault.Invalid, "invalid_input", "tags must be a string"},
		"a list":             {`[]`, "application/json", fault.Invalid, "not_object", "The body must be an object."},
		"a form":             {`a=b`, "application/x-www-form-urlencoded", fault.Invalid, "not_json", ""},
		"too large":          {`{"name":"` + strings.Repeat("x", rest.MaxBody) + `"}`, "application/json", fault.TooLarge, "body_too_large", ""},
		"a NUL":              {`{"name":"a\u0000"}`, "application/json", fault.Invalid, "holds_nul", ""},
		"a cut escape":       {`{"name":"\`, "application/json", fault.Invalid, "not_json", ""},
		"too deep":           {`{"tags":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "application/json", fault.Invalid, "too_deep", ""},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(row.body))
		r.Header.Set("Content-Type", row.mediaType)
		_, err := rest.Decode[pet](httptest.NewRecorder(), r)
		wrong := fault.From(err)
		said := wrong.Public
		for _, field := range wrong.Fields {
			said = field.Name + " " + field.Reason
		}
		if err == nil || wrong.Kind != row.kind || wrong.Code != row.code || row.told != "" && said != row.told {
			t.Errorf("%s: %v, %s", name, err, said)
		}
	}
}

func TestDecodeReadsWhatItKnows(t *testing.T) {
	for _, mediaType := range []string{"application/json", "application/json; charset=utf-8", "application/vnd.pet+json", ""} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"[{\"","age":3,"other":{"a":"\\u0000"}} `))
		r.Header.Set("Content-Type", mediaType)
		got, err := rest.Decode[pet](httptest.NewRecorder(), r)
		if err != nil || got.Name != `[{"` || got.Age != 3 {
			t.Errorf("%q: %+v, %v", mediaType, got, err)
		}
	}
}

func TestHandleLogsOnceAndAnswersInTheDialect(t *testing.T) {
	var logged bytes.Buffer
	kit := rest.Kit{
		Dialect: "test", Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		Fail: func(w http.ResponseWriter, _ *http.Request, wrong *fault.Error) int {
			status := map[fault.Kind]int{fault.NotFound: http.StatusNotFound}[wrong.Kind]
			if status == 0 {
				status = http.StatusInternalServerError
			}
			http.Error(w, wrong.Public, status)
			return status
		},
	}
	router := chi.NewRouter()
	router.Get("/pets/{pet}", kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		switch chi.URLParam(r, "pet") {
		case "rex":
			return rest.JSON(w, http.StatusOK, pet{Name: "<Rex>"})
		case "gone":
			return fault.Missing("pet")
		}
		return errors.New("the disk of secret")
	}))
	for path, want := range map[string]struct {
		status int
		body   string
		lines  int
	}{
		"/pets/rex": {200, `{"name":"<Rex>","age":0,"tags":null}`, 0}, "/pets/gone": {404, "There is no such pet.\n", 1},
		"/pets/broken": {500, "Something went wrong on our side. Please try again.\n", 1},
	} {
		logged.Reset()
		answer := httptest.NewRecorder()
		router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want.status || answer.Body.String() != want.body || strings.Count(logged.String(), "\n") != want.lines {
			t.Errorf("%s: %d %q, logged %s", path, answer.Code, answer.Body, logged.String())
		}
		if want.lines > 0 && !strings.Contains(logged.String(), "route=/pets/{pet}") {
			t.Errorf("the log holds the address, not the route: %s", logged.String())
		}
	}
}
