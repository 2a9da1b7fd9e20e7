package publish

import (
	"context"
	"io/fs"
	"path"
)

// noFiles is the folder of files that exist only as links: no picture is read from it.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// gatherPictures loads the contents of the pages' pictures.
func (s *Service) gatherPictures(ctx context.Context, of exportedProduct) error {
	for _, page := range of.documents {
		for i, one := range page.Pictures {
			found, err := s.config.Catalog.DocumentPicture(ctx, of.ID, page.Slug, one.Name)
			if err != nil {
				return err
			}
			page.Pictures[i].Content = found.Content
		}
	}
	return nil
}

// placePictures assigns files to the pictures of all pages, in a folder without pages, and returns them.
func (w *documentWriter) placePictures(ending string) []exportFile {
	var files []exportFile
	for _, pages := range w.below {
		for _, page := range pages {
			for _, one := range page.Pictures {
				file := path.Join(documentsFolder(w.product), imagesFolder+ending, page.Slug, one.Name)
				w.targets[page.PicturePath(one)] = file
				w.reads.pictures[file] = one
				files = append(files, exportFile{name: file, text: one.Content})
			}
		}
	}
	return files
}
