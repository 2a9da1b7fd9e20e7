package catalogue

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// UploadTime is how long a description may take to come in: 32 MiB over a line of half a megabit a second.
const UploadTime = 10 * time.Minute

// uploadDescription streams a description to the service, or lets it be checked alone.
func (p *Pages) uploadDescription(v *visit.Visit) error {
	if err := p.Catalog.MayEdit(v.Request.Context()); err != nil {
		return err // before the long body is read
	}
	if err := waitForBody(v, p.UploadTime); err != nil {
		return err
	}
	product, version := v.PathPart("product"), v.PathPart("version")
	file, err := upload(v, "file")
	if err != nil {
		return err
	}
	checkOnly := v.Request.URL.Query().Get("check") == "yes"
	made, err := p.Catalog.UploadSpec(v.Request.Context(), catalog.Upload{
		Product: product, Version: version, File: file.FileName(), Text: file, CheckOnly: checkOnly,
	})
	switch {
	case err != nil && (!uploadComesBack(err) || v.Gone()):
		return err
	case err == nil && made.Changed:
		return v.Redirect(address.StaffVersion(product, version) + "?done=uploaded")
	case err == nil && !checkOnly:
		return v.Redirect(address.StaffVersion(product, version) + "?done=same")
	}
	status, told := http.StatusOK, view.Refusals{}
	if err != nil {
		status, told = v.RefusedForm(err), view.Refused(err)
	}
	return v.RenderStaffAs(status, "Description", uploadedView(product, version, file.FileName(), made, told))
}

// uploadComesBack reports whether the page of a refused upload says why, with the findings and the form to try again.
func uploadComesBack(err error) bool {
	return view.Correctable(err) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unavailable)
}

// waitForBody gives the sender longer than forms have.
func waitForBody(v *visit.Visit, most time.Duration) error {
	err := http.NewResponseController(v.Writer).SetReadDeadline(clock.Now().Add(most))
	if errors.Is(err, http.ErrNotSupported) { // nothing is waited for where no connection is
		return nil
	}
	return err
}

// upload returns the file in a form unread; the caller has checked the permission.
func upload(v *visit.Visit, name string) (*multipart.Part, error) {
	parts, err := v.Request.MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err == nil && part.FormName() == name {
			return part, nil
		}
	}
	return nil, fault.Wrap(fault.Invalid, "no_upload", "No file was sent. Choose one and send the form again.", err)
}

// mostShown is how many findings a page lists.
const mostShown = 200

func firstFindings(findings []openapi.Finding) []openapi.Finding {
	return findings[:min(mostShown, len(findings))]
}

// placeText says where a finding is.
func placeText(finding openapi.Finding) string {
	if finding.Line == 0 {
		return "The whole file"
	}
	return fmt.Sprintf("Line %d, column %d", finding.Line, finding.Column)
}
