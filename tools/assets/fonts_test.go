package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// mostInFonts is the maximum total size of a page's fonts in bytes.
const mostInFonts = 30_000

func TestFontsAreSmall(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	made, err := cutFonts()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i, one := range made {
		whole, err := os.ReadFile(fonts[i].source)
		if err != nil {
			t.Fatal(err)
		}
		if len(one.content) >= len(whole) {
			t.Errorf("%s has %d bytes, uncut %d", one.name, len(one.content), len(whole))
		}
		sum += len(one.content)
	}
	if sum > mostInFonts {
		t.Errorf("the fonts have %d bytes, more than %d", sum, mostInFonts)
	}
	again, err := fonts[0].cut()
	if err != nil || !bytes.Equal(again, made[0].content) {
		t.Errorf("cutting %s again produced different bytes, %v; a build must be reproducible", fonts[0].name, err)
	}
}

func TestMissingFontFailsTheBuild(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	if _, err := (font{name: "none.woff2", source: "none.woff2", characters: "a"}).cut(); err == nil {
		t.Error("a font without a file was cut")
	}
}

// absent are characters of the site that Geist lacks, in the files of its package.
const absent = "→←↵≤≥"

func TestFontsHaveTheCharactersOfThePages(t *testing.T) {
	var found int
	err := filepath.WalkDir(filepath.Join("..", "..", site), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".templ" {
			return err
		}
		found++
		text, err := os.ReadFile(path)
		for _, one := range string(text) {
			if one > unicode.MaxASCII && !strings.ContainsRune(fonts[0].characters+absent, one) {
				t.Errorf("%s has %q (%U), which the cut font lacks", path, one, one)
			}
		}
		return err
	})
	if err != nil || found == 0 {
		t.Fatalf("%d templates, %v", found, err)
	}
}

func TestStylesheetNamesTheBuiltFonts(t *testing.T) {
	cut := []asset{{"sans.woff2", []byte("one")}, {"mono.woff2", []byte("two")}}
	got, err := linked(asset{"site.css", []byte("a{src:url(sans.woff2)}b{src:url(mono.woff2)}")}, cut)
	want := "a{src:url(" + hashedName(cut[0]) + ")}b{src:url(" + hashedName(cut[1]) + ")}"
	if err != nil || string(got.content) != want {
		t.Errorf("the stylesheet is %s, %v; want %s", got.content, err, want)
	}
	if _, err := linked(asset{"site.css", []byte("a{src:url(sans.woff2)}")}, cut); err == nil {
		t.Error("no error for a font that the stylesheet does not use")
	}
}
