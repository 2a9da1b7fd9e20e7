package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	site  = "internal/web"
	icons = "node_modules/lucide-static/icons"
)

// sprite returns one SVG file with a symbol for each icon that the site shows.
func sprite(sources, drawings string) (asset, error) {
	names, err := iconsInUse(sources)
	if err != nil {
		return asset{}, err
	}
	var sheet bytes.Buffer
	sheet.WriteString(`<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC License, https://lucide.dev/license -->`)
	for _, name := range names {
		drawn, err := drawing(filepath.Join(drawings, name.text+".svg"))
		if err != nil {
			return asset{}, fmt.Errorf("%s: the icon %q: %w", name.position, name.text, err)
		}
		fmt.Fprintf(&sheet, `<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"`+
			` stroke-linecap="round" stroke-linejoin="round">%s</symbol>`, name.text, drawn)
	}
	sheet.WriteString("</svg>\n")
	return asset{name: "icons.svg", content: sheet.Bytes()}, nil
}

// drawing returns the shapes of an SVG file on one line.
func drawing(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var file struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		ViewBox string   `xml:"viewBox,attr"`
		Shapes  string   `xml:",innerxml"`
	}
	if err := xml.Unmarshal(text, &file); err != nil {
		return "", err
	}
	if file.ViewBox != "0 0 24 24" {
		return "", fmt.Errorf("its viewBox is %q, not 24 by 24", file.ViewBox)
	}
	lines := strings.Split(file.Shapes, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.ReplaceAll(strings.Join(lines, " "), "> <", "><")), nil
}
