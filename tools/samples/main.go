// Command samples writes code samples: it reads requests as a JSON array and prints, per language, the sample of each.
// The tests in test/samples run them.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/portico-api/portico/internal/catalog/samples"
)

type written struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var requests []samples.Request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		return fmt.Errorf("reading requests: %w", err)
	}
	var languages []written
	for _, language := range samples.Languages {
		one := written{ID: language.ID, Name: language.Name}
		for _, request := range requests {
			one.Samples = append(one.Samples, language.Write(request))
		}
		languages = append(languages, one)
	}
	return json.NewEncoder(os.Stdout).Encode(languages)
}
