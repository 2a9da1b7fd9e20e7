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

// UnusedAfter is how long a description that no version refers to is kept: longer than any upload or apply takes.
const UnusedAfter = time.Hour

// UploadsAtOnce is how many uploads are under way at the same time. Each is held in memory, so that a slow one holds up
// nobody while it comes in.
const UploadsAtOnce = 4

// Upload is a description that staff hand in.
type Upload struct {
	Product, Version string
	// File is its name, Text what it holds, read after the permission was asked for and no further than the bound.
	File string
	Text io.Reader
	// CheckOnly says what would be found, and keeps nothing.
	CheckOnly bool
}

// Uploaded is what came of an upload.
type Uploaded struct {
	// Changed is false where the version has exactly this description already, and where it was only checked.
	Changed  bool
	Spec     openapi.Spec
	Findings []openapi.Finding
}

// UploadSpec gives a version another description. Where a finding is an error the answer is invalid with the findings, and
// nothing has changed. The text is stored where nothing refers to it before the version is pointed at it in one step.
func (s *Service) UploadSpec(ctx context.Context, in Upload) (Uploaded, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Uploaded{}, err
	}
	if _, _, _, err := s.editableVersion(ctx, in.Product, in.Version); err != nil {
		return Uploaded{}, err
	}
	select {
	case s.receiving <- struct{}{}:
		defer func() { <-s.receiving }()
	default:
		return Uploaded{}, uploadsBusy()
	}
	text, err := boundedText(in.Text)
	if err != nil {
		return Uploaded{}, err
	}
	return s.uploaded(ctx, in, text)
}

// uploaded reads a description that has come in, one at a time: a large one takes many times its size meanwhile.
func (s *Service) uploaded(ctx context.Context, in Upload, text []byte) (Uploaded, error) {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return Uploaded{}, ctx.Err()
	}
	file := fileName(in.File)
	var made Uploaded
	made.Spec, made.Findings = openapi.Read(ctx, file, text, openapi.Limits{})
	if openapi.HasErrors(made.Findings) {
		return made, fault.New(fault.Invalid, "spec_refused", "The description holds errors, so nothing has changed. Repair them and upload it again.")
	}
	if in.CheckOnly {
		return made, nil
	}
	err := s.store.StageSpec(ctx, made.Spec, made.Findings)
	if err == nil {
		made.Changed, err = s.pointAt(ctx, in, made.Spec.Digest, file)
	}
	if err != nil {
		return Uploaded{}, err
	}
	_ = s.store.DropUnusedSpecs(ctx, s.now().Add(-UnusedAfter)) // what is left over goes next time
	return made, nil
}

// pointAt makes the staged description the version's.
func (s *Service) pointAt(ctx context.Context, in Upload, digest, file string) (changed bool, err error) {
	err = s.edit(ctx, func(ctx context.Context) error {
		product, before, _, err := s.editableVersion(ctx, in.Product, in.Version)
		if err != nil || before.Spec == digest {
			return err
		}
		if has, err := s.store.HasSpec(ctx, digest); err != nil || !has {
			return errors.Join(err, fault.New(fault.Conflict, "spec_gone", "The stored description was removed meanwhile. Upload it again."))
		}
		wanted := before
		wanted.Spec, wanted.File, wanted.UpdatedAt = digest, file, s.now()
		changed = true
		return s.saveVersion(ctx, product, before, wanted, "version.changed")
	})
	return changed && err == nil, err
}

// busyFor is how long to wait where as many uploads as may be are on their way.
const busyFor = 15 * time.Second

func uploadsBusy() error {
	busy := fault.New(fault.Unavailable, "uploads_busy", "As many descriptions as may be at once are being uploaded right now, so nothing has changed.")
	busy.RetryAfter = busyFor
	return busy
}

// boundedText reads a description, one byte beyond the bound at most.
func boundedText(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, openapi.MaxBytes+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, "upload_broken", "The upload ended before it was complete. Send it again.", err)
	case len(text) == 0:
		return nil, fault.InvalidFields([]fault.Field{{Name: "file", Reason: "is empty; choose the description of the API"}})
	case len(text) > openapi.MaxBytes:
		return nil, fault.Newf(fault.TooLarge, "spec_too_large", "A description may have at most %d MiB. Split it into several products or versions.", openapi.MaxBytes>>20)
	}
	return text, nil
}

// fileName is the last part of a name as a browser sent it, fit to be shown.
func fileName(sent string) string {
	name := path.Base(strings.ReplaceAll(sent, `\`, "/"))
	name = strings.Map(func(character rune) rune {
		if isUnprintable(character) {
			return -1
		}
		return character
	}, strings.ToValidUTF8(name, ""))
	if AName(name) != "" {
		return "description"
	}
	return name
}
