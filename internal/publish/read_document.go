package publish

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

const deepestFolder = 4

// documentReader reads the markdown of one product.
type documentReader struct {
	*reader

	found []document
	// places are the files that define the slugs.
	places map[string]string
	// slugs are the pages' slugs, by their files and folders.
	slugs map[string]string
	// pictures are those that pages show, by their files; beside are all pictures between the pages.
	pictures map[string]catalog.Picture
	beside   []string
}

// readDocuments reads a folder of markdown, ordered by the numbers at the start of the file names.
func (r *manifestReader) readDocuments(written string, at *yaml.Node) []document {
	folder, wrong := cleanPath(written)
	if wrong != nil {
		r.refuse(at, wrong.message, wrong.advice)
		return nil
	}
	info, err := fs.Stat(r.folder, folder)
	switch {
	case err != nil:
		wrong := unreadable(folder, err)
		r.refuse(at, strings.Replace(wrong.message, "There is no file", "There is no folder", 1), wrong.advice)
		return nil
	case !info.IsDir():
		r.refuse(at, fmt.Sprintf("%s is a file, not a folder.", folder), "Name the folder that the markdown files are in.")
		return nil
	}
	read := &documentReader{reader: r.reader, places: map[string]string{}, slugs: map[string]string{}, pictures: map[string]catalog.Picture{}}
	read.walk(folder, "", 0)
	read.linkPages()
	if len(read.found) == 0 {
		r.warn(at, fmt.Sprintf("The folder %s contains no Markdown files.", folder), "Add files that end in .md.")
	}
	return read.found
}

// entry is a file or folder with the parts of its name.
type entry struct {
	name   string
	number int
	// bare is the name without number and extension.
	bare   string
	folder bool
}

var numberedName = regexp.MustCompile(`^([0-9]{1,6})(?:[-_. ]+(.*))?$`)

func newEntry(name string, folder bool) entry {
	made := entry{name: name, number: math.MaxInt, bare: name, folder: folder}
	if !folder {
		made.bare = strings.TrimSuffix(name, path.Ext(name))
	}
	if parts := numberedName.FindStringSubmatch(made.bare); len(parts) == 3 && parts[2] != "" {
		made.number, _ = strconv.Atoi(parts[1])
		made.bare = parts[2]
	}
	if isIndex(made.bare) {
		made.number = -1
	}
	return made
}

// isIndex reports whether the file is the page of its folder.
func isIndex(bare string) bool {
	return strings.EqualFold(bare, "index") || strings.EqualFold(bare, "readme")
}

func (d *documentReader) walk(folder, parent string, depth int) {
	if depth >= deepestFolder {
		d.refuseFile(folder, 0, fmt.Sprintf("Document folders can be at most %d levels deep.", deepestFolder), "Move it to a higher level.")
		return
	}
	position := 0
	for _, entry := range d.entries(folder) {
		if d.files > filesLimit || d.bytes > documentsLimit {
			return // already rejected at the limit
		}
		name := path.Join(folder, entry.name)
		switch {
		case entry.folder:
			d.readFolder(name, entry, parent, position, depth)
		case isIndex(entry.bare) && depth > 0:
			continue // already read as the folder's page
		default:
			d.readPage(name, entry, parent, position)
		}
		position++
	}
}

// entries returns the published files and folders of a folder, in order.
func (d *documentReader) entries(folder string) []entry {
	listed, err := fs.ReadDir(d.folder, folder)
	if err != nil {
		wrong := unreadable(folder, err)
		d.refuseFile(folder, 0, wrong.message, wrong.advice)
		return nil
	}
	var entries []entry
	for _, item := range listed {
		name := path.Join(folder, item.Name())
		if strings.HasPrefix(item.Name(), ".") || strings.HasPrefix(item.Name(), "_") {
			continue
		}
		if d.files++; d.files == filesLimit+1 {
			d.refuseFile(folder, 0, fmt.Sprintf("There are more than %d document files.", filesLimit), "Remove some, or merge short ones.")
		}
		if d.files > filesLimit {
			return nil
		}
		info, err := fs.Stat(d.folder, name) // follows links
		switch {
		case err != nil:
			wrong := unreadable(name, err)
			d.refuseFile(name, 0, wrong.message, wrong.advice)
		case info.IsDir():
			if pictures, holds := d.holdsPictures(name, 0); holds {
				d.beside = append(d.beside, pictures...)
				continue
			}
			entries = append(entries, newEntry(item.Name(), true))
		case isMarkdown(name):
			entries = append(entries, newEntry(item.Name(), false))
		case catalog.IsPicture(name):
			d.beside = append(d.beside, name)
		default:
			d.add(openapi.Finding{
				Severity: openapi.Warning, File: name, Message: "This is not a Markdown file and is not published.",
				Advice: "Rename it to end in .md, or move it out of the folder.",
			})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.bare, b.bare), cmp.Compare(a.name, b.name))
	})
	return entries
}

// readFolder returns the page of a folder, from its index file if it has one, and the pages below it.
func (d *documentReader) readFolder(name string, at entry, parent string, position, depth int) {
	made := document{parent: parent, Document: catalog.Document{Position: position, Slug: slugify(at.bare), Title: humanise(at.bare)}}
	if index, there := d.index(name); there {
		made = d.page(index, made)
	}
	d.keep(name, made)
	d.walk(name, made.Slug, depth+1)
}

// index returns the file that is the page of its folder.
func (d *documentReader) index(folder string) (string, bool) {
	listed, _ := fs.ReadDir(d.folder, folder) // errors are reported when the pages are read
	for _, item := range listed {
		if isMarkdown(item.Name()) && isIndex(newEntry(item.Name(), false).bare) {
			return path.Join(folder, item.Name()), true
		}
	}
	return "", false
}

func isMarkdown(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	return ending == ".md" || ending == ".markdown"
}

func (d *documentReader) readPage(name string, at entry, parent string, position int) {
	made := document{parent: parent, Document: catalog.Document{Position: position, Slug: slugify(at.bare), Title: humanise(at.bare)}}
	if isIndex(at.bare) {
		made.Slug, made.Title = "overview", "Overview"
	}
	d.keep(name, d.page(name, made))
}

// keep adds the page, unless another has the same slug.
func (d *documentReader) keep(name string, made document) {
	if wrong := catalog.SlugRule(made.Slug); wrong != "" {
		d.refuseFile(name, 0, fmt.Sprintf("The page's URL name %q %s.", made.Slug, wrong), "Rename the file, or add slug: NAME to its front matter.")
		return
	}
	if first, taken := d.places[made.Slug]; taken {
		d.refuseFile(name, 0, fmt.Sprintf("The page would have the same URL name as %s: %q.", first, made.Slug), "Rename one of them, or add slug: NAME to its front matter.")
		return
	}
	d.places[made.Slug] = name
	d.slugs[name] = made.Slug
	if made.file != "" {
		d.slugs[made.file] = made.Slug
	}
	d.found = append(d.found, made)
}

// page reads a markdown file into the page.
func (d *documentReader) page(name string, made document) document {
	text, wrong := readFile(d.folder, name, documentLimit)
	if wrong != nil {
		d.refuseFile(name, 0, wrong.message, wrong.advice)
		return made
	}
	before := d.bytes
	if d.bytes += int64(len(text)); d.bytes > documentsLimit && before <= documentsLimit {
		d.refuseFile(name, 0, fmt.Sprintf("The documents are larger than %d MiB in total.", documentsLimit>>20), "Remove or shorten some.")
		return made
	}
	if line, what := badCharacter(text); line > 0 {
		d.refuseFile(name, line, "The file contains "+what+".", "Save it as UTF-8 text.")
		return made
	}
	return d.parsed(name, text, made)
}

// parsed parses the text of a markdown file into the page.
func (d *documentReader) parsed(name string, text []byte, made document) document {
	body := strings.ReplaceAll(strings.TrimPrefix(string(text), "\uFEFF"), "\r\n", "\n")
	lines := strings.Count(body, "\n")
	written, body := d.frontMatter(name, body)
	title, body := splitTitle(body)
	made.Title = cmp.Or(written.title, title, made.Title)
	made.Slug = cmp.Or(written.slug, made.Slug)
	made.Markdown, made.file, made.skipped = body, name, lines-strings.Count(body, "\n")
	return made
}

func (d *documentReader) refuseFile(name string, line int, message, advice string) {
	d.add(openapi.Finding{Severity: openapi.Error, File: name, Line: line, Column: min(line, 1), Message: message, Advice: advice})
}
