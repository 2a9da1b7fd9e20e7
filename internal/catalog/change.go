package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
)

// ChangeKind says what happened to a version.
type ChangeKind string

// The kinds of changes.
const (
	VersionPublished  ChangeKind = "published"
	VersionDescribed  ChangeKind = "described"
	VersionDeprecated ChangeKind = "deprecated"
)

// Change is something that happened to a published version and concerns its callers.
type Change struct {
	Kind    ChangeKind
	Product Product
	Version Version
	// At is when it happened; zero if the audit trail's newest records do not say.
	At time.Time
}

// VersionHistory is a version with the newest audit records about it, the newest first.
type VersionHistory struct {
	Product Product
	Version Version
	Records []event.Record
}

// readRecords is how many audit records about versions are searched for changes.
const readRecords = 40

// Changes lists what recently happened to the published versions that the caller may see, the newest first. Deprecated
// versions are included however long ago that was.
func (s *Service) Changes(ctx context.Context) ([]Change, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return nil, err
	}
	histories, err := s.store.VersionHistories(ctx, viewer.published(), readRecords)
	var changes []Change
	for _, history := range histories {
		changes = append(changes, history.changes()...)
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Product.Name, b.Product.Name)) })
	return changes, err
}

// changes returns at most one change of each kind. A record may say that a flag changed without its new value. The
// version is published now, so the newest such record published it. The same holds for the deprecated flag.
func (h VersionHistory) changes() []Change {
	var found []Change
	add := func(kind ChangeKind, at time.Time) {
		found = append(found, Change{Kind: kind, Product: h.Product, Version: h.Version, At: at})
	}
	published := h.last(func(record event.Record) bool {
		return record.Action == "version.created" && record.Details["by"] != "" || changed(record, "published")
	})
	if h.Version.Deprecated {
		add(VersionDeprecated, h.last(func(record event.Record) bool { return changed(record, "deprecated") }))
	}
	described := h.last(func(record event.Record) bool { return record.Action == "version.changed" && changed(record, "spec") })
	if described.After(published) {
		add(VersionDescribed, described)
	}
	if !published.IsZero() {
		add(VersionPublished, published)
	}
	return found
}

// last returns the time of the newest record that matches, zero if there is none.
func (h VersionHistory) last(matches func(event.Record) bool) time.Time {
	if at := slices.IndexFunc(h.Records, matches); at >= 0 {
		return h.Records[at].At
	}
	return time.Time{}
}

// changed reports whether a record says that a part of a version changed. Records of applied files only list the parts.
func changed(record event.Record, part string) bool {
	if _, differs := record.Details[part+".after"]; differs {
		return true
	}
	return slices.Contains(strings.Fields(strings.Trim(record.Details["differs"], "[]")), part)
}
