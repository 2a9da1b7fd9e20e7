package catalogue

import (
	"archive/zip"
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/visit"
)

// downloadExport sends the catalogue as an archive of the folder that it could be applied from, one file after another.
func (p *Pages) downloadExport(v *visit.Visit) error {
	ctx := v.Request.Context()
	export, err := p.Publish.Export(ctx, catalog.ManagedBy(v.Request.URL.Query().Get("managed_by")))
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Type", "application/zip")
	v.Writer.Header().Set("Content-Disposition", `attachment; filename="catalogue.zip"`)
	archive := zip.NewWriter(v.Writer)
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
		v.Config.Logger.WarnContext(ctx, "the export broke off", "error", err)
		panic(http.ErrAbortHandler) // a download that ends early must not look complete
	}
	return nil
}
