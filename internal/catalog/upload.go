package catalog

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// UnusedAfter is how long an unused description is kept: longer than any upload or apply takes.
const UnusedAfter = time.Hour

// UploadsAtOnce is the number of concurrent uploads. Each is held in memory, so that a slow one does not block others.
const UploadsAtOnce = 4

// Upload is a description that staff upload.
type Upload struct {
	Product, Version string
	// Open returns the file name and the content. It is called after the permission check, and read only up to the limit.
	Open func() (file string, content io.Reader, err error)
	// CheckOnly returns the findings and stores nothing.
	CheckOnly bool
}

// Uploaded is the result of an upload.
type Uploaded struct {
	// Changed is false if the version already has this description, or if it was only checked.
	Changed bool
	// File is the cleaned file name.
	File     string
	Spec     openapi.Spec
	Findings []openapi.Finding
}

// UploadSpec replaces the description of a version.
//
// If a finding is an error, nothing changes and it returns an error with the findings. The new description is stored
// first; then the version is pointed to it in one step.
func (s *Service) UploadSpec(ctx context.Context, in Upload) (Uploaded, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Uploaded{}, err
	}
	file, content, err := in.Open()
	if err != nil {
		return Uploaded{}, err
	}
	if _, _, _, err := s.loadEditableVersion(ctx, in.Product, in.Version); err != nil {
		return Uploaded{}, err
	}
	text, done, err := s.receive(content)
	if err != nil {
		return Uploaded{}, err
	}
	defer done()
	uploaded, err := s.stage(ctx, fileName(file), text, in.CheckOnly)
	if err == nil && !in.CheckOnly {
		uploaded.Changed, err = s.setSpec(ctx, in, uploaded.Spec.Digest, uploaded.File)
		if err != nil {
			return Uploaded{}, err
		}
	}
	return uploaded, err
}

// receive reads the content of an upload. The caller calls done once it no longer needs the text.
func (s *Service) receive(content io.Reader) (text []byte, done func(), err error) {
	select {
	case s.receiving <- struct{}{}:
		done = func() { <-s.receiving }
	default:
		return nil, nil, uploadsBusy()
	}
	if text, err = boundedText(content); err != nil {
		done()
		return nil, nil, err
	}
	return text, done, nil
}

// stage reads and stores a description, one at a time: a large one takes many times its size in memory.
func (s *Service) stage(ctx context.Context, file string, text []byte, checkOnly bool) (Uploaded, error) {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return Uploaded{}, ctx.Err()
	}
	staged := Uploaded{File: file}
	staged.Spec, staged.Findings = openapi.Read(ctx, file, text, openapi.Limits{})
	if openapi.HasErrors(staged.Findings) {
		return staged, fault.New(fault.Invalid, "spec_refused", "Nothing has changed: the description has errors. Fix them and upload it again.")
	}
	if checkOnly {
		return staged, nil
	}
	if err := s.store.StageSpec(ctx, staged.Spec, staged.Findings); err != nil {
		return Uploaded{}, err
	}
	_ = s.store.DropUnusedSpecs(ctx, s.now().Add(-UnusedAfter)) // if this fails, the next upload deletes them
	return staged, nil
}

// setSpec points the version to a staged description.
func (s *Service) setSpec(ctx context.Context, in Upload, digest, file string) (changed bool, err error) {
	err = s.edit(ctx, func(ctx context.Context) error {
		product, before, _, err := s.loadEditableVersion(ctx, in.Product, in.Version)
		if err != nil || before.Spec == digest {
			return err
		}
		if has, err := s.store.HasSpec(ctx, digest); err != nil || !has {
			return errors.Join(err, fault.New(fault.Conflict, "spec_gone", "The uploaded description was deleted in the meantime. Upload it again."))
		}
		wanted := before
		wanted.Spec, wanted.File, wanted.UpdatedAt = digest, file, s.now()
		changed = true
		return s.saveVersion(ctx, product, before, wanted, "version.changed")
	})
	return changed && err == nil, err
}

// busyFor is how long clients should wait if there are too many uploads.
const busyFor = 15 * time.Second

func uploadsBusy() error {
	busy := fault.New(fault.Unavailable, "uploads_busy", "Nothing has changed: too many descriptions are being uploaded at the moment. Try again in a few seconds.")
	busy.RetryAfter = busyFor
	return busy
}

// boundedText reads a description up to the limit.
func boundedText(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, openapi.MaxBytes+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, "upload_broken", "The upload was interrupted. Send it again.", err)
	case len(text) == 0:
		return nil, fault.InvalidFields([]fault.Field{{Name: "file", Reason: "is empty; choose an API description"}})
	case len(text) > openapi.MaxBytes:
		return nil, fault.Newf(fault.TooLarge, "spec_too_large", "A description can have at most %d MiB. Split it into several products or versions.", openapi.MaxBytes>>20)
	}
	return text, nil
}

// fileName returns the last part of an uploaded file's name, without unprintable characters.
func fileName(sent string) string {
	name := path.Base(strings.ReplaceAll(sent, `\`, "/"))
	name = strings.Map(func(character rune) rune {
		if isUnprintable(character) {
			return -1
		}
		return character
	}, strings.ToValidUTF8(name, ""))
	if NameRule(name) != "" {
		return "description"
	}
	return name
}
