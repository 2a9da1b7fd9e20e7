// Package samples writes a request as a complete program in several languages, with their standard libraries only.
//
// The content of a request can never become code of the program. The tests in test/samples run the programs against a
// server and compare the request that arrives.
package samples

// KeyVariable is the environment variable that samples read the key from: a key in code ends up in a repository.
const KeyVariable = "PORTICO_KEY"

// KeyPlaceholder is the value of a header that gets the key. No client can send a NUL, so no value of a form equals it.
const KeyPlaceholder = "\x00key\x00"

// Request is a request to write samples of.
type Request struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers"`
	Body    *Body       `json:"body,omitempty"`
}

// Kinds of bodies.
const (
	Text      = "text"
	Form      = "form"
	Multipart = "multipart"
	WholeFile = "file"
)

// Body is the body of a request: a text, the fields of a form, the parts of a multipart body, or a file.
type Body struct {
	Kind string `json:"kind"`
	// MediaType is the type of a text or a file; the other kinds have their own.
	MediaType string      `json:"mediaType,omitempty"`
	Text      string      `json:"text,omitempty"`
	Fields    [][2]string `json:"fields,omitempty"`
	Parts     []Part      `json:"parts,omitempty"`
	// File is the name of a file in the directory that the sample runs in.
	File string `json:"file,omitempty"`
}

// Part is a part of a multipart body: a value, or a file if File is a name.
type Part struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	File  string `json:"file,omitempty"`
}

// Language is a language that samples are written in.
type Language struct {
	// ID names the language in addresses and to the highlighter.
	ID    string
	Name  string
	write func(Request) string
}

// Languages are in the order in which pages show them.
var Languages = []Language{
	{"curl", "curl", curl},
	{"javascript", "JavaScript", javascript},
	{"python", "Python", python},
	{"go", "Go", golang},
	{"php", "PHP", php},
	{"java", "Java", java},
	{"csharp", "C#", csharp},
}

// Find returns the language with this ID, or the first one.
func Find(id string) Language {
	for _, language := range Languages {
		if language.ID == id {
			return language
		}
	}
	return Languages[0]
}

// Write returns the request as a program.
func (l Language) Write(request Request) string { return l.write(sendable(request)) }
