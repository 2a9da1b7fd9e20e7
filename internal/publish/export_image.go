package publish

import (
	"context"
	"path"
	"strings"

	"github.com/portico-api/portico/internal/site"
)

const imagesFolder = "images"

// imageFile returns the file of a picture, such as images/logo.svg.
func imageFile(slot site.ImageSlot, shown site.Image) string {
	_, kind, _ := strings.Cut(shown.Media, "/")
	kind, _, _ = strings.Cut(kind, "+")
	return path.Join(imagesFolder, string(slot)+"."+kind)
}

// gatherImages reads the site's pictures.
func (s *Service) gatherImages(ctx context.Context, settings site.Settings) (map[site.ImageSlot][]byte, error) {
	images := map[site.ImageSlot][]byte{}
	for _, slot := range site.ImageSlots() {
		shown := settings.Image(slot)
		if !shown.Present() {
			continue
		}
		content, err := s.config.Site.ImageContent(ctx, shown.Hash)
		if err != nil {
			return nil, err
		}
		images[slot] = content
	}
	return images, nil
}
