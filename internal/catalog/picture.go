package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// Limits for the pictures of one page.
const (
	LargestPicture = 1 << 20
	MostPictures   = 20
)

// Picture is an image that a page of documentation shows.
type Picture struct {
	// Name is unique within the page, such as label.png. The page's text refers to it as SLUG/NAME.
	Name  string
	Media string
	// Digest is the SHA-256 of the content in hexadecimal.
	Digest string
	// Content is empty in lists.
	Content []byte
}

// IsPicture reports whether a file has the ending of a picture.
func IsPicture(file string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}, strings.ToLower(path.Ext(file)))
}

// NewPicture returns the picture with this content, unless it is not a picture.
func NewPicture(name string, content []byte) (Picture, error) {
	media, err := site.CheckImage(content)
	if err != nil {
		return Picture{}, err
	}
	sum := sha256.Sum256(content)
	return Picture{Name: name, Media: media, Digest: hex.EncodeToString(sum[:]), Content: content}, nil
}

// PicturePath returns how the text of a page refers to one of its pictures: relative to the address of the page.
func (d Document) PicturePath(picture Picture) string { return d.Slug + "/" + picture.Name }

// WithPicturesAt returns the text with absolute addresses of the page's pictures. The base ends with a slash.
func (d Document) WithPicturesAt(base string) string {
	if len(d.Pictures) == 0 {
		return d.Markdown
	}
	return markdown.RewriteLinks(d.Markdown, func(link string, _ int) string {
		target, _, _ := strings.Cut(link, "#")
		if slices.ContainsFunc(d.Pictures, func(p Picture) bool { return d.PicturePath(p) == target }) {
			return base + link
		}
		return link
	})
}

// pictureNames lists the pictures with their contents, for comparisons.
func (d Document) pictureNames() string {
	names := make([]string, len(d.Pictures))
	for i, one := range d.Pictures {
		names[i] = one.Name + " " + one.Digest[:min(len(one.Digest), 12)]
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// DocumentPicture returns a picture of a page that the caller may read.
func (s *Service) DocumentPicture(ctx context.Context, slug, document, name string) (Picture, error) {
	product, _, rights, err := s.loadVisibleProduct(ctx, slug)
	if err != nil {
		return Picture{}, err
	}
	if !rights.Documentation {
		return Picture{}, fault.Missing("picture")
	}
	return s.store.DocumentPicture(ctx, product.ID, document, name)
}
