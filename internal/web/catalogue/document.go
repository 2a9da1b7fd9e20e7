package catalogue

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/text"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// documentForm is the form of a page of documentation.
type documentForm struct {
	editForm
	Product string
	// Page is the slug of the page, empty for a new one.
	Page    string
	Parents []view.Choice
	// Preview shows how the text will look.
	Preview bool
}

func (f documentForm) path() string {
	if f.Page == "" {
		return address.StaffProduct(f.Product) + "/new-document"
	}
	return address.StaffDocument(f.Product, f.Page)
}

func (f documentForm) title() string {
	if f.Page == "" {
		return "New document"
	}
	return "Edit " + f.Page
}

func (p *Pages) staffDocumentPage(v *visit.Visit) error { return p.showDocument(v, view.Form{}) }

// showDocument shows the form of the page in the path, or of a new page if there is none.
func (p *Pages) showDocument(v *visit.Visit, form view.Form) error {
	product, page := v.PathPart("product"), v.PathPart("document")
	found, document, err := p.Catalog.StaffDocument(v.Request.Context(), product, page)
	if err != nil {
		return err
	}
	shown := documentForm{
		editForm: editForm{Form: form, File: fileOf(found.Product.ManagedBy, found.Product.File)}, Product: product, Page: page,
		Parents: []view.Choice{{Value: "", Text: "Nothing (top level)"}}, Preview: form.Checked("preview"),
	}
	for _, other := range found.Documents {
		if other.Slug != page {
			shown.Parents = append(shown.Parents, view.Choice{Value: other.Slug, Text: other.Title})
		}
	}
	if form.Values == nil && page != "" {
		shown.Form = view.Filled(documentValues(found, document))
	}
	return v.RenderStaff(shown.title(), documentFormView(shown))
}

func documentValues(found catalog.StaffProduct, document catalog.Document) url.Values {
	values := url.Values{
		seenInput: {view.Stamp(document.UpdatedAt)}, "slug": {document.Slug}, "title": {document.Title}, "markdown": {document.Markdown},
	}
	if at := parentOf(found.Documents, document); at >= 0 {
		values.Set("parent", found.Documents[at].Slug)
	}
	return values
}

// saveDocument saves a page, or previews it.
func (p *Pages) saveDocument(v *visit.Visit) error {
	sent, err := formWithFile(v, "file", "markdown")
	if err != nil {
		return err
	}
	if sent.Get("preview") != "" {
		return p.showDocument(v, view.Filled(sent))
	}
	slug := v.PathPart("product")
	_, err = p.Catalog.SaveDocument(v.Request.Context(), catalog.DocumentInput{
		Product: slug, Page: v.PathPart("document"), Slug: strings.TrimSpace(sent.Get("slug")), Title: sent.Get("title"),
		Markdown: sent.Get("markdown"), Parent: sent.Get("parent"), Seen: seen(sent),
	})
	if err != nil {
		return v.Refuse(err, sent, p.showDocument)
	}
	return v.Redirect(address.StaffProduct(slug) + "?done=saved")
}

// formWithFile reads a form. If a file was sent, its text replaces the value of the input.
func formWithFile(v *visit.Visit, file, input string) (url.Values, error) {
	if media, _, _ := mime.ParseMediaType(v.Request.Header.Get("Content-Type")); media != "multipart/form-data" {
		return v.Form()
	}
	err := v.Request.ParseMultipartForm(maxDocument)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.Wrap(fault.TooLarge, "form_too_large", "A page may have at most 1 MiB. Split it into several.", err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
	}
	sent := url.Values(v.Request.MultipartForm.Value)
	for _, header := range v.Request.MultipartForm.File[file] {
		opened, err := header.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(opened)
		if err := errors.Join(err, opened.Close()); err != nil {
			return nil, err
		}
		if len(content) > 0 {
			sent.Set(input, string(content))
		}
	}
	return sent, text.CheckValues(sent)
}

func (p *Pages) moveDocument(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	product := v.PathPart("product")
	if err := p.Catalog.MoveDocument(v.Request.Context(), product, v.PathPart("document"), sent.Get("to") == "up"); err != nil {
		return err
	}
	return v.Redirect(address.StaffProduct(product) + "?done=moved")
}

func (p *Pages) deleteDocumentPage(v *visit.Visit) error {
	found, document, err := p.Catalog.StaffDocument(v.Request.Context(), v.PathPart("product"), v.PathPart("document"))
	if err != nil {
		return err
	}
	path := address.StaffDocument(found.Product.Slug, document.Slug)
	return v.RenderStaff("Delete "+document.Slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(found.Product.Slug)}, Title: "Delete " + document.Slug + "?", Danger: true,
		Text:   "Links to it stop working. Documents below it move up one level. You can't undo this.",
		Action: path + "/deletion", Button: "Delete " + document.Slug, Back: path,
	}))
}

func (p *Pages) deleteDocument(v *visit.Visit) error {
	product := v.PathPart("product")
	if err := p.Catalog.DeleteDocument(v.Request.Context(), product, v.PathPart("document")); err != nil {
		return err
	}
	return v.Redirect(address.StaffProduct(product) + "?done=deleted")
}

// parentOf returns the index of the page above a page, or -1 on the first level.
func parentOf(all []catalog.Document, document catalog.Document) int {
	return slices.IndexFunc(all, func(d catalog.Document) bool { return d.ID == document.Parent })
}

// parentTitle returns the title of the page above a page.
func parentTitle(all []catalog.Document, document catalog.Document) string {
	at := parentOf(all, document)
	if at < 0 {
		return "Top level"
	}
	return all[at].Title
}
