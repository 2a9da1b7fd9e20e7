package web

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
)

func staffDocumentPath(product, document string) string {
	return staffProductPath(product) + "/documents/" + url.PathEscape(document)
}

// documentForm is a page of documentation that is written.
type documentForm struct {
	typed
	Product string
	// Page is the slug of the page that is changed, empty for a new one.
	Page    string
	Parents []choice
	// Preview is how the text will look; empty where nobody asked.
	Preview bool
}

func (f documentForm) path() string {
	if f.Page == "" {
		return staffProductPath(f.Product) + "/new-document"
	}
	return staffDocumentPath(f.Product, f.Page)
}

func (f documentForm) title() string {
	if f.Page == "" {
		return "New document"
	}
	return "Edit " + f.Page
}

// documentForm is the form for the page that the address names, or for a new one.
func (v *visit) documentForm() (documentForm, error) {
	form := documentForm{Product: v.pathPart("product"), Page: v.pathPart("document"), typed: typed{Values: url.Values{}}}
	found, document, err := v.staffDocument(form.Product, form.Page)
	if err != nil {
		return form, err
	}
	form.File = fileOf(found.Product.ManagedBy, found.Product.File)
	form.Parents = []choice{{"", "No page: it stands on the first level"}}
	slugs := map[catalog.DocumentID]string{}
	for _, document := range found.Documents {
		slugs[document.ID] = document.Slug
		if document.Slug != form.Page {
			form.Parents = append(form.Parents, choice{document.Slug, document.Title})
		}
	}
	if form.Page == "" {
		return form, nil
	}
	form.Values = url.Values{
		seenInput: {stamp(document.UpdatedAt)}, "slug": {document.Slug}, "title": {document.Title}, "markdown": {document.Markdown}, "parent": {slugs[document.Parent]},
	}
	return form, nil
}

// staffDocument is a product with one of its pages; the empty name is a page that is not there yet.
func (v *visit) staffDocument(product, page string) (catalog.StaffProduct, catalog.Document, error) {
	if page == "" {
		found, err := v.config.Catalog.StaffProduct(v.request.Context(), product)
		return found, catalog.Document{}, err
	}
	return v.config.Catalog.StaffDocument(v.request.Context(), product, page)
}

func staffDocumentPage(v *visit) error {
	form, err := v.documentForm()
	if err != nil {
		return err
	}
	return v.renderStaff(form.title(), documentFormView(form))
}

// saveDocument keeps a page, or shows how it will look.
func saveDocument(v *visit) error {
	sent, err := v.formWithFile("file", "markdown")
	if err != nil {
		return err
	}
	if sent.Get("preview") != "" {
		return v.documentAgain(http.StatusOK, sent, nil)
	}
	product := v.pathPart("product")
	_, err = v.config.Catalog.SaveDocument(v.request.Context(), catalog.DocumentInput{
		Product: product, Page: v.pathPart("document"), Slug: strings.TrimSpace(sent.Get("slug")), Title: sent.Get("title"),
		Markdown: sent.Get("markdown"), Parent: sent.Get("parent"), Seen: typed{Values: sent}.seen(),
	})
	switch {
	case err == nil:
		return v.redirect(staffProductPath(product) + "?done=saved")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.documentAgain(v.refusedForm(err), sent, err)
}

// documentAgain shows what was sent, with why it was refused, or with how it will look.
func (v *visit) documentAgain(status int, sent url.Values, refused error) error {
	form, err := v.documentForm()
	if err != nil {
		return err
	}
	form.Values, form.Preview = sent, refused == nil
	if refused != nil {
		form.typed = form.refusedAs(refused)
	}
	return v.renderStaffAs(status, form.title(), documentFormView(form))
}

// formWithFile reads a form with a file, whose text takes the place of an input.
func (v *visit) formWithFile(file, input string) (url.Values, error) {
	if media, _, _ := mime.ParseMediaType(v.request.Header.Get("Content-Type")); media != "multipart/form-data" {
		return v.form()
	}
	err := v.request.ParseMultipartForm(bodyBound(v.request))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.Wrap(fault.TooLarge, "form_too_large", "A page may have at most 1 MiB. Split it into several.", err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
	}
	sent := url.Values(v.request.MultipartForm.Value)
	for _, header := range v.request.MultipartForm.File[file] {
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

func moveDocument(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	product := v.pathPart("product")
	if err := v.config.Catalog.MoveDocument(v.request.Context(), product, v.pathPart("document"), sent.Get("to") == "up"); err != nil {
		return err
	}
	return v.redirect(staffProductPath(product) + "?done=moved")
}

func deleteDocumentPage(v *visit) error {
	form, err := v.documentForm()
	if err != nil {
		return err
	}
	return v.renderStaff("Delete "+form.Page, confirmView(confirmation{
		Above: []link{toProducts(), toProduct(form.Product)}, Title: "Delete the document " + form.Page, Danger: true,
		Text:   "Readers do not find the page any more, and links to it lead nowhere. Pages below it move up to its place. This cannot be undone.",
		Action: form.path() + "/deletion", Button: "Delete the document", Back: form.path(),
	}))
}

func deleteDocument(v *visit) error {
	product := v.pathPart("product")
	if err := v.config.Catalog.DeleteDocument(v.request.Context(), product, v.pathPart("document")); err != nil {
		return err
	}
	return v.redirect(staffProductPath(product) + "?done=deleted")
}

// titleAbove is the title of the page that a page stands below.
func titleAbove(all []catalog.Document, document catalog.Document) string {
	at := slices.IndexFunc(all, func(d catalog.Document) bool { return d.ID == document.Parent })
	if at < 0 {
		return "First level"
	}
	return all[at].Title
}
