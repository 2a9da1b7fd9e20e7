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

// root is the repository's, where the client library lies in node_modules.
const root = "../../../"

// library is the client library of the protocol's vendor, in a process of Node's that makes one call after the other.
type library struct {
	sync.Mutex
	input  *json.Encoder
	output *bufio.Reader
}

// theLibrary is started once for all tests. It ends with its input, that is with this process.
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

// object is JSON as the library takes and gives it.
type object = map[string]any

// answer is what a call came to.
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
		t.Fatalf("the client library does not take a call: %v", err)
	}
	line, err := l.output.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the client library does not answer: %v; `npm ci` installs it", err)
	}
	var got answer
	if err := json.Unmarshal(line, &got); err != nil || got.Error != "" {
		t.Fatalf("%v: %v %s", call, err, got.Error)
	}
	return got
}

// client is a front end of the portal: the library, and the cookies that a browser keeps.
type client struct {
	base    string
	cookies map[string]*http.Cookie
	headers map[string]string
}

func newClient(base string) *client {
	return &client{base: base, cookies: map[string]*http.Cookie{}, headers: map[string]string{}}
}

// call makes a call of the library: its method by the name of its class and its own, such as
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

// sent are the cookies as a browser would send them: below their paths alone.
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

// want makes a call that must answer the status.
func (c *client) want(t *testing.T, status int, method string, parameters object) answer {
	t.Helper()
	got := c.call(t, method, parameters)
	if got.Status != status {
		t.Fatalf("%s %v: %d %v, want %d", method, parameters, got.Status, got.Body, status)
	}
	return got
}

// at walks into a body: names of members, and numbers of elements.
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

// text is at for texts.
func (a answer) text(path ...any) string {
	text, _ := a.at(path...).(string)
	return text
}

// column is one member of every row of a list.
func (a answer) column(name string) []any {
	rows, _ := a.at("data").([]any)
	values := make([]any, 0, len(rows))
	for _, row := range rows {
		members, _ := row.(object)
		values = append(values, members[name])
	}
	return values
}

// total is how long a list says it is.
func (a answer) total() int {
	total, _ := a.at("meta", "page", "total").(float64)
	return int(total)
}
