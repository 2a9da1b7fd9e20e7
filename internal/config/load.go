package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/v2"
)

// prefix is the prefix of every setting in the environment.
const prefix = "PORTICO_"

// Sources are where Load looks for settings.
type Sources struct {
	// File is the configuration file. If it is empty, Load reads portico.yaml in the working directory if there is one.
	File string
	// Environment is the process's environment as os.Environ returns it.
	Environment []string
	// Flags holds the settings of the command line; a zero value means unset.
	Flags Config
}

// Load reads, merges, completes and validates the settings. The error is a Problems with all problems.
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

// underived undoes Completed, so that a changed DATA_DIR also moves the paths within it.
func (c Config) underived() Config {
	c.DatabaseURL, c.Keyring, c.PortalURL, c.GatewayURL = "", "", "", ""
	return c
}

// values is one layer of settings, by their names in the file. It implements koanf.Provider.
type values map[string]any

// Read returns the settings of the layer.
func (v values) Read() (map[string]any, error) { return v, nil }

// ReadBytes is not supported; koanf.Provider requires it.
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

// types returns the type of every setting by its name in the file.
var types = func() map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		known[field.Tag.Get("koanf")] = field.Type
	}
	return known
}()

// fitting converts the value to the setting's type, or says what the value must be.
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

// otherVariables are variables that other parts of the program read.
var otherVariables = []string{"DEMO_PASSWORD", "GITHUB_DOCUMENT"}

// kubernetesVariable matches variables that Kubernetes sets for services whose names begin with portico.
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
			continue // an empty variable counts as unset
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
