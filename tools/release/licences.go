package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// served are the packages whose fonts and icons the site serves. Their licences require that we include them.
var served = []string{"@fontsource-variable/geist", "@fontsource-variable/geist-mono", "lucide-static"}

// writeLicences writes the licences of installed packages into one file.
func writeLicences(path, installed string, names []string) error {
	var all bytes.Buffer
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(installed, name, "LICENSE"))
		if err != nil {
			return err
		}
		fmt.Fprintf(&all, "%s\n\n%s\n\n\n", name, bytes.TrimSpace(text))
	}
	return os.WriteFile(path, all.Bytes(), 0o644)
}
