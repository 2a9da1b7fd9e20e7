package publish

import (
	"fmt"
	"strings"
)

// Action is what an apply does to an object.
type Action string

// The actions. Objects that are gone from the files stay unchanged unless the manifest prunes.
const (
	Created   Action = "created"
	Changed   Action = "changed"
	Removed   Action = "removed"
	Unchanged Action = "unchanged"
	Gone      Action = "gone"
	// Ended and Narrowed are what happens to subscriptions when their plan or version is deleted.
	Ended    Action = "ended"
	Narrowed Action = "narrowed"
)

// Change is what an apply does to one object.
type Change struct {
	Action Action
	// Noun is site, strategy, product, version, document, plan or subscription.
	Noun string
	// Slug names the object; for a version or a document, its product's slug and a slash come first.
	Slug string
	// Differs names the changed settings, in the words of the apply format.
	Differs []string
}

// Changes lists everything that the files name or no longer name.
type Changes []Change

// Any reports whether applying changes anything.
func (c Changes) Any() bool {
	for _, change := range c {
		switch change.Action {
		case Created, Changed, Removed:
			return true
		}
	}
	return false
}

// String lists the changes, one per line, and counts the rest.
func (c Changes) String() string {
	var text strings.Builder
	counts := map[Action]int{}
	for _, change := range c {
		counts[change.Action]++
		if change.Action != Unchanged {
			fmt.Fprintln(&text, change)
		}
	}
	fmt.Fprintf(&text, "%d created, %d changed, %d removed, %d unchanged", counts[Created], counts[Changed], counts[Removed], counts[Unchanged])
	if counts[Ended]+counts[Narrowed] > 0 {
		fmt.Fprintf(&text, ", %d subscriptions end, %d lose a version", counts[Ended], counts[Narrowed])
	}
	if counts[Gone] > 0 {
		fmt.Fprintf(&text, ", %d not in the files any more (left as they are)", counts[Gone])
	}
	return text.String()
}

// String returns the change on one line.
func (c Change) String() string {
	line := fmt.Sprintf("%-9s %s %s", c.Action, c.Noun, c.Slug)
	if len(c.Differs) > 0 {
		line += " (" + strings.Join(c.Differs, ", ") + ")"
	}
	return line
}
