package openapi

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says what a finding means for publication.
type Severity string

// The severities. Errors stop publication, warnings are stored and shown.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing that is wrong in an API description, where it is, and what to do about it.
type Finding struct {
	Severity Severity
	// File is the name that the description was read under.
	File string
	// Line and Column count from 1, the column in characters; both are 0 where the finding is about the whole file.
	Line, Column int
	// Pointer is the JSON pointer (RFC 6901) of the value, empty for the whole document.
	Pointer string
	// Message says what is wrong, Advice what to do.
	Message, Advice string
}

// String is the finding on one line, as compilers write theirs.
func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	return fmt.Sprintf("%s: %s: %s %s", place, f.Severity, f.Message, f.Advice)
}

// HasErrors reports whether any of the findings stops publication.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// findings collects what is wrong with one file, each thing once, and no more of a severity than the limit.
type findings struct {
	file    string
	limit   int
	list    []Finding
	seen    map[Finding]bool
	kept    map[Severity]int
	omitted map[Severity]int
}

func newFindings(file string, limit int) *findings {
	return &findings{
		file: file, limit: limit,
		seen: map[Finding]bool{}, kept: map[Severity]int{}, omitted: map[Severity]int{},
	}
}

// full reports whether nothing more of the severity would be kept, so that a caller may save itself the wording.
func (f *findings) full(severity Severity) bool { return f.kept[severity] >= f.limit }

func (f *findings) add(found Finding) {
	found.File = f.file
	if f.seen[found] {
		return
	}
	if f.full(found.Severity) {
		f.omitted[found.Severity]++
		return
	}
	f.seen[found] = true
	f.kept[found.Severity]++
	f.list = append(f.list, found)
}

func (f *findings) failed() bool { return f.kept[Error] > 0 }

// sorted returns the findings in the order of the file, followed by how many were left out.
func (f *findings) sorted() []Finding {
	slices.SortStableFunc(f.list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for _, severity := range []Severity{Error, Warning} {
		if n := f.omitted[severity]; n > 0 {
			f.list = append(f.list, Finding{
				Severity: severity, File: f.file,
				Message: fmt.Sprintf("%d more findings of this severity are not listed.", n),
				Advice:  "Repair the listed ones and read the file again.",
			})
		}
	}
	return f.list
}
