package main

import (
	"debug/buildinfo"
	"encoding/json"
	"slices"
	"strings"
)

// document is a CycloneDX bill of materials with the fields that we write. It has neither a date nor a serial number,
// so that the same release always has the same bytes.
type document struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Kind     string    `json:"type"`
	Ref      string    `json:"bom-ref"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Licences []licence `json:"licenses,omitempty"`
	Package  string    `json:"purl,omitempty"`
}

type licence struct {
	Expression string `json:"expression"`
}

func bill(version string, components []component) ([]byte, error) {
	text, err := json.MarshalIndent(document{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{component{
			Kind: "application", Ref: "portico", Name: "portico", Version: version, Licences: []licence{{"Apache-2.0"}},
		}},
		Components: components,
	}, "", "  ")
	return append(text, '\n'), err
}

// goComponents returns the modules that the programs are linked from, and Go itself.
func goComponents(programs []*buildinfo.BuildInfo) []component {
	found := map[string]component{}
	add := func(name, version string) {
		// Package URLs spell Go module names in lower case.
		url := "pkg:golang/" + strings.ToLower(name) + "@" + escaped(version)
		found[url] = component{Kind: "library", Ref: url, Name: name, Version: version, Package: url}
	}
	for _, program := range programs {
		add("stdlib", strings.TrimPrefix(program.GoVersion, "go"))
		for _, module := range program.Deps {
			if module.Replace != nil {
				module = module.Replace
			}
			add(module.Path, module.Version)
		}
	}
	return sorted(found)
}

// npmComponents returns the packages that the site's styles and scripts are built from or with. It omits packages that
// only tests use.
func npmComponents(lock []byte) ([]component, error) {
	var read struct {
		Packages map[string]struct {
			Version string `json:"version"`
			Licence string `json:"license"`
			Dev     bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(lock, &read); err != nil {
		return nil, err
	}
	const folder = "node_modules/"
	found := map[string]component{}
	for path, one := range read.Packages {
		last := strings.LastIndex(path, folder)
		if last < 0 || one.Dev {
			continue
		}
		name := path[last+len(folder):]
		url := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + escaped(one.Version)
		made := component{Kind: "library", Ref: url, Name: name, Version: one.Version, Package: url}
		if one.Licence != "" {
			made.Licences = []licence{{one.Licence}}
		}
		found[url] = made
	}
	return sorted(found), nil
}

func escaped(version string) string { return strings.ReplaceAll(version, "+", "%2B") }

func sorted(found map[string]component) []component {
	all := make([]component, 0, len(found))
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	return all
}
