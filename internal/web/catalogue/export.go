package catalogue

import (
	"archive/zip"
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/visit"
)

// export sends the catalogue as an archive that can be applied, one file after another.
func (p *Pages) export(v *visit.Visit) error {
	ctx := v.Request.Context()
	exported, err := p.Publish.Export(ctx, catalog.ManagedBy(v.Request.URL.Query().Get("managed_by")))
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Type", "application/zip")
	v.Writer.Header().Set("Content-Disposition", `attachment; filename="catalogue.zip"`)
	archive := zip.NewWriter(v.Writer)
	err = exported.Each(ctx, func(name string, text []byte) error {
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
