package main

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestIconsAreCollectedFromEveryPlace(t *testing.T) {
	directory := sources(t, map[string]string{
		"view/parts.go": `package view
			func Icon(name string) part { return part(name) }
			func Button(text, icon string) part { return wrap(func() part { return Icon(icon) }) }
			func Primary(icon string) part { return Button("Create", icon) }
			func stateIcon(on bool) string { if on { return "check" }; return "ban" }
			func State(on bool) part { return Icon(stateIcon(on)) }
			func NoteIcon(bad bool) templ.Component { return wrap(nil) }
			func empty() part { return Icon("") }`,
		"desk/list.go": `package desk
			var links = []view.Link{{Text: "Requests", Icon: "inbox"}, {Text: "Plain"}}
			func list() { view.Icon("search"); view.Primary("plus"); for _, one := range links { view.Icon(one.Icon) } }
			func Button(text, other string) {}
			func unrelated() { Button("x", "none") }`,
		"desk/list_test.go": `package desk
			func only() { view.Icon("test-only") }`,
	})
	found, err := iconsInUse(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range found {
		names = append(names, one.text)
	}
	if want := []string{"ban", "check", "inbox", "plus", "search"}; !slices.Equal(names, want) {
		t.Errorf("collected %v, want %v", names, want)
	}
}

func TestUndeterminedIconFailsTheBuild(t *testing.T) {
	for name, line := range map[string]string{
		"a variable":           `func list() { name := read(); view.Icon(name) }`,
		"another function":     `func list() { view.Icon(read()) }`,
		"a joined text":        `func list() { view.Icon("circle-" + read()) }`,
		"a field's value":      `func list() any { return view.Link{Icon: read()} }`,
		"a result":             `func stateIcon() string { return read() }`,
		"a parameter's caller": `func row(icon string) { view.Icon(icon) }; func list() { row(read()) }`,
		"a method":             `func (l list) row(icon string) { view.Icon(icon) }`,
	} {
		_, err := iconsInUse(sources(t, map[string]string{"desk/list.go": "package desk\n" + line}))
		if err == nil || !strings.Contains(err.Error(), "list.go:2:") {
			t.Errorf("%s: the error is %v, want one with the place", name, err)
		}
	}
}

func TestUnknownIconFailsTheBuild(t *testing.T) {
	directory := sources(t, map[string]string{"desk/list.go": "package desk\nfunc list() { view.Icon(\"no-such-icon\") }"})
	_, err := sprite(directory, filepath.Join("..", "..", icons))
	if err == nil || !strings.Contains(err.Error(), "no-such-icon") || !strings.Contains(err.Error(), "list.go:2:") {
		t.Errorf("the error is %v, want one that names the icon and the place", err)
	}
}

func TestSpriteHasASymbolForEachIcon(t *testing.T) {
	directory := sources(t, map[string]string{
		"desk/list.go": "package desk\nfunc list() { view.Icon(\"search\"); view.Icon(\"copy\"); view.Icon(\"search\") }",
	})
	made, err := sprite(directory, filepath.Join("..", "..", icons))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Symbols []struct {
			ID      string `xml:"id,attr"`
			ViewBox string `xml:"viewBox,attr"`
			Shapes  string `xml:",innerxml"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(made.content, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Symbols) != 2 || read.Symbols[0].ID != "copy" || read.Symbols[1].ID != "search" {
		t.Fatalf("the symbols are %+v, want copy and search", read.Symbols)
	}
	for _, symbol := range read.Symbols {
		if symbol.ViewBox != "0 0 24 24" || !strings.HasPrefix(symbol.Shapes, "<") || strings.Contains(symbol.Shapes, "svg") {
			t.Errorf("the symbol %s is %+v", symbol.ID, symbol)
		}
	}
}

func sources(t *testing.T, files map[string]string) string {
	t.Helper()
	directory := t.TempDir()
	for name, content := range files {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}
