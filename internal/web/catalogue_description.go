package web

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
)

// uploadTime is how long a description may take to come in: 32 MiB over a line of half a megabit a second.
const uploadTime = 10 * time.Minute

// uploadDescription streams a description to the service, or lets it be checked alone.
func uploadDescription(v *visit) error {
	if err := v.config.Catalog.MayEdit(v.request.Context()); err != nil {
		return err // before the long body is read
	}
	if err := v.waitForBody(v.uploadTime); err != nil {
		return err
	}
	product, version := v.pathPart("product"), v.pathPart("version")
	file, err := v.upload("file")
	if err != nil {
		return err
	}
	checkOnly := v.request.URL.Query().Get("check") == "yes"
	made, err := v.config.Catalog.UploadSpec(v.request.Context(), catalog.Upload{
		Product: product, Version: version, File: file.FileName(), Text: file, CheckOnly: checkOnly,
	})
	switch {
	case err != nil && (!uploadComesBack(err) || v.gone()):
		return err
	case err == nil && made.Changed:
		return v.redirect(staffVersionPath(product, version) + "?done=uploaded")
	case err == nil && !checkOnly:
		return v.redirect(staffVersionPath(product, version) + "?done=same")
	}
	status, told := http.StatusOK, refusals{}
	if err != nil {
		status, told = v.refusedForm(err), refused(err)
	}
	return v.renderStaffAs(status, "Description", uploadedView(product, version, file.FileName(), made, told))
}

// uploadComesBack reports whether the page of a refused upload says why, with the findings and the form to try again.
func uploadComesBack(err error) bool {
	return correctable(err) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unavailable)
}

// waitForBody gives the sender longer than forms have.
func (v *visit) waitForBody(most time.Duration) error {
	err := http.NewResponseController(v.writer).SetReadDeadline(clock.Now().Add(most))
	if errors.Is(err, http.ErrNotSupported) { // nothing is waited for where no connection is
		return nil
	}
	return err
}

// upload finds the file of a form, whose text is read by whoever asked for the permission.
func (v *visit) upload(name string) (*multipart.Part, error) {
	parts, err := v.request.MultipartReader()
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

func firstFindings(findings []catalog.Finding) []catalog.Finding {
	return findings[:min(mostShown, len(findings))]
}

// placeText says where a finding is.
func placeText(finding catalog.Finding) string {
	if finding.Line == 0 {
		return "The whole file"
	}
	return fmt.Sprintf("Line %d, column %d", finding.Line, finding.Column)
}
