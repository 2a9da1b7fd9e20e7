package catalogue

import (
	"bytes"
	"io"
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// launchUploadPage asks for the description of a new API.
func (p *Pages) launchUploadPage(v *visit.Visit) error {
	if err := p.Catalog.MayEdit(v.Request.Context()); err != nil {
		return err
	}
	return v.RenderStaff("Publish an API", launchUploadView(catalog.Uploaded{}, view.Form{}))
}

// mostPasted is the maximum size, in bytes, of pasted text that a refused form shows again.
const mostPasted = 1 << 20

// stageSpec stores the description of a new API, and continues with the name that it suggests.
func (p *Pages) stageSpec(v *visit.Visit) error {
	var pasted bytes.Buffer
	uploaded, err := p.Catalog.StageSpec(v.Request.Context(), func() (string, io.Reader, error) { return p.openDescription(v, &pasted) })
	if err == nil {
		return v.Redirect(address.StagedSpec(uploaded.Spec.Digest, uploaded.File))
	}
	sent := url.Values{}
	if pasted.Len() <= mostPasted {
		sent.Set("text", pasted.String())
	}
	show := func(v *visit.Visit, form view.Form) error {
		return v.RenderStaff("Publish an API", launchUploadView(uploaded, form))
	}
	if uploadComesBack(err) {
		return v.ShowAgain(err, sent, show)
	}
	return v.Refuse(err, sent, show, "file")
}

// openDescription opens the chosen file, or else the pasted text. It copies pasted text into pasted.
func (p *Pages) openDescription(v *visit.Visit, pasted io.Writer) (string, io.Reader, error) {
	if err := waitForBody(v, p.UploadTime); err != nil {
		return "", nil, err
	}
	parts, err := v.Request.MultipartReader()
	for err == nil {
		part, next := parts.NextPart()
		switch {
		case next != nil:
			err = next
		case part.FormName() == "file" && part.FileName() != "":
			name := part.FileName()
			return name, part, nil
		case part.FormName() == "text":
			return "description", io.TeeReader(part, pasted), nil
		}
	}
	return "", nil, fault.Wrap(fault.Invalid, "no_upload", "Nothing was sent. Choose a file or paste the description.", err)
}

// newAPIContent is the page on which a description becomes an API.
type newAPIContent struct {
	editForm
	catalog.Staged
}

// path is the page itself.
func (c newAPIContent) path() string { return address.StagedSpec(c.Proposed.Digest, c.Proposed.File) }

func (p *Pages) newAPIPage(v *visit.Visit) error { return p.showNewAPI(v, view.Form{}) }

func (p *Pages) showNewAPI(v *visit.Visit, form view.Form) error {
	found, err := p.Catalog.Staged(v.Request.Context(), v.PathPart("digest"), v.Request.URL.Query().Get("file"))
	if err != nil {
		return err
	}
	if form.Values == nil {
		wanted := found.Proposed
		form = view.Filled(url.Values{
			"name": {wanted.Name}, "slug": {wanted.Slug}, "description": {wanted.Description}, "version": {wanted.Version},
			"audience": {string(wanted.Audience)},
		})
	}
	return v.RenderStaff("Publish an API", newAPIView(newAPIContent{editForm: editForm{Form: form}, Staged: found}))
}

func (p *Pages) createAPI(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	product, version, err := p.Catalog.CreateAPI(v.Request.Context(), catalog.NewAPI{
		ProductInput: productInput(sent.Get("slug"), sent), Version: strings.TrimSpace(sent.Get("version")),
		Digest: v.PathPart("digest"), File: v.Request.URL.Query().Get("file"),
	})
	if err != nil {
		return v.Refuse(err, sent, p.showNewAPI)
	}
	return v.Redirect(address.LaunchStep(product.Slug, version.Name, string(access.LaunchAddress)) + "?done=drafted")
}
