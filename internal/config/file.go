package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasdiff/yaml3"
)

const (
	standardFile = "portico.yaml"
	maxFileSize  = 1 << 20
)

// manifestKeys are the top-level names of the file that portico apply reads, which is called portico.yaml too.
var manifestKeys = []string{"products", "plans", "strategies", "site"}

// readFile reads the settings of a configuration file. If path is empty, it reads portico.yaml if there is one.
func readFile(path string) (values, Problems) {
	implied := path == ""
	if implied {
		path = standardFile
	}
	text, err := readLimited(path)
	if implied && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, Problems{{Text: fmt.Sprintf("the configuration file cannot be read: %v", err)}}
	}
	names, wrong := parseFile(path, text)
	if wrong != "" {
		return nil, Problems{{Text: wrong}}
	}
	if implied && slices.ContainsFunc(names, func(name *yaml.Node) bool { return isManifestKey(name.Value) }) {
		return nil, nil // a manifest for portico apply, not a configuration
	}
	return readSettings(path, names)
}

func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(text) > maxFileSize {
		err = fmt.Errorf("%s is larger than any configuration file", path)
	}
	return text, err
}

func isManifestKey(name string) bool { return slices.Contains(manifestKeys, name) }

// at formats a place of a file as compilers and editors do.
func at(path string, node *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", path, node.Line, node.Column)
}

// parseFile returns the file's names and values alternately, or what is wrong with the file and how to fix it.
func parseFile(path string, text []byte) (names []*yaml.Node, wrong string) {
	document, err := parseYAML(text)
	if errors.Is(err, io.EOF) {
		return nil, ""
	}
	if err != nil {
		place, message := &yaml.Node{Line: 1, Column: 1}, err.Error()
		if parts := yamlErrorLine.FindStringSubmatch(message); parts != nil {
			message = message[len(parts[0]):]
			if line, err := strconv.Atoi(parts[1]); err == nil {
				place.Line = line
			}
		}
		return nil, fmt.Sprintf("%s: this is not valid YAML: %s; look here and just before for tabs, wrong indentation and missing quotation marks",
			at(path, place), message)
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return nil, ""
	}
	if root.Kind != yaml.MappingNode {
		return nil, at(path, root) + ": this is no setting: write each one as name: value on its own line"
	}
	return root.Content, ""
}

// yamlErrorLine matches the start of the parser's messages.
var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func parseYAML(text []byte) (document *yaml.Node, err error) {
	// The parser panics on some malformed texts instead of returning an error.
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("yaml: the parser failed: %v", broken)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	document = &yaml.Node{}
	if err := decoder.Decode(document); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("yaml: the file holds several documents, separated by ---: keep one")
	}
	return document, nil
}

// readSettings returns the values of the settings and all problems with them.
func readSettings(path string, names []*yaml.Node) (values, Problems) {
	read, first := values{}, map[string]int{}
	var problems Problems
	for i := 0; i+1 < len(names); i += 2 {
		key, name := names[i], names[i].Value
		if isManifestKey(name) {
			return nil, Problems{{Text: fmt.Sprintf("%s says %q, so it is a catalogue for portico apply, not the configuration of the server: "+
				"run portico apply -f DIR with its directory, and start the server elsewhere or with --config FILE", path, name)}}
		}
		if line, repeated := first[name]; repeated {
			problems.add("", "%s: the setting %q is already on line %d: keep one of the two", at(path, key), name, line)
			continue
		}
		first[name] = key.Line
		if types[name] == nil {
			problems.add("", "there is no setting %q in %s%s", name, at(path, key), suggestion(name, ""))
			continue
		}
		var value any
		if err := names[i+1].Decode(&value); err != nil {
			problems.add(strings.ToUpper(name), "in %s cannot be read: %s", at(path, key), yamlErrorLine.ReplaceAllString(err.Error(), ""))
			continue
		}
		value, wrong := fitting(types[name], value)
		if wrong != "" {
			problems.add(strings.ToUpper(name), "in %s %s", at(path, names[i+1]), wrong)
		}
		if value != nil { // a name without a value counts as not set
			read[name] = value
		}
	}
	return read, problems
}
