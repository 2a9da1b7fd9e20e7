package publish

import (
	"fmt"
	"strings"
)

// Action is what an apply does to a thing.
type Action string

// The actions. What has gone from the files is left as it is, unless the manifest prunes.
const (
	Created   Action = "created"
	Changed   Action = "changed"
	Removed   Action = "removed"
	Unchanged Action = "unchanged"
	Gone      Action = "gone"
	// Ended and Narrowed are what becomes of subscriptions to what is taken down.
	Ended    Action = "ended"
	Narrowed Action = "narrowed"
)

// Change is what an apply does to one thing.
type Change struct {
	Action Action
	// Noun is site, strategy, product, version, document, plan or subscription.
	Noun string
	// Slug names the thing; a version or a document follows its product's slug and a slash.
	Slug string
	// Differs names what is different, in the words of the apply format.
	Differs []string
}

// Changes lists everything that the files name, and what they name no more.
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

// String lists what is not as it was, a thing a line, and counts the rest.
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

// String is the change on one line.
func (c Change) String() string {
	line := fmt.Sprintf("%-9s %s %s", c.Action, c.Noun, c.Slug)
	if len(c.Differs) > 0 {
		line += " (" + strings.Join(c.Differs, ", ") + ")"
	}
	return line
}
