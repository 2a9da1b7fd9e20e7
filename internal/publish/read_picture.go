package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// pictureOf adds the picture that a link of the page refers to, and returns how the page's text refers to it. It
// reports false if the link leads to anything else.
func (d *documentReader) pictureOf(made *document, link string, line int) (shown string, is bool) {
	line += made.skipped
	if strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
		return "", false
	}
	name, fragment, local := fileOf(made.file, link)
	if !local || !catalog.IsPicture(name) {
		return "", false
	}
	picture, wrong := d.picture(name)
	if wrong == nil {
		wrong = addPicture(&made.Document, picture)
	}
	if wrong != nil {
		d.refuseFile(made.file, line, wrong.message, wrong.advice)
		return link, true
	}
	return made.PicturePath(picture) + fragment, true
}

// addPicture adds a picture to a page once.
func addPicture(page *catalog.Document, picture catalog.Picture) *problem {
	at, found := slices.BinarySearchFunc(page.Pictures, picture.Name, func(p catalog.Picture, name string) int { return strings.Compare(p.Name, name) })
	switch {
	case found && page.Pictures[at].Digest != picture.Digest:
		return &problem{fmt.Sprintf("The page shows another picture with the name %q.", picture.Name), "Rename one of the files."}
	case found:
		return nil
	case len(page.Pictures) >= catalog.MostPictures:
		return &problem{fmt.Sprintf("The page shows more than %d pictures.", catalog.MostPictures), "Split it into several pages."}
	}
	page.Pictures = slices.Insert(page.Pictures, at, picture)
	return nil
}

// picture reads the file of a picture, once.
func (d *documentReader) picture(name string) (catalog.Picture, *problem) {
	if read, known := d.pictures[name]; known {
		return read, nil
	}
	if !fs.ValidPath(name) {
		return catalog.Picture{}, &problem{fmt.Sprintf("The picture %q is outside the folder.", name), "Move the file into the folder that is applied."}
	}
	content, wrong := readFile(d.folder, name, catalog.LargestPicture)
	if wrong != nil {
		return catalog.Picture{}, wrong
	}
	if d.bytes += int64(len(content)); d.bytes > documentsLimit {
		return catalog.Picture{}, &problem{fmt.Sprintf("The documents and pictures are larger than %d MiB in total.", documentsLimit>>20), "Make pictures smaller, or remove some."}
	}
	stem := slugify(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	if stem == "" {
		return catalog.Picture{}, &problem{fmt.Sprintf("The name of the picture %q has neither letters nor digits.", clip(name)), "Rename the file."}
	}
	read, err := catalog.NewPicture(stem+strings.ToLower(path.Ext(name)), content)
	if refused, ok := errors.AsType[*fault.Error](err); ok {
		return catalog.Picture{}, &problem{fmt.Sprintf("The picture %s %s.", clip(name), refused.Fields[0].Reason), "Use a PNG, JPEG, GIF, WebP or SVG file."}
	}
	d.pictures[name] = read
	return read, nil
}

// holdsPictures reports whether a folder has only pictures, so that it is not a page. It lists them.
func (d *documentReader) holdsPictures(folder string, depth int) (files []string, holds bool) {
	listed, err := fs.ReadDir(d.folder, folder)
	if err != nil || len(listed) == 0 || len(listed) > filesLimit || depth >= deepestFolder {
		return nil, false
	}
	for _, item := range listed {
		name := path.Join(folder, item.Name())
		info, err := fs.Stat(d.folder, name) // follows links
		switch {
		case err != nil:
			return nil, false
		case info.IsDir():
			below, holds := d.holdsPictures(name, depth+1)
			if !holds {
				return nil, false
			}
			files = append(files, below...)
		case catalog.IsPicture(name):
			files = append(files, name)
		case !strings.HasPrefix(item.Name(), "."):
			return nil, false
		}
	}
	return files, true
}

// warnOfUnused reports pictures in the folder that no page shows.
func (d *documentReader) warnOfUnused() {
	for _, name := range d.beside {
		if _, shown := d.pictures[name]; !shown {
			d.add(openapi.Finding{
				Severity: openapi.Warning, File: name, Message: "No page shows this picture, so it is not published.",
				Advice: "Show it in a page, or move it out of the folder.",
			})
		}
	}
}
