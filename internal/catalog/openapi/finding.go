package openapi

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity tells whether a finding prevents publication.
type Severity string

// Errors prevent publication; warnings are stored and shown.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one problem in an API description: what is wrong, where, and how to fix it.
type Finding struct {
	Severity Severity
	// File is the name that the description was read under.
	File string
	// Line and Column count from 1, the column in characters. Both are 0 if the finding is about the whole file.
	Line, Column int
	// Pointer is the JSON pointer (RFC 6901) of the value, empty for the whole document.
	Pointer string
	// Message says what is wrong, Advice how to fix it.
	Message, Advice string
}

// String returns the finding on one line, in the style of compilers.
func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	return fmt.Sprintf("%s: %s: %s %s", place, f.Severity, f.Message, f.Advice)
}

// HasErrors reports whether any finding prevents publication.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// findings collects the findings of one file, without duplicates and up to a limit for each severity.
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

// full reports whether the limit of the severity is reached, so that callers need not word further findings.
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

// sorted returns the findings in the order of the file, followed by the number of omitted ones.
func (f *findings) sorted() []Finding {
	slices.SortStableFunc(f.list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for _, severity := range []Severity{Error, Warning} {
		if n := f.omitted[severity]; n > 0 {
			message := fmt.Sprintf("%d more findings of this severity are not listed.", n)
			if n == 1 {
				message = "1 more finding of this severity is not listed."
			}
			f.list = append(f.list, Finding{
				Severity: severity, File: f.file,
				Message: message,
				Advice:  "Fix the listed ones and check the file again.",
			})
		}
	}
	return f.list
}
