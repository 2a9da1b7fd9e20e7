// Command assets builds the files that the site serves to browsers: scripts bundled with esbuild from
// internal/web/islands, the stylesheet made by the Tailwind CLI from internal/web/styles/site.css, the fonts cut to the
// characters in use, and one SVG file with the icons in use.
//
// It writes internal/web/dist: files with the hash of their content in their names, and manifest.json, which maps the
// plain names to the hashed ones. The Makefile calls it; the site only reads the result. With -module it prints one
// bundled module, for tests that run it outside a browser.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	islands    = "internal/web/islands"
	stylesheet = "internal/web/styles/site.css"
	dist       = "internal/web/dist"
	tailwind   = "node_modules/@tailwindcss/cli/dist/index.mjs"
	keepFile   = ".keep"
	manifest   = "manifest.json"
)

// asset is one file as a page names it, with its content.
type asset struct {
	name    string
	content []byte
}

func main() {
	module := flag.String("module", "", "print this `file` bundled instead of building the site's assets")
	flag.Parse()
	if err := run(*module); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(module string) error {
	if module != "" {
		return printBundled(module)
	}
	scripts, err := bundle(islands)
	if err != nil {
		return err
	}
	styles, err := style(stylesheet)
	if err != nil {
		return err
	}
	typefaces, err := cutFonts()
	if err != nil {
		return err
	}
	if styles, err = linked(styles, typefaces); err != nil {
		return err
	}
	drawn, err := sprite(site, icons)
	if err != nil {
		return err
	}
	return publish(dist, slices.Concat(scripts, typefaces, []asset{styles, drawn}))
}

func printBundled(module string) error {
	scripts, err := bundleEach([]string{module})
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(scripts[0].content)
	return err
}

// bundle builds one script from each island in the directory.
func bundle(directory string) ([]asset, error) {
	entries, err := filepath.Glob(filepath.Join(directory, "*.ts"))
	if err != nil || len(entries) == 0 {
		return nil, errors.Join(fmt.Errorf("no islands in %s", directory), err)
	}
	return bundleEach(entries)
}

// bundleEach builds one script from each entry and its imports.
func bundleEach(entries []string) ([]asset, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       entries,
		Outdir:            dist,
		Bundle:            true,
		Format:            api.FormatESModule,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsEndOfFile,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%d errors in %s, see above", len(result.Errors), strings.Join(entries, ", "))
	}
	scripts := make([]asset, 0, len(result.OutputFiles))
	for _, file := range result.OutputFiles {
		scripts = append(scripts, asset{name: filepath.Base(file.Path), content: file.Contents})
	}
	return scripts, nil
}

// style runs the Tailwind CLI, which collects the classes that the templates name.
func style(input string) (asset, error) {
	if _, err := os.Stat(tailwind); err != nil {
		return asset{}, fmt.Errorf("the Tailwind CLI is not installed, run make assets: %w", err)
	}
	var output, messages bytes.Buffer
	command := exec.Command("node", tailwind, "--input", input, "--output", "-", "--minify")
	command.Stdout, command.Stderr = &output, &messages
	if err := command.Run(); err != nil {
		return asset{}, fmt.Errorf("styling %s: %w\n%s", input, err, messages.Bytes())
	}
	if output.Len() == 0 {
		return asset{}, fmt.Errorf("styling %s produced no styles\n%s", input, messages.Bytes())
	}
	return asset{name: filepath.Base(input), content: output.Bytes()}, nil
}

// publish writes the assets under hashed names, then the manifest, and then removes the files of earlier builds. The
// files that the manifest names exist at any time.
func publish(directory string, assets []asset) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	names := make(map[string]string, len(assets))
	keep := []string{keepFile, manifest}
	for _, made := range assets {
		hashed := hashedName(made)
		names[made.name] = hashed
		keep = append(keep, hashed)
		if err := write(directory, hashed, made.content); err != nil {
			return err
		}
	}
	index, err := json.MarshalIndent(names, "", "  ")
	if err != nil {
		return err
	}
	if err := write(directory, manifest, append(index, '\n')); err != nil {
		return err
	}
	return removeOthers(directory, keep)
}

func hashedName(made asset) string {
	sum := sha256.Sum256(made.content)
	extension := filepath.Ext(made.name)
	return strings.TrimSuffix(made.name, extension) + "-" + hex.EncodeToString(sum[:])[:12] + extension
}

func write(directory, name string, content []byte) error {
	pending := filepath.Join(directory, name+".new")
	if err := os.WriteFile(pending, content, 0o644); err != nil {
		return err
	}
	return os.Rename(pending, filepath.Join(directory, name))
}

func removeOthers(directory string, keep []string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !slices.Contains(keep, entry.Name()) {
			if err := os.RemoveAll(filepath.Join(directory, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
