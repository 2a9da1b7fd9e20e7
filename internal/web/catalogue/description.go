package catalogue

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// UploadTime is how long a description may take to arrive: 32 MiB at half a megabit per second.
const UploadTime = 10 * time.Minute

// uploadSpec uploads a description to a version, or only checks it.
func (p *Pages) uploadSpec(v *visit.Visit) error {
	slug, version := v.PathPart("product"), v.PathPart("version")
	checkOnly := v.Request.URL.Query().Get("check") == "yes"
	uploaded, err := p.Catalog.UploadSpec(v.Request.Context(), catalog.Upload{
		Product: slug, Version: version, CheckOnly: checkOnly, Open: func() (string, io.Reader, error) { return p.openUpload(v) },
	})
	show := func(v *visit.Visit, form view.Form) error {
		return v.RenderStaff("Description", uploadedView(slug, version, uploaded, form))
	}
	switch {
	case err != nil && uploadComesBack(err):
		return v.ShowAgain(err, nil, show)
	case err != nil:
		return v.Refuse(err, nil, show)
	case !checkOnly && v.Request.URL.Query().Get("next") == "address":
		return v.Redirect(address.LaunchStep(slug, version, string(access.LaunchAddress)) + "?done=uploaded")
	case uploaded.Changed:
		return v.Redirect(address.StaffVersion(slug, version) + "?done=uploaded")
	case !checkOnly:
		return v.Redirect(address.StaffVersion(slug, version) + "?done=same")
	}
	return show(v, view.Form{})
}

// uploadComesBack reports whether the upload failed for a reason outside the form, so that the page offers to send it
// again.
func uploadComesBack(err error) bool {
	return fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unavailable)
}

// openUpload opens the uploaded file and gives it UploadTime to arrive.
func (p *Pages) openUpload(v *visit.Visit) (string, io.Reader, error) {
	if err := waitForBody(v, p.UploadTime); err != nil {
		return "", nil, err
	}
	part, err := filePart(v, "file")
	if err != nil {
		return "", nil, err
	}
	name := part.FileName()
	return name, part, nil
}

// waitForBody sets how long the body of the request may take to arrive.
func waitForBody(v *visit.Visit, most time.Duration) error {
	err := http.NewResponseController(v.Writer).SetReadDeadline(clock.Now().Add(most))
	if errors.Is(err, http.ErrNotSupported) { // the writer has no connection, as in tests
		return nil
	}
	return err
}

// filePart returns the part of a form that has the file. The caller reads its content.
func filePart(v *visit.Visit, name string) (*multipart.Part, error) {
	parts, err := v.Request.MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err == nil && part.FormName() == name {
			return part, nil
		}
	}
	return nil, fault.Wrap(fault.Invalid, "no_upload", "No file was sent. Choose one and send the form again.", err)
}

// mostShown is the number of findings that a page lists.
const mostShown = 200

func firstFindings(findings []openapi.Finding) []openapi.Finding {
	return findings[:min(mostShown, len(findings))]
}

// placeText describes where a finding is.
func placeText(finding openapi.Finding) string {
	if finding.Line == 0 {
		return "The whole file"
	}
	return fmt.Sprintf("Line %d, column %d", finding.Line, finding.Column)
}
