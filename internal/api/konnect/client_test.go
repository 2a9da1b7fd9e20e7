package konnect_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the root of the repository, whose node_modules contains the client library.
const root = "../../../"

// library is a Node process that makes calls with the vendor's client library, one at a time.
type library struct {
	sync.Mutex
	input  *json.Encoder
	output *bufio.Reader
}

// theLibrary is started once for all tests. It ends when this process ends, which closes its input.
var theLibrary = sync.OnceValues(func() (*library, error) {
	process := exec.Command("node", "test/konnect/client.mjs")
	process.Dir, process.Stderr = root, os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &library{input: json.NewEncoder(input), output: bufio.NewReader(output)}, process.Start()
})

// object is a JSON object for or from the library.
type object = map[string]any

// answer is the result of a call.
type answer struct {
	Error   string            `json:"error"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Cookies []string          `json:"cookies"`
	Body    any               `json:"body"`
}

func (l *library) make(t *testing.T, call object) answer {
	t.Helper()
	l.Lock()
	defer l.Unlock()
	if err := l.input.Encode(call); err != nil {
		t.Fatalf("sending a call to the client library: %v", err)
	}
	line, err := l.output.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the client library did not answer: %v; `npm ci` installs it", err)
	}
	var got answer
	if err := json.Unmarshal(line, &got); err != nil || got.Error != "" {
		t.Fatalf("%v: %v %s", call, err, got.Error)
	}
	return got
}

// client is a front end of the portal: the library and a cookie jar.
type client struct {
	base    string
	cookies map[string]*http.Cookie
	headers map[string]string
}

func newClient(base string) *client {
	return &client{base: base, cookies: map[string]*http.Cookie{}, headers: map[string]string{}}
}

// call makes a call with the library. The method is named by its class and its name, such as
// "ProductsApi.listProducts".
func (c *client) call(t *testing.T, method string, parameters object) answer {
	t.Helper()
	library, err := theLibrary()
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for name, value := range c.headers {
		headers[name] = value
	}
	if sent := c.sent(method); sent != "" {
		headers["Cookie"] = sent
	}
	if parameters == nil {
		parameters = object{}
	}
	api, name, _ := strings.Cut(method, ".")
	got := library.make(t, object{"base": c.base, "api": api, "method": name, "parameters": parameters, "headers": headers})
	for _, line := range got.Cookies {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		if cookie.Value == "" {
			delete(c.cookies, cookie.Name)
		} else {
			c.cookies[cookie.Name] = cookie
		}
	}
	return got
}

// sent returns the cookies that a browser would send: those whose path matches.
func (c *client) sent(method string) string {
	var pairs []string
	for name, cookie := range c.cookies {
		if cookie.Path == "/" || strings.HasPrefix(method, "DeveloperApi.") {
			pairs = append(pairs, name+"="+cookie.Value)
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "; ")
}

// want makes a call and fails the test if it returns another status.
func (c *client) want(t *testing.T, status int, method string, parameters object) answer {
	t.Helper()
	got := c.call(t, method, parameters)
	if got.Status != status {
		t.Fatalf("%s %v: %d %v, want %d", method, parameters, got.Status, got.Body, status)
	}
	return got
}

// at returns the value at a path of the body, which consists of member names and element indices.
func (a answer) at(path ...any) any {
	value := a.Body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := value.(object)
			value = members[step]
		case int:
			elements, _ := value.([]any)
			if step >= len(elements) {
				return nil
			}
			value = elements[step]
		}
	}
	return value
}

// text returns the text at a path of the body.
func (a answer) text(path ...any) string {
	text, _ := a.at(path...).(string)
	return text
}

// column returns one member of each row of a list.
func (a answer) column(name string) []any {
	rows, _ := a.at("data").([]any)
	values := make([]any, 0, len(rows))
	for _, row := range rows {
		members, _ := row.(object)
		values = append(values, members[name])
	}
	return values
}

// total returns the total number of items that a list reports.
func (a answer) total() int {
	total, _ := a.at("meta", "page", "total").(float64)
	return int(total)
}
