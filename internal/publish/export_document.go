package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
)

func documentsFolder(product string) string { return path.Join("docs", product) }

// documentWriter writes the pages of one product as files. It checks that each file is read back as the same page.
type documentWriter struct {
	product string
	// below are the pages by their parent's slug, in reading order.
	below map[catalog.DocumentID][]catalog.Document
	// places are the files of pages by slug, and targets the addresses in links to them.
	places  map[string]place
	targets map[string]string
	// reads holds the options that the files will be read with.
	reads *documentReader
}

// place is where a page is written, with the slug and title that reading assigns by default.
type place struct {
	file  string
	bare  document
	empty bool // a folder that needs no index file
}

func writeDocuments(ctx context.Context, product exportedProduct) ([]exportFile, error) {
	w := &documentWriter{product: product.Slug, below: map[catalog.DocumentID][]catalog.Document{}}
	all := sha256.New()
	for _, page := range product.documents {
		page.Markdown = strings.ReplaceAll(page.Markdown, "\r\n", "\n")
		w.below[page.Parent] = append(w.below[page.Parent], page)
		_, _ = all.Write([]byte(page.Markdown)) // a hash never fails to write
	}
	// A link in a page may happen to equal a file name. Then all names get a digest of the pages, which no page can
	// contain.
	var files []exportFile
	var err error
	for _, ending := range []string{"", "-" + hex.EncodeToString(all.Sum(nil))[:12]} {
		w.places, w.targets = map[string]place{}, map[string]string{}
		w.reads = &documentReader{
			reader: &reader{ctx: ctx, folder: noFiles{}}, slugs: map[string]string{}, pictures: map[string]catalog.Picture{},
		}
		if err := w.name(catalog.DocumentID{}, documentsFolder(product.Slug), ending, 0); err != nil {
			return nil, err
		}
		pictures := w.placePictures(ending)
		if files, err = w.write(product.documents); err == nil {
			return append(files, pictures...), nil
		}
	}
	return nil, err
}

// name assigns files to the pages below the parent, numbered in their order.
func (w *documentWriter) name(parent catalog.DocumentID, folder, ending string, depth int) error {
	pages := w.below[parent]
	if len(pages) > 0 && depth >= deepestFolder {
		return conflict("export_too_deep", "The pages of %q nest more than %d deep. Move %q to a higher level, then export again.", w.product, deepestFolder, pages[0].Slug)
	}
	digits := max(2, len(strconv.Itoa(len(pages))))
	for i, page := range pages {
		stem := page.Slug
		if isIndex(stem) {
			stem = "page-" + stem
		}
		stem = fmt.Sprintf("%0*d-%s%s", digits, i+1, stem, ending)
		at := path.Join(folder, stem)
		isFolder := len(w.below[page.ID]) > 0
		bare := newEntry(stem, true).bare
		made := place{file: at + ".md", bare: document{Document: catalog.Document{Slug: slugify(bare), Title: humanise(bare)}}}
		w.targets[page.Slug] = made.file
		if isFolder {
			made.file = path.Join(at, "index.md")
			made.empty = page.Markdown == "" && page.Title == made.bare.Title && page.Slug == made.bare.Slug
			w.targets[page.Slug] = made.file
			w.reads.slugs[at] = page.Slug
		}
		if made.empty {
			w.targets[page.Slug] = at
		} else {
			w.reads.slugs[made.file] = page.Slug
		}
		w.places[page.Slug] = made
		if err := w.name(page.ID, at, ending, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *documentWriter) write(pages []catalog.Document) ([]exportFile, error) {
	var files []exportFile
	for _, page := range pages {
		at := w.places[page.Slug]
		if at.empty {
			continue
		}
		page.Markdown = strings.ReplaceAll(page.Markdown, "\r\n", "\n")
		text, ok := w.text(page, at)
		if !ok {
			return nil, conflict("export_unreadable", "The page %q of %q cannot be exported without changes. Remove control characters, shorten it to 1 MiB, or check its links. Then export again.", page.Slug, w.product)
		}
		files = append(files, exportFile{name: at.file, text: []byte(text)})
	}
	return files, nil
}

// text returns the simplest file text that is read back as the page.
func (w *documentWriter) text(page catalog.Document, at place) (string, bool) {
	matter := matterFence + "title: " + quote(page.Title) + "\nslug: " + quote(page.Slug) + "\n" + matterFence
	const taken = "# Title\n\n" // a first heading is taken out of the text
	for _, body := range []string{w.linkFiles(page.Markdown, at.file), page.Markdown} {
		for _, text := range []string{"# " + page.Title + "\n\n" + body, matter + body, matter + taken + body} {
			if w.readsAs(text, page, at) {
				return text, true
			}
		}
	}
	// Leading empty lines are not rendered.
	trimmed := page
	trimmed.Markdown = strings.TrimLeft(page.Markdown, "\n")
	text := matter + taken + trimmed.Markdown
	return text, w.readsAs(text, trimmed, at)
}

func (w *documentWriter) readsAs(text string, page catalog.Document, at place) bool {
	if line, _ := badCharacter([]byte(text)); line > 0 || len(text) > documentLimit {
		return false
	}
	before := w.reads.errors
	read := w.reads.parsed(at.file, []byte(text), at.bare)
	linked, _ := w.reads.linked(&read)
	return w.reads.errors == before && read.Title == page.Title && read.Slug == page.Slug && linked == page.Markdown
}

// linkFiles turns links between pages into links between their files.
func (w *documentWriter) linkFiles(text, file string) string {
	return markdown.RewriteLinks(text, func(link string, _ int) string {
		slug, fragment, parted := strings.Cut(link, "#")
		target, known := w.targets[slug]
		if !known {
			return link
		}
		relative, err := filepath.Rel(filepath.FromSlash(path.Dir(file)), filepath.FromSlash(target))
		if err != nil {
			return link
		}
		if relative = filepath.ToSlash(relative); parted {
			relative += "#" + fragment
		}
		return relative
	})
}
