package web

import (
	"archive/zip"
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
)

// downloadExport sends the catalogue as an archive of the folder that it could be applied from, one file after another.
func downloadExport(v *visit) error {
	ctx := v.request.Context()
	export, err := v.config.Publish.Export(ctx, catalog.ManagedBy(v.request.URL.Query().Get("managed_by")))
	if err != nil {
		return err
	}
	v.writer.Header().Set("Content-Type", "application/zip")
	v.writer.Header().Set("Content-Disposition", `attachment; filename="catalogue.zip"`)
	archive := zip.NewWriter(v.writer)
	err = export.Each(ctx, func(name string, text []byte) error {
		file, err := archive.Create(name)
		if err == nil {
			_, err = file.Write(text)
		}
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		v.config.Logger.WarnContext(ctx, "the export broke off", "error", err)
		panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
	}
	return nil
}
