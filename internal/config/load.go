package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/knadh/koanf/v2"
)

const (
	prefix       = "PORTICO_"
	standardFile = "portico.yaml"
	maxFileSize  = 1 << 20
)

// Sources is where settings are looked for.
type Sources struct {
	// File is the configuration file. Empty means portico.yaml in the working directory, if there is one.
	File string
	// Environment is the process's environment as os.Environ tells it.
	Environment []string
	// Flags holds what the command line says; what it leaves zero was not said.
	Flags Config
}

// Load reads, merges, completes and validates. The error is a Problems with everything that is wrong.
func Load(sources Sources) (Config, error) {
	fromFile, problems := readFile(sources.File)
	fromEnvironment, more := readEnvironment(sources.Environment)
	problems = append(problems, more...)
	if len(problems) > 0 {
		return Config{}, problems
	}

	merged := koanf.New(".")
	for _, layer := range []values{valuesOf(Defaults().underived()), fromFile, fromEnvironment, valuesOf(sources.Flags)} {
		if err := merged.Load(layer, nil); err != nil {
			return Config{}, err
		}
	}
	var loaded Config
	if err := merged.Unmarshal("", &loaded); err != nil {
		return Config{}, Problems{{Text: err.Error()}}
	}
	loaded = loaded.Completed()
	if err := loaded.Validate(); err != nil {
		return Config{}, err
	}
	return loaded, nil
}

// underived is Completed undone, so that a changed DATA_DIR moves what lives in it.
func (c Config) underived() Config {
	c.DatabaseURL, c.Keyring, c.PortalURL, c.GatewayURL = "", "", "", ""
	return c
}

// values is one layer of settings by their names in the file. It is a koanf.Provider.
type values map[string]any

// Read returns the settings of the layer.
func (v values) Read() (map[string]any, error) { return v, nil }

// ReadBytes is the half of koanf.Provider that a layer of values has no use for.
func (v values) ReadBytes() ([]byte, error) {
	return nil, errors.New("settings are read as values, not as bytes")
}

func valuesOf(config Config) values {
	said := values{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if value := reflect.ValueOf(config).FieldByIndex(field.Index); !value.IsZero() {
			said[field.Tag.Get("koanf")] = value.Interface()
		}
	}
	return said
}

// types tells every setting by its name in the file, with its type.
var types = func() map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		known[field.Tag.Get("koanf")] = field.Type
	}
	return known
}()

func readFile(path string) (values, Problems) {
	implied := path == ""
	if implied {
		path = standardFile
	}
	file, err := os.Open(path)
	if implied && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, Problems{{Text: fmt.Sprintf("the configuration file cannot be read: %v", err)}}
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(text) > maxFileSize {
		err = errors.New("larger than any configuration file")
	}
	var read values
	if err == nil {
		err = yaml.Unmarshal(text, &read)
	}
	if err != nil {
		return nil, Problems{{Text: fmt.Sprintf("%s: %v", path, err)}}
	}
	if implied && isManifest(read) {
		return nil, nil // a catalogue that lies where somebody works is no configuration
	}
	return read, checkFile(path, read)
}

func isManifest(read values) bool {
	return slices.ContainsFunc(manifestKeys, func(name string) bool { return read[name] != nil })
}

// manifestKeys are the topmost names of the file that portico apply reads, which bears the same name.
var manifestKeys = []string{"products", "plans", "strategies", "site"}

func checkFile(path string, read values) Problems {
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(read)) {
		if slices.Contains(manifestKeys, name) {
			return Problems{{Text: fmt.Sprintf("%s says %q, so it is a catalogue for portico apply, not the configuration of the server: "+
				"run portico apply -f DIR with its directory, and start the server elsewhere or with --config FILE", path, name)}}
		}
		if types[name] == nil {
			problems.add("", "there is no setting %q in %s%s", name, path, suggestion(name, ""))
			continue
		}
		value, wrong := fitting(types[name], read[name])
		if wrong != "" {
			problems.add(strings.ToUpper(name), "in %s %s", path, wrong)
		}
		read[name] = value
		if value == nil {
			delete(read, name) // written without a value: not set
		}
	}
	return problems
}

// fitting returns the value in the form that the setting's type wants, or says what it should have been.
func fitting(wanted reflect.Type, value any) (fit any, wrong string) {
	text, isText := value.(string)
	switch {
	case value == nil:
		return nil, ""
	case wanted == reflect.TypeFor[time.Duration]():
		duration, err := time.ParseDuration(text)
		if err != nil {
			return nil, fmt.Sprintf("is %v: write a time with its unit, such as 30s or 2m", value)
		}
		return duration, ""
	case wanted.Kind() == reflect.Slice && isText:
		return split(text), ""
	case wanted.Kind() == reflect.Slice:
		return fittingList(value)
	case isText:
		return text, ""
	}
	return nil, "has a value that is no text: put quotes around it if it should be one"
}

func fittingList(value any) (fit any, wrong string) {
	items, isList := value.([]any)
	if !isList {
		return nil, "wants a list, such as [one, two]"
	}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		text, isText := item.(string)
		if !isText {
			return nil, fmt.Sprintf("has %v in its list: put quotes around it", item)
		}
		texts = append(texts, text)
	}
	return texts, ""
}

// otherVariables are read by other parts than the server's configuration.
var otherVariables = []string{"DEMO_PASSWORD", "GITHUB_DOCUMENT"}

// kubernetesVariable matches what Kubernetes puts into the environment for a service whose name begins with portico.
var kubernetesVariable = regexp.MustCompile(`(^|_)(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

func readEnvironment(environment []string) (values, Problems) {
	read := values{}
	var problems Problems
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		name, ours := strings.CutPrefix(name, prefix)
		if !ours || slices.Contains(otherVariables, name) || kubernetesVariable.MatchString(name) {
			continue
		}
		key := strings.ToLower(name)
		if types[key] == nil || name != strings.ToUpper(name) {
			problems.add("", "there is no setting %s%s%s", prefix, name, suggestion(key, prefix))
			continue
		}
		if value == "" {
			continue // the same as not set, as it is for most programs
		}
		fit, wrong := fitting(types[key], value)
		if wrong != "" {
			problems.add(name, "%s", wrong)
		}
		read[key] = fit
	}
	return read, problems
}

func split(text string) []string {
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
