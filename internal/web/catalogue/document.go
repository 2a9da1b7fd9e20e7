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

// documentForm is a page of documentation that is written.
type documentForm struct {
	typed
	Product string
	// Page is the slug of the page that is changed, empty for a new one.
	Page    string
	Parents []view.Choice
	// Preview is how the text will look; empty unless it was asked for.
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

// documentForm is the form for the page that the address names, or for a new one.
func (p *Pages) documentForm(v *visit.Visit) (documentForm, error) {
	form := documentForm{Product: v.PathPart("product"), Page: v.PathPart("document"), typed: typed{Values: url.Values{}}}
	found, document, err := p.staffDocument(v, form.Product, form.Page)
	if err != nil {
		return form, err
	}
	form.File = fileOf(found.Product.ManagedBy, found.Product.File)
	form.Parents = []view.Choice{{Value: "", Text: "No page: it stands on the first level"}}
	slugs := map[catalog.DocumentID]string{}
	for _, document := range found.Documents {
		slugs[document.ID] = document.Slug
		if document.Slug != form.Page {
			form.Parents = append(form.Parents, view.Choice{Value: document.Slug, Text: document.Title})
		}
	}
	if form.Page == "" {
		return form, nil
	}
	form.Values = url.Values{
		seenInput: {view.Stamp(document.UpdatedAt)}, "slug": {document.Slug}, "title": {document.Title}, "markdown": {document.Markdown}, "parent": {slugs[document.Parent]},
	}
	return form, nil
}

// staffDocument is a product with one of its pages; the empty name is a page that is not there yet.
func (p *Pages) staffDocument(v *visit.Visit, product, page string) (catalog.StaffProduct, catalog.Document, error) {
	if page == "" {
		found, err := p.Catalog.StaffProduct(v.Request.Context(), product)
		return found, catalog.Document{}, err
	}
	return p.Catalog.StaffDocument(v.Request.Context(), product, page)
}

func (p *Pages) staffDocumentPage(v *visit.Visit) error {
	form, err := p.documentForm(v)
	if err != nil {
		return err
	}
	return v.RenderStaff(form.title(), documentFormView(form))
}

// saveDocument keeps a page, or shows how it will look.
func (p *Pages) saveDocument(v *visit.Visit) error {
	sent, err := formWithFile(v, "file", "markdown")
	if err != nil {
		return err
	}
	if sent.Get("preview") != "" {
		return p.documentAgain(v, http.StatusOK, sent, nil)
	}
	product := v.PathPart("product")
	_, err = p.Catalog.SaveDocument(v.Request.Context(), catalog.DocumentInput{
		Product: product, Page: v.PathPart("document"), Slug: strings.TrimSpace(sent.Get("slug")), Title: sent.Get("title"),
		Markdown: sent.Get("markdown"), Parent: sent.Get("parent"), Seen: typed{Values: sent}.seen(),
	})
	switch {
	case err == nil:
		return v.Redirect(address.StaffProduct(product) + "?done=saved")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return p.documentAgain(v, v.RefusedForm(err), sent, err)
}

// documentAgain shows what was sent, with why it was refused, or with how it will look.
func (p *Pages) documentAgain(v *visit.Visit, status int, sent url.Values, refused error) error {
	form, err := p.documentForm(v)
	if err != nil {
		return err
	}
	form.Values, form.Preview = sent, refused == nil
	if refused != nil {
		form.typed = form.refusedAs(refused)
	}
	return v.RenderStaffAs(status, form.title(), documentFormView(form))
}

// formWithFile reads a form with a file, whose text takes the place of an input.
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
	form, err := p.documentForm(v)
	if err != nil {
		return err
	}
	return v.RenderStaff("Delete "+form.Page, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(form.Product)}, Title: "Delete the document " + form.Page, Danger: true,
		Text:   "Readers do not find the page any more, and links to it lead nowhere. Pages below it move up to its place. This cannot be undone.",
		Action: form.path() + "/deletion", Button: "Delete the document", Back: form.path(),
	}))
}

func (p *Pages) deleteDocument(v *visit.Visit) error {
	product := v.PathPart("product")
	if err := p.Catalog.DeleteDocument(v.Request.Context(), product, v.PathPart("document")); err != nil {
		return err
	}
	return v.Redirect(address.StaffProduct(product) + "?done=deleted")
}

// titleAbove is the title of the page that a page stands below.
func titleAbove(all []catalog.Document, document catalog.Document) string {
	at := slices.IndexFunc(all, func(d catalog.Document) bool { return d.ID == document.Parent })
	if at < 0 {
		return "First level"
	}
	return all[at].Title
}
